/**
 * What the sections of this bench share: each prints its tables and returns what is below its
 * floor.
 */
import { table } from '../../../cli/table';
import type { Cell } from '../../../cli/table';

export type Section = (seed: number) => string[] | Promise<string[]>;

export function print(title: string, header: readonly string[], rows: readonly (readonly Cell[])[]): void {
  process.stdout.write(`\n${title}\n${table(header, rows)}\n`);
}

/** For people who wait. */
export function progress(what: string): void {
  process.stderr.write(`${what}\n`);
}
