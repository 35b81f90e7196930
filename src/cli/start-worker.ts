// dist/cli/side-worker.js: starts a reading thread from its pack
import { load } from './load.js';

void load('side-worker')['side-worker'];
