/**
 * A sample's first line in `perf script` text.
 *
 * Field order is fixed whatever the order of -F (tools/perf/builtin-script.c,
 * perf_sample__fprintf_start() and process_event(), Linux 6.1 and 6.12):
 *   [VM:%5d VCPU:%03d ]comm pid/tid [cpu] misc tod time: period event: rest
 * Every field may be missing, and comm may hold anything: spaces, digits, brackets, colons. So the
 * line is read around an anchor, the time stamp or the event's closing colon, never by words.
 */
export interface SampleLine {
  comm: string;
  /** -1 where the line does not say. */
  pid: number;
  tid: number;
  cpu: number;
  /** Seconds; NaN where the line does not say. */
  time: number;
  /** -1 where the line does not say. */
  period: number;
  /** "" where the line does not say. */
  event: string;
  /** What follows the event's colon, trimmed: a flat sample's ip, trace text, flags. */
  rest: string;
}

/** TASK_COMM_LEN is 16, workqueue workers may be longer; beyond this a line is no sample line. */
const LONGEST_TASK = 512;

const TIME = /(?:^|\s)(\d+\.\d{6}(?:\d{3})?):(?=\s|$)/g;
const TASK =
  /^(?:(.*\S)\s+)?(-?\d+)(?:\/(-?\d+))?(?:\s+\[(\d+)\])?(?:\s+[A-Za-z]{1,6})?(?:\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)?$/;
const COMM_ONLY = /^(.*?\S)(?:\s+\[(\d+)\])?$/;
const EVENT = /^\s*(?:(\d+)\s+)?(\S+):(?=\s|$)/;
const PERIOD_ONLY = /^\s*(\d+)\s*$/;

type Task = Pick<SampleLine, 'comm' | 'pid' | 'tid' | 'cpu'>;
type Happening = Pick<SampleLine, 'period' | 'event' | 'rest'>;

/** Reads a line with a time stamp or an event; undefined where it has neither or is no sample line. */
export function parseSampleLine(text: string): SampleLine | undefined {
  const line = text.startsWith('VM:') ? text.replace(/^VM:\s*\d+ VCPU:\d+ /, '') : text;
  return withTime(line) ?? withoutTime(line);
}

/**
 * The form of `-F comm,ip,sym` and `-F comm,tid,ip,sym`: nothing but the task. Only the frames that
 * follow tell that it is a sample line, so the reader asks for it last.
 */
export function parseBareLine(text: string): SampleLine | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST_TASK) return undefined;
  // "%7d ": a number in a narrower field belongs to the comm
  const numbered = /^(.*\S)( +(-?\d+)(?:\/(-?\d+))?)(?:\s+\[(\d+)\])?$/.exec(trimmed);
  const task =
    numbered !== null && (numbered[4] !== undefined || (numbered[2] ?? '').length >= 8)
      ? parseTask(trimmed)
      : undefined;
  return {
    ...(task ?? commOnly(trimmed) ?? noTask(trimmed)),
    time: NaN,
    period: -1,
    event: '',
    rest: '',
  };
}

function withTime(line: string): SampleLine | undefined {
  const anchors = [...line.matchAll(TIME)];
  for (const anyTask of [false, true]) {
    for (const anchor of anchors) {
      const left = line.slice(0, anchor.index).trim();
      if (left.length > LONGEST_TASK) continue;
      const happening = parseHappening(line.slice(anchor.index + anchor[0].length));
      if (happening === undefined) continue;
      const task = anyTask ? (commOnly(left) ?? noTask(left)) : parseTask(left);
      if (task !== undefined) return { ...task, ...happening, time: Number(anchor[1]) };
    }
  }
  return undefined;
}

function withoutTime(line: string): SampleLine | undefined {
  const trimmed = line.trimEnd();
  if (trimmed.endsWith(':')) {
    // a callchain follows: the last word is the event, whatever colons the comm has
    const cut = trimmed.lastIndexOf(' ');
    return taskAndPeriod(trimmed.slice(0, Math.max(cut, 0)), trimmed.slice(cut + 1, -1), '');
  }
  for (const colon of trimmed.matchAll(/ (\S+):(?= )/g)) {
    const event = colon[1] ?? '';
    const found = taskAndPeriod(
      trimmed.slice(0, colon.index),
      event,
      trimmed.slice(colon.index + colon[0].length).trim(),
    );
    if (found !== undefined && found.tid !== -1) return found;
  }
  return undefined;
}

function taskAndPeriod(left: string, event: string, rest: string): SampleLine | undefined {
  if (left.length > LONGEST_TASK || event === '') return undefined;
  const number = /^(.*?\S)( +)(\d+)$/.exec(left.trimEnd());
  if (number !== null) {
    const [, before = '', padding = '', digits = ''] = number;
    // "%10llu " against "%7d ": the width of the field tells a period from a thread id
    const isPeriod =
      before.endsWith(']') || /\d\/\d+$/.test(before) || padding.length + digits.length > 10;
    const task = isPeriod ? (parseTask(before) ?? commOnly(before)) : undefined;
    if (task !== undefined) return { ...task, event, rest, time: NaN, period: Number(digits) };
  }
  const task = parseTask(left.trim());
  return task === undefined ? undefined : { ...task, event, rest, time: NaN, period: -1 };
}

function parseHappening(right: string): Happening | undefined {
  if (right.trim() === '') return { period: -1, event: '', rest: '' };
  const event = EVENT.exec(right);
  if (event !== null) {
    return {
      period: event[1] === undefined ? -1 : Number(event[1]),
      event: event[2] ?? '',
      rest: right.slice(event[0].length).trim(),
    };
  }
  const period = PERIOD_ONLY.exec(right);
  if (period !== null) return { period: Number(period[1]), event: '', rest: '' };
  return /^\s*[0-9a-f]+ \S/.test(right) ? { period: -1, event: '', rest: right.trim() } : undefined;
}

function parseTask(left: string): Task | undefined {
  const task = TASK.exec(left);
  if (task === null) return undefined;
  const pid = Number(task[2]);
  return {
    comm: task[1] === undefined ? '' : task[1].trimStart(),
    // perf's default is the thread alone; it then stands for the process too
    pid: task[3] === undefined ? -1 : pid,
    tid: task[3] === undefined ? pid : Number(task[3]),
    cpu: task[4] === undefined ? -1 : Number(task[4]),
  };
}

function commOnly(left: string): Task | undefined {
  const task = COMM_ONLY.exec(left);
  if (task === null) return undefined;
  return {
    comm: (task[1] ?? '').trimStart(),
    pid: -1,
    tid: -1,
    cpu: task[2] === undefined ? -1 : Number(task[2]),
  };
}

function noTask(left: string): Task {
  return { comm: left, pid: -1, tid: -1, cpu: -1 };
}
