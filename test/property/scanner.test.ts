import { describe, expect, it } from 'vitest';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  foldProfile,
  DEFAULT_PROFILE_OPTIONS,
  readProfile,
  type ProfileOptions,
} from '../../src/profile/index.js';
import { generate, readRuns, readThrough, told } from '../support/both-readers.js';
import { leaveLargeMemory } from '../support/dirty-memory.js';
import { recording } from '../support/recordings.js';

const OPTIONS: ProfileOptions[] = [
  DEFAULT_PROFILE_OPTIONS,
  { task: 'tid', comm: undefined, kernelOnly: false },
  { task: 'comm', comm: 'swapper', kernelOnly: true },
];

describe('the scanner and the line reader', () => {
  it('read the same from generated recordings, whatever the chunks', () => {
    for (let seed = 1; seed <= 250; seed++) {
      const text = generate(seed, 40);
      const options = OPTIONS[seed % 3] ?? DEFAULT_PROFILE_OPTIONS;
      const chunk = [1, 7, 100, 5000, 1 << 16][seed % 5];
      const scanned = told(readThrough(text, true, options, 'all', chunk));
      expect(scanned, `seed ${seed}`).toEqual(
        told(readThrough(text, false, options, 'all', chunk)),
      );
    }
  });

  it('read the same from several recordings of one side, which share a scanner', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const texts = [0, 1, 2].map((run) => generate(seed + 1000 * run, 25));
      const options = OPTIONS[seed % 3] ?? DEFAULT_PROFILE_OPTIONS;
      const addresses = seed % 2 === 0 ? 'all' : 'kernel';
      const fold = (wasm: boolean) => {
        const profile = readRuns(texts, wasm, options, addresses);
        const events = profile.runs.flatMap((run) => run.columns.map((column) => column.event));
        return [
          profile.runs.map(({ columns, ...run }) => ({ ...run, columns: columns.length })),
          events.map((event) =>
            foldProfile(profile, { event, kernel: true, jit: true, addrs: false }),
          ),
        ];
      };
      expect(fold(true), `seed ${seed}`).toEqual(fold(false));
    }
  });

  it('read the same where the disk left zeros, or digits alone, among samples', () => {
    const sample = (of: number) =>
      `sh 7/7 [000] 5.00000${of}: 100 cycles: \n\tffffffff81000000 f+0x${of} ([k])\n\n`;
    for (const odd of ['\0'.repeat(200), '7'.repeat(200), ' '.repeat(70), '.'.repeat(64), ':\n']) {
      for (const before of [1, 2, 5]) {
        const samples = [1, 2, 3, 4, 5, 6].map(sample);
        samples.splice(before, 0, odd);
        const text = Buffer.from(samples.join(''));
        const scanned = told(readThrough(text, true, DEFAULT_PROFILE_OPTIONS));
        expect(scanned).toEqual(told(readThrough(text, false, DEFAULT_PROFILE_OPTIONS)));
      }
    }
  });

  it('read the same where what is not regular makes the memory grow', () => {
    const regular = 'sh 7/7 [000] 5.000001: 100 cycles: \n\tffffffff81000000 f+0x1 ([k])\n\n';
    // so late a time is left to the line reader
    const odd = (i: number) =>
      `sh 7/7 [000] 1234567890.000002: 100 cycles: \n\tffffffff81000000 ${String(i).padStart(900, 'x')}+0x1 ([k])\n\n`;
    const text = Buffer.from(
      Array.from({ length: 6000 }, (_, i) => regular.repeat(2) + odd(i)).join(''),
    );
    const scanned = readThrough(text, true, DEFAULT_PROFILE_OPTIONS, 'all', 1 << 19);
    expect(scanned.reader.scannedSamples).toBeGreaterThan(10_000);
    expect(told(scanned)).toEqual(told(readThrough(text, false, DEFAULT_PROFILE_OPTIONS)));
  });

  it('read the same in more memory than Node counts in 31 bits', async () => {
    const path = recording('6.1', 'native');
    const read = async () => {
      const profile = await readProfile([path], {
        task: 'comm',
        comm: undefined,
        kernelOnly: false,
        nameOf: (name) => name,
      });
      const { frames, stacks, runs } = profile;
      return [frames.size, frames.strings.values, stacks.size, runs[0]?.columns[0]?.total];
    };
    const expected = await read();
    leaveLargeMemory();
    expect(await read()).toEqual(expected);
  });

  it('know the same frames, each once', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const texts = [0, 1].map((run) => generate(seed + 1000 * run, 30));
      const framesOf = (wasm: boolean) => {
        const { frames } = readRuns(texts, wasm, DEFAULT_PROFILE_OPTIONS, 'all');
        const all = Array.from({ length: frames.size }, (_, id) =>
          JSON.stringify(frames.frame(id)),
        );
        expect(new Set(all).size).toBe(all.length);
        // what is not of a sample is known too: the order is another
        return all.sort();
      };
      expect(framesOf(true), `seed ${seed}`).toEqual(framesOf(false));
    }
  });

  it('scan what is regular: the comparison above is of two readers', () => {
    let byBlock = 0;
    let all = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { reader } = readThrough(generate(seed, 40), true, DEFAULT_PROFILE_OPTIONS);
      byBlock += reader.scannedSamples;
      all += reader.recording.samples;
    }
    expect(byBlock / all).toBeGreaterThan(0.4);
  });

  it('fold the same where fewer addresses tell frames apart', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const text = generate(seed, 60);
      const fold = (wasm: boolean, addresses: 'none' | 'kernel') => {
        const { profile } = readThrough(text, wasm, DEFAULT_PROFILE_OPTIONS, addresses);
        const event = profile.runs[0]?.columns[0]?.event ?? '';
        return foldProfile(profile, { event, kernel: true, jit: true, addrs: false });
      };
      const expected = fold(false, 'none');
      expect(fold(true, 'none'), `seed ${seed}`).toEqual(expected);
      expect(fold(true, 'kernel'), `seed ${seed}`).toEqual(expected);
    }
  });

  it('keep the same kernel frames where addresses tell frames of one name apart', () => {
    const options: ProfileOptions = { ...DEFAULT_PROFILE_OPTIONS, kernelOnly: true };
    const sample = (address: string, dso: string) =>
      `w 1 [000] 1.000000: 10 cycles: \n\t${address} [unknown] (${dso})\n\n`;
    const addresses = [
      'ffffffffc0401234',
      'db8548105f8b4808',
      'ffffffffffffff80',
      '    7f0000001000',
    ];
    const dsos = ['[unknown]', '[kernel.kallsyms]'];
    for (let seed = 0; seed < 64; seed++) {
      const at = (i: number) => addresses[(seed * 7 + i * (1 + (seed & 6))) % 4] ?? '';
      const text = Array.from({ length: 12 }, (_, i) =>
        sample(at(i), dsos[((seed + i) >> 2) & 1] ?? ''),
      );
      const sum = (wasm: boolean) =>
        readThrough(Buffer.from(text.join('')), wasm, options, 'none').profile.runs[0]?.columns[0]
          ?.total;
      expect(sum(true), `seed ${seed}`).toBe(sum(false));
    }
  });

  it('scan flat samples too', () => {
    let byBlock = 0;
    let flat = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { reader } = readThrough(generate(seed, 40), true, DEFAULT_PROFILE_OPTIONS);
      const { samples, flatSamples } = reader.recording;
      if (flatSamples < 0.9 * samples || samples < 30) continue;
      byBlock += reader.scannedSamples;
      flat += samples;
    }
    expect(flat).toBeGreaterThan(500);
    expect(byBlock / flat).toBeGreaterThan(0.3);
  });

  it('read the same from a real recording, all but the first sample by block', () => {
    const file = join(
      import.meta.dirname,
      '../../fixtures/recordings/6.1/paravirt.perf-script.txt.gz',
    );
    const text = gunzipSync(readFileSync(file));
    const scanned = readThrough(text, true, DEFAULT_PROFILE_OPTIONS, 'all', 1 << 19);
    const { samples } = scanned.reader.recording;
    expect(samples).toBeGreaterThan(10_000);
    expect(scanned.reader.scannedSamples).toBeGreaterThan(0.99 * samples);
    expect(told(scanned)).toEqual(told(readThrough(text, false, DEFAULT_PROFILE_OPTIONS)));
  });
});
