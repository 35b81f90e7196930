import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('names every work in the page script, with its version, in both notices', async () => {
  const { metafile } = await build({
    entryPoints: [join(root, 'src/page/main.ts')],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    loader: { '.css': 'empty' },
    write: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const works = new Set(
    inputs
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );
  expect(works.size).toBeGreaterThan(5);
  const inPage = readFileSync(join(root, 'templates/licences.txt'), 'utf8');
  const inPackage = readFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), 'utf8');
  for (const work of works) {
    const manifest = readFileSync(join(root, 'node_modules', work, 'package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(inPage).toContain(`${work} ${version}`);
    expect(inPackage).toContain(`| ${work} | ${version} |`);
  }
});
