import type { Report } from '../report/schema.js';

/**
 * The differential tree as two-column folded stacks, `stack base new`, the form that difffolded.pl
 * and inferno-diff-folded write. Names are the aligned ones; `;` in them becomes `:`.
 */
export function renderFolded(report: Report): string {
  const { graph } = report;
  const path: string[] = [];
  const lines: string[] = [];
  graph.nodes.depth.forEach((depth, node) => {
    path.length = Math.max(depth - 1, 0);
    if (depth === 0) return;
    path.push(
      (graph.names[graph.nodes.name[node] ?? 0] ?? '').replaceAll(';', ':').replaceAll('\n', ' '),
    );
    const base = graph.nodes.base[node] ?? 0;
    const other = graph.nodes.new[node] ?? 0;
    if (base !== 0 || other !== 0) lines.push(`${path.join(';')} ${base} ${other}`);
  });
  return lines.map((line) => line + '\n').join('');
}
