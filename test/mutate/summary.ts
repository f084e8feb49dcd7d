/**
 * What came of the mutants: a score for each file, and those that no test noticed. Pure but for
 * reading the lines that were changed.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What is used of a mutant in Stryker's words. */
export interface Mutant {
  readonly fileName: string;
  readonly status: string;
  readonly replacement: string;
  /** Lines and columns from 1. */
  readonly location: { readonly start: Place; readonly end: Place };
  readonly coveredBy?: readonly string[] | undefined;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly was: string;
  readonly became: string;
  /** How many tests reach it. */
  readonly coveredBy: number;
}

export interface Score {
  readonly file: string;
  readonly killed: number;
  readonly total: number;
  readonly percent: string;
}

export interface Summary {
  readonly files: readonly Score[];
  readonly survivors: readonly Survivor[];
}

const KILLED = new Set(['Killed', 'Timeout']);
const LIVED = new Set(['Survived', 'NoCoverage']);

export function summaryOf(mutants: readonly Mutant[]): Summary {
  const counted = mutants.filter(({ status }) => KILLED.has(status) || LIVED.has(status));
  const names = [...new Set(counted.map(({ fileName }) => fileName))].sort();
  const score = (file: string, some: readonly Mutant[]): Score => {
    const killed = some.filter(({ status }) => KILLED.has(status)).length;
    return { file, killed, total: some.length, percent: `${Math.floor((100 * killed) / Math.max(1, some.length))}%` };
  };
  return {
    files: [
      ...names.map((name) =>
        score(
          relative(process.cwd(), name),
          counted.filter(({ fileName }) => fileName === name),
        ),
      ),
      score('all', counted),
    ],
    survivors: counted.filter(({ status }) => LIVED.has(status)).map(survivor),
  };
}

function survivor({ fileName, location: { start, end }, replacement, coveredBy = [] }: Mutant): Survivor {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  const short = (text: string): string => {
    const flat = text.replace(/\s+/g, ' ').trim();
    return flat.length > 110 ? `${flat.slice(0, 110)}…` : flat;
  };
  return {
    file: relative(process.cwd(), fileName),
    line: start.line,
    was: short(lines.join('\n')),
    became: short(replacement),
    coveredBy: coveredBy.length,
  };
}
