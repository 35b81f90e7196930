import { ExitStatus, UserError } from '../errors.js';
import { eventsOf, type Profile } from './profile.js';

export interface ChosenEvent {
  event: string;
  /** true where the user did not name it and the profile holds several. */
  assumed: boolean;
}

/**
 * The one event that counts: the one asked for (with or without its modifiers, where that is
 * unambiguous), else the first one seen. Weights of different events are never added.
 */
export function chooseEvent(
  profile: Profile,
  asked: string | undefined,
  where: string,
): ChosenEvent {
  const events = eventsOf(profile);
  if (asked === undefined) {
    const first = events[0];
    if (first === undefined) {
      throw new UserError(
        `${where}: no samples; record again or check the filters`,
        ExitStatus.input,
      );
    }
    return { event: withSamples(first, where), assumed: events.length > 1 };
  }
  const name = matchEvent(
    events.map((e) => e.name),
    asked,
  );
  const found = events.find((e) => e.name === name);
  if (found !== undefined) return { event: withSamples(found, where), assumed: false };
  throw new UserError(
    `${where}: no samples of event '${asked}'; it holds ${events.map((e) => e.name || '(unnamed)').join(', ') || 'none'}`,
    ExitStatus.input,
  );
}

function withSamples(event: { name: string; samples: number }, where: string): string {
  if (event.samples > 0) return event.name;
  throw new UserError(
    `${where}: no sample of ${event.name || 'its event'} passes --comm or --kernel-only; check the filters`,
    ExitStatus.input,
  );
}

/** The name equal to `asked`, else the only one equal to it up to modifiers ("cycles" for "cycles:ppp"). */
export function matchEvent(names: readonly string[], asked: string): string | undefined {
  if (names.includes(asked)) return asked;
  const alike = names.filter((name) => withoutModifiers(name) === withoutModifiers(asked));
  return alike.length === 1 ? alike[0] : undefined;
}

/** "cycles:ppp" -> "cycles"; tracepoints keep their colon ("sched:sched_switch"). */
export function withoutModifiers(event: string): string {
  return event.replace(/:[ukhGHpPSDIWeb]+$/, '');
}

/**
 * Whether two names mean the same counter over the same code: `cycles` of perf stat and `cycles:P` of a
 * recording. How precisely a sample is taken (p, P, S, D, W, e, b) does not change what is counted; user, kernel,
 * hypervisor, host and guest (u, k, h, H, G) do.
 */
export function isSameCounter(a: string, b: string): boolean {
  return counterOf(a) === counterOf(b);
}

function counterOf(event: string): string {
  const [, name = event, mods = ''] = /^(.*[^:]):([a-zA-Z]+)$/.exec(event) ??
    /^(\w+\/.*\/)([a-zA-Z]*)$/.exec(event) ?? [event];
  // a tracepoint's name follows its colon
  if (!/^[ukhGHpPSDIWeb]*$/.test(mods)) return event;
  const scope = [...mods].filter((c) => 'ukhHGI'.includes(c)).sort();
  return `${name === 'cpu-cycles' ? 'cycles' : name}:${[...new Set(scope)].join('')}`;
}
