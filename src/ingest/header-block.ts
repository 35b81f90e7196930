/**
 * The '#' lines of `perf script --header` (tools/perf/util/header.c). All of it is optional; it is
 * used for labels, provenance and sanity checks, never for weights.
 */
export interface RecordingHeader {
  hostname: string | null;
  osRelease: string | null;
  arch: string | null;
  cpu: string | null;
  cpusOnline: number | null;
  perfVersion: string | null;
  command: string | null;
  capturedOn: string | null;
  /** Names of the recorded events in the header's order, perf's own dummy events left out. */
  events: string[];
}

/** Of a recording that says nothing of itself. */
export function emptyHeader(): RecordingHeader {
  return {
    hostname: null,
    osRelease: null,
    arch: null,
    cpu: null,
    cpusOnline: null,
    perfVersion: null,
    command: null,
    capturedOn: null,
    events: [],
  };
}

const LONGEST_NAME = 64;

const TEXT_FIELDS = {
  hostname: 'hostname',
  'os release': 'osRelease',
  arch: 'arch',
  cpudesc: 'cpu',
  'perf version': 'perfVersion',
  cmdline: 'command',
  'captured on': 'capturedOn',
} as const;

/** Takes one '#' line into the header; the first value of a field wins. */
export function readHeaderLine(header: RecordingHeader, line: string): void {
  const colon = line.slice(0, LONGEST_NAME).indexOf(': ');
  if (!line.startsWith('# ') || colon < 0) return;
  const name = line.slice(2, colon).trim();
  const value = line.slice(colon + 2).trim();
  if (name === 'event') {
    const event = /^name = (.*?), /.exec(value)?.[1];
    if (event !== undefined && !/^dummy(:|$)/.test(event)) header.events.push(event);
  } else if (name === 'nrcpus online') {
    header.cpusOnline ??= /^\d+$/.test(value) ? Number(value) : null;
  } else if (Object.hasOwn(TEXT_FIELDS, name)) {
    const key = TEXT_FIELDS[name as keyof typeof TEXT_FIELDS];
    header[key] ??= value;
  }
}
