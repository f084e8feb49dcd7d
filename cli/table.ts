/** Plain tables for terminals: columns as wide as their widest cell, numbers to the right. */

export type Cell = string | number;

function show(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(4);
}

export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => show(line[column] ?? '').length)));
  const render = (line: readonly Cell[]): string =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? show(cell).padStart(width) : show(cell).padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return lines.map(render).join('\n');
}
