import { inputError, type UserError } from '../../errors.js';

/** What to do about an image that contradicts itself: the same advice wherever it is found. */
const DAMAGED = 'copy or build the image again';

/**
 * Makes the input errors of one image, so that every parser says which file it was reading.
 */
export interface Faults {
  /** The image's file, as errors name it. */
  readonly path: string;
  /** The image contradicts itself or ends too early. */
  damaged(what: string): UserError;
  /** The image is sound but of no use here. */
  refused(what: string, advice: string): UserError;
}

/** Faults of the file at `path`. */
export function faultsOf(path: string): Faults {
  return {
    path,
    damaged: (what) => inputError(path, `damaged kernel image: ${what}`, DAMAGED),
    refused: (what, advice) => inputError(path, what, advice),
  };
}
