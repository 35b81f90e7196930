/**
 * How a kernel's release stands to a version: negative before it, 0 of it, positive after it. Only as many numbers as the
 * version has are looked at: 6.14.3-1-amd64 is of 6.14.
 */
export function compareRelease(release: string, version: string): number {
  const own = release.split(/\D/).map(Number);
  for (const [i, part] of version.split('.').map(Number).entries()) {
    const difference = (own[i] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
