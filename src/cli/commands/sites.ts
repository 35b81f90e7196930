import { Option, type Command } from 'commander';
import { SITE_FORMATS } from '../../render/formats.js';
import { writeOutput } from '../outputs.js';
import type { SitesOptions } from '../sites.js';

/** Adds the `sites` command to the program. */
export function registerSites(program: Command): void {
  program
    .command('sites')
    .description('list the paravirt call sites of a kernel image and its modules')
    .argument('<vmlinux>', 'vmlinux, bzImage/vmlinuz or module; plain, .gz, .xz or .zst')
    .argument('[module...]', 'modules of the same kernel')
    .addOption(new Option('-f, --format <format>', 'output format').choices([...SITE_FORMATS]))
    .option('-o, --output <file>', 'write to a file (.json and .tsv choose the format)')
    .option('--kallsyms <file>', 'copy of /proc/kallsyms or System.map, for a stripped image')
    .option('--op <pattern>', 'only these ops: irq.save_fl, irq, mmu.*, *_val')
    .option('--code', 'list the machine code of each site, as built and as patched at boot')
    .action(async (vmlinux: string, modules: string[], options: SitesOptions) => {
      const text = await (await import('../sites.js')).runSites([vmlinux, ...modules], options);
      if (text !== null) await writeOutput('-', text);
    });
}
