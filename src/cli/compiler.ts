import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8's optimising compiler be called for less: a comparison's code runs once, over some thousand nodes, and at V8's
 * own limits its threads take more of two cores than what they compile gives back. Told at the end of reading, since
 * other flags make V8 refuse what was compiled at build (docs/performance.md).
 */
export function compileLess(): void {
  // bytes of bytecode that a function runs before it is compiled: 132 KB are V8's
  setFlagsFromString('--interrupt-budget=300000');
  setFlagsFromString('--no-turbo-inlining');
}
