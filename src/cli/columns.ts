/** Rows of text as columns that stand one under the other. */

/** Cells of the columns named in `right` end, all others begin, one under the other. */
export function alignColumns(rows: readonly string[][], right: readonly number[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
