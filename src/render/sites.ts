import type { SitesDocument, SitesImage, SitesRow } from '../report/sites-schema.js';
import type { SiteFormat } from './formats.js';

const TSV_COLUMNS = [
  'address',
  'module',
  'function',
  'offset',
  'length',
  'op',
  'inline',
  'section',
  'source',
  'tabled',
] as const;

/** What boot code makes of a site: the bytes of its inline form, a direct call (or nothing), or what only the op's name tells. */
function patchedTo(site: SitesRow): string {
  if (site.source === 'static_call') return site.inline ?? 'static';
  if (!site.tabled) return 'never';
  return site.inline ?? (/\+0x|^unknown$/.test(site.op) ? '?' : 'call');
}

function place(site: SitesRow): string {
  const where =
    site.function === null ? '?' : `${site.function}+0x${(site.offset ?? 0).toString(16)}`;
  return site.module === null ? where : `${where} [${site.module}]`;
}

/** Columns padded to their widest cell, the last one left ragged. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

function tally(values: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function describe(image: SitesImage, sites: readonly SitesRow[]): string {
  const what = image.module === null ? image.kind : `module ${image.module}`;
  const release = image.release === null ? '' : `, Linux ${image.release}`;
  const id = image.buildId === null ? '' : `, build id ${image.buildId}`;
  const own = sites.filter((s) => s.module === image.module).length;
  const none =
    own > 0
      ? ''
      : image.tables.length > 0
        ? '; the image has a paravirt table but no site'
        : image.module === null
          ? '; this kernel was built without paravirt (CONFIG_PARAVIRT=n)'
          : '; this module uses no paravirt op';
  const limits = image.limits.map((limit) => `  ${limit}\n`).join('');
  return `${image.name}: ${what}${release}${id}\n  ${plural(own)}${none}\n${limits}`;
}

function plural(n: number): string {
  return n === 1 ? '1 site' : `${n} sites`;
}

/** What is in the table, by op and by source. */
function summary(doc: SitesDocument): string {
  const { sites } = doc;
  if (sites.length === 0) return '';
  const byOp = tally(sites.map((s) => s.op)).map(([op, n]) => {
    const forms = tally(sites.filter((s) => s.op === op).map(patchedTo));
    return [`  ${op}`, String(n).padStart(5), forms.map(([form, m]) => `${form} ${m}`).join(', ')];
  });
  const sources = tally(sites.map((s) => s.source)).map(([source, n]) => [
    `  ${source}`,
    String(n).padStart(5),
  ]);
  const never = sites.filter((s) => s.source === 'text').length;
  const note =
    never === 0 ? '' : `${plural(never)} in no patch record: always called through the table.\n`;
  return `\nBy op (patched to):\n${columns(byOp)}\nBy source:\n${columns(sources)}${note}`;
}

function sitesTable(doc: SitesDocument): string {
  const head = [doc.image, ...doc.modules].map((image) => describe(image, doc.sites)).join('');
  if (doc.sites.length === 0) return head;
  const rows = doc.sites.map((s) => [s.address.replace(/^0x/, ''), s.op, patchedTo(s), place(s)]);
  return `${head}\n${columns([['address', 'op', 'patched', 'function'], ...rows])}${summary(doc)}`;
}

function sitesTsv(doc: SitesDocument): string {
  const cell = (value: string | number | boolean | null): string =>
    value === null ? '' : String(value).replace(/[\t\r\n]/g, ' ');
  const rows = doc.sites.map((s) => TSV_COLUMNS.map((c) => cell(s[c])).join('\t'));
  return [TSV_COLUMNS.join('\t'), ...rows].map((row) => `${row}\n`).join('');
}

/** The document with one site a line, so that two tables can be compared with diff. */
function sitesJson(doc: SitesDocument): string {
  const head = JSON.stringify(
    { schema: doc.schema, image: doc.image, modules: doc.modules, filter: doc.filter },
    null,
    2,
  );
  const rows = doc.sites.map((s) => `    ${JSON.stringify(s)}`).join(',\n');
  const list = rows === '' ? '[]' : `[\n${rows}\n  ]`;
  return `${head.slice(0, -2)},\n  "sites": ${list}\n}\n`;
}

/** A site table as text in one of its formats. */
export function renderSites(doc: SitesDocument, format: SiteFormat): string {
  switch (format) {
    case 'table':
      return sitesTable(doc);
    case 'tsv':
      return sitesTsv(doc);
    case 'json':
      return sitesJson(doc);
  }
}
