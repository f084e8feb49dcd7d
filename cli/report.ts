/** Results for humans. */
import type { Explained, Outcome, Size } from './simulate';
import type { Capacity } from '../scheduler';
import { table } from './table';

const SHOWN = 20;

function placedRows({ placed = 0, pending = 0, hostsUsed = 0 }: Outcome['stats']): [string, number][] {
  return [
    ['placed', placed],
    ['pending', pending],
    ['hosts used', hostsUsed],
  ];
}

export function summary(outcome: Outcome, placed: readonly { vm: string; host: string }[]): string {
  const { stats, moves, refused } = outcome;
  const rows: [string, string | number][] = [
    ['objective', stats.objective],
    ['score before', stats.scoreBefore],
    ['score after', stats.scoreAfter],
    ...(stats.reached === false ? [['score wanted', `${stats.scoreWanted}, not reached`] as [string, string]] : []),
    ...(stats.placed === undefined ? [] : placedRows(stats)),
    ['moves', moves.length],
    ['GiB moved', stats.gibMoved],
    ['CPU ms', Math.round(stats.cpuMs)],
  ];
  const parts = [table(['figure', 'value'], rows)];
  const more = (count: number): string =>
    count > SHOWN ? `\n… ${count - SHOWN} more; -o json or --out shows all` : '';
  if (placed.length > 0 && moves.length === 0) {
    parts.push(
      table(
        ['vm', 'host'],
        placed.slice(0, SHOWN).map(({ vm, host }) => [vm, host]),
      ) + more(placed.length),
    );
  }
  if (moves.length > 0) {
    const shown = moves
      .slice(0, SHOWN)
      .map(({ vm, from, to }, index): (string | number)[] => [index + 1, vm, from, to]);
    parts.push(table(['#', 'vm', 'from', 'to'], shown) + more(moves.length));
  }
  if (refused.length > 0) {
    parts.push(
      table(
        ['refused', 'why'],
        refused.slice(0, SHOWN).map(({ vm, reason }) => [vm, reason]),
      ) + more(refused.length),
    );
  }
  return parts.join('\n\n');
}

export function explained(answer: Explained): string {
  const first =
    answer.host === undefined
      ? `${answer.vm}: ${answer.reason}`
      : `${answer.vm} fits: best on ${answer.host}; ${answer.reason}`;
  return [first, ...answer.counterfactuals.map(({ text }) => `  ${text}`)].join('\n');
}

export function capacityTable(rows: readonly (Size & Capacity)[]): string {
  const header = ['vCPUs', 'MiB', 'fit', 'with failures tolerated', 'lost GiB', 'lost vCPUs'];
  const gib = (bytes: number): number => Math.round(bytes / 2 ** 30);
  return table(
    header,
    rows.map((row) => [row.vcpus, row.memMiB, row.most, row.tolerant, gib(row.lostBytes), Math.floor(row.lostVcpus)]),
  );
}
