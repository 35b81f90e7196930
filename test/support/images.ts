import { join } from 'node:path';

const images = join(import.meta.dirname, '../../fixtures/images');

export const NATIVE_IMAGE = join(images, '6.1.native.sampled.vmlinux.gz');
export const PARAVIRT_IMAGE = join(images, '6.1.paravirt.sampled.vmlinux.gz');

/** Options that join a native base and a paravirt new with their images. */
export const BOTH_IMAGES = { baseVmlinux: NATIVE_IMAGE, newVmlinux: PARAVIRT_IMAGE };
/** Options for two recordings of the paravirt image. */
export const ONE_IMAGE = { baseVmlinux: PARAVIRT_IMAGE, newVmlinux: PARAVIRT_IMAGE };
