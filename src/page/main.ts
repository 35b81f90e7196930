import { element, readReport } from './document.js';
import { startPage } from './page.js';

/**
 * The static graph stands in the page until everything here has worked; where something is missing
 * (an old browser, a policy that forbids scripts) it simply stays.
 */
async function main(): Promise<void> {
  try {
    startPage(await readReport());
  } catch (error) {
    element('graph-note').textContent +=
      ` The interactive graph could not start (${error instanceof Error ? error.message : 'unknown'}); this is the static one.`;
  }
}

void main();
