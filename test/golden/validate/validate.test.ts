import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateFiles } from '../../../src/cli/validate.js';
import { parseValidateOptions } from '../../../src/cli/validate-options.js';
import { renderValidation } from '../../../src/render/validate/index.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../../support/images.js';
import { recording } from '../../support/recordings.js';

describe('pvflame validate on Linux 6.1: native, unpatched, patched', () => {
  it.each(['text', 'markdown'] as const)('reads as the golden %s', async (format) => {
    const paths = {
      native: ['native', 'native-2', 'native-3'].map((name) => recording('6.1', name)),
      before: [recording('6.1', 'paravirt-unpatched')],
      after: [recording('6.1', 'paravirt')],
    };
    const document = await validateFiles(
      paths,
      parseValidateOptions({
        ...paths,
        budget: '0.2%',
        nativeVmlinux: NATIVE_IMAGE,
        beforeVmlinux: PARAVIRT_IMAGE,
        afterVmlinux: PARAVIRT_IMAGE,
      }),
    );
    document.provenance.version = 'VERSION';
    const text = await renderValidation(document, format);
    const golden = join(import.meta.dirname, `6.1.${format === 'text' ? 'txt' : 'md'}`);
    await expect(text).toMatchFileSnapshot(golden);
  });
});
