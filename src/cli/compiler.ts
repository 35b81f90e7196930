import { setFlagsFromString } from 'node:v8';

/**
 * Has V8's optimising compiler called for less: a comparison's code runs once, over some thousand nodes, and at V8's own
 * limits its threads take more of two cores than what they compile gives back. Told at the end of reading, since other
 * flags make V8 refuse what was compiled at build (docs/performance.md). Node 20's V8 only: later ones know other flags,
 * say so on standard error, and compile in more steps.
 */
export function compileLess(): void {
  if (!process.versions.v8.startsWith('11.')) return;
  // bytes of bytecode that a function runs before it is compiled; V8 has 132 KB
  setFlagsFromString('--interrupt-budget=300000');
  setFlagsFromString('--no-turbo-inlining');
}
