import {
  accessSync,
  constants,
  fstatSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Where an output's bytes go: `file` is replaced as a whole, all others are written to directly. */
export type Place =
  | { kind: 'file'; path: string; known: { mode: number; uid: number; gid: number } | undefined }
  | { kind: 'directory' | 'pipe' | 'device'; path: string }
  | { kind: 'descriptor'; fd: number };

/** As Linux itself: more links than this are a circle. */
const MOST_LINKS = 40;

/** Follows an output's name, links included: the link stays, and what it points at is written. Throws what the system says. */
export function placeOf(name: string): Place {
  if (name === '-') return { kind: 'descriptor', fd: 1 };
  let path = name;
  for (let links = 0; ; links++) {
    const fd = descriptorOf(path);
    if (fd !== undefined) return { kind: 'descriptor', fd };
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (!link) break;
    // the system's own word for a circle
    if (links === MOST_LINKS) statSync(name);
    path = resolve(realpathSync(dirname(path)), readlinkSync(path));
  }
  const known = statSync(path, { throwIfNoEntry: false });
  if (known === undefined || known.isFile()) return { kind: 'file', path, known };
  const kind = known.isDirectory() ? 'directory' : known.isFIFO() ? 'pipe' : 'device';
  return { kind, path };
}

/** The descriptor of this process that a path stands for. Opened anew it would be a file that is cut to nothing. */
function descriptorOf(path: string): number | undefined {
  const full = resolve(path);
  const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(full);
  if (standard >= 0) return standard;
  // /dev/fd, /proc/self/fd and whatever points at them
  const real = join(realpathSync(dirname(full)), basename(full));
  const [, pid, fd] = /^\/proc\/(\d+)(?:\/task\/\d+)?\/fd\/(\d+)$/.exec(real) ?? [];
  return Number(pid) === process.pid ? Number(fd) : undefined;
}

/** Throws what the system would say of writing there. */
export function requireRoom(place: Place): void {
  if (place.kind === 'descriptor') fstatSync(place.fd);
  else if (place.kind === 'file') {
    // a new file is put into its place
    accessSync(join(dirname(place.path), '.'), constants.W_OK);
    if (place.known !== undefined) accessSync(place.path, constants.W_OK);
  } else accessSync(place.path, constants.W_OK);
}

/** A name for a file's bytes until they are whole: short, since the file's own may be as long as names can be. */
export function besideOf(path: string, number: number): string {
  return join(dirname(path), `.${basename(path).slice(0, 20)}.${process.pid}.${number}.part`);
}
