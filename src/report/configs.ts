import type { Report } from './schema.js';
import type { Warning } from './warnings.js';

/** A kernel's build configuration; options that are not set are not in it. */
export interface KernelConfig {
  name: string;
  sha256: string;
  options: ReadonlyMap<string, string>;
}

export type KernelConfigs = { base: KernelConfig; new: KernelConfig } | undefined;

/** What paravirt itself is made of; everything else that differs is another cause. */
const PARAVIRT = /^CONFIG_(?:PARAVIRT|GUEST_PERF_EVENTS|HYPERVISOR_GUEST)/;
/** How many are named in the warning; the document has all. */
const MOST_NAMED = 8;

/** The options in which the kernels' configurations differ, by name; null where they are not given. */
export function configsOf(configs: KernelConfigs): Report['configs'] {
  if (configs === undefined) return null;
  const { base, new: other } = configs;
  const names = [...new Set([...base.options.keys(), ...other.options.keys()])].sort();
  return {
    base: { name: base.name, sha256: base.sha256 },
    new: { name: other.name, sha256: other.sha256 },
    differing: names.flatMap((option) => {
      const values = {
        base: base.options.get(option) ?? null,
        new: other.options.get(option) ?? null,
      };
      return values.base === values.new ? [] : [{ option, ...values }];
    }),
  };
}

/** A change can come from any option that differs, not only from the one that is asked about. */
export function configWarnings(configs: Report['configs']): Warning[] {
  const others = (configs?.differing ?? []).filter(({ option }) => !PARAVIRT.test(option));
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).map(({ option }) => option);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  return [
    {
      code: 'config-differs',
      message:
        `the kernels' configurations differ in ${others.length} options beside CONFIG_PARAVIRT*: ` +
        `${named.join(', ')}${more}; part of the change may come from those`,
    },
  ];
}
