import { ExitStatus, UserError } from '../errors.js';
import { eventsOf, type Profile } from './profile.js';

export interface ChosenEvent {
  event: string;
  /** true where the user did not name it and the profile holds several. */
  assumed: boolean;
  /** true where several were recorded, and the text does not say of which each sample is. */
  mixed: boolean;
}

/** An event as it is shown, and may be asked for: `perf script` without the field prints none. */
const UNNAMED = '(unnamed)';
export function shownEvent(name: string): string {
  return name === '' ? UNNAMED : name;
}

/**
 * The one event that counts: the one asked for (with or without its modifiers, where that is
 * unambiguous), else the first one seen. Weights of different events are never added: where the text does not
 * tell them apart it is refused, unless `mixed` is allowed.
 */
export function chooseEvent(
  profile: Profile,
  asked: string | undefined,
  where: string,
  allowed: { mixed?: boolean } = {},
): ChosenEvent {
  const events = eventsOf(profile);
  const chosen = (event: { name: string; samples: number }, assumed: boolean): ChosenEvent => {
    if (allowed.mixed !== true) requireToldApart(profile, event.name, where);
    const mixed = recordedBeside(profile, event.name).length > 0;
    return { event: withSamples(event, where), assumed, mixed };
  };
  if (asked === undefined) {
    const first = events[0];
    if (first === undefined) {
      throw new UserError(
        `${where}: no samples; record again or check the filters`,
        ExitStatus.input,
      );
    }
    return chosen(first, events.length > 1);
  }
  const name = matchEvent(
    events.map((e) => e.name),
    asked,
  );
  const found = events.find((e) => e.name === name);
  if (found !== undefined) return chosen(found, false);
  throw new UserError(
    `${where}: no samples of event '${asked}'; it holds ${events.map((e) => shownEvent(e.name)).join(', ') || 'none'}`,
    ExitStatus.input,
  );
}

/** Refuses an event without a name under which several were recorded. */
export function requireToldApart(profile: Profile, event: string, where: string): void {
  const recorded = recordedBeside(profile, event);
  if (recorded.length === 0) return;
  throw new UserError(
    `${where}: several events were recorded (${recorded.join(', ')}), and the text does not say which a sample is of; add event to the fields of perf script -F`,
    ExitStatus.input,
  );
}

/** Of an event without a name: the events that a run's header says were recorded, where these are several. */
function recordedBeside({ runs }: Profile, event: string): readonly string[] {
  if (event !== '') return [];
  const run = runs.find(
    ({ header, columns }) =>
      header.events.length > 1 && columns.some((column) => column.event === ''),
  );
  return run?.header.events ?? [];
}

function withSamples(event: { name: string; samples: number }, where: string): string {
  if (event.samples > 0) return event.name;
  throw new UserError(
    `${where}: no sample of ${event.name || 'its event'} passes --comm or --kernel-only; check the filters`,
    ExitStatus.input,
  );
}

/**
 * The name equal to `asked`, else the only one equal to it up to modifiers ("cycles" for "cycles:ppp"); modifiers that
 * say what is counted ("cycles:u") have to be the name's too.
 */
export function matchEvent(names: readonly string[], asked: string): string | undefined {
  if (names.includes(asked)) return asked;
  if (asked === UNNAMED && names.includes('')) return '';
  const same = names.filter((name) => isSameCounter(name, asked));
  if (same.length > 0) return same.length === 1 ? same[0] : undefined;
  const plain = withoutModifiers(asked);
  const anywhere = isSameCounter(asked, plain);
  const alike = names.filter(
    (name) => withoutModifiers(name) === plain && (anywhere || isSameCounter(name, asked)),
  );
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
