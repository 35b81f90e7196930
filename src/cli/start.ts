#!/usr/bin/env node
// dist/cli/main.js: little more than this is read before the program's pack, which is compiled already
import { load } from './load.js';
import type { main } from './main.js';

void (load('program')['main'] as { main: typeof main }).main();
