/**
 * VMs that come and go: a real trace, or a made one with the same traits. The real one is Azure's
 * of 2017 as published by huaweicloud/trace_generation_rnn (README.md says how to get it); nothing
 * of it is in this repository.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../../seeded';

export interface Stay {
  readonly fromS: number;
  /** Infinity: it was still there when the trace ended. */
  readonly untilS: number;
  readonly vcpus: number;
  readonly gib: number;
}

const DAY_S = 86_400;
const STEP_S = 300;

/**
 * Reads `traces/v1.test.txt`, its lifetimes and the maps below a folder (the repository's
 * `resources`, or above it).
 */
export function readTrace(folder: string): Stay[] {
  const root = existsSync(join(folder, 'resources')) ? join(folder, 'resources') : folder;
  const lines = (path: string): string[][] =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '));
  const sizes = new Map(
    lines('maps/flav_map.txt').map(([size = '', name = '']) => [name, size.split(',').map(Number)]),
  );
  const spans = readSpans(lines('maps/v1.interval_map.txt'));
  const lifetimes = readdirSync(join(root, 'traces')).find((name) => /^v1\.test\.c\d+\.txt$/.test(name));
  if (lifetimes === undefined)
    throw new Error(`TRACE=${folder}: there is no traces/v1.test.c….txt; see test/bench/peers/README.md`);
  const durations = lines(`traces/${lifetimes}`);
  const next = seeded(1);
  return lines('traces/v1.test.txt').flatMap(([time, names = ''], index) => {
    const marks = (durations[index]?.[1] ?? '').split(',');
    return names.split(',').flatMap((name, place): Stay[] => {
      const [vcpus, gib] = sizes.get(name) ?? [];
      if (vcpus === undefined || gib === undefined) return [];
      const mark = marks[place] ?? '';
      const [low, high] = spans.get(Number(mark.slice(1))) ?? [0, 0];
      const fromS = Number(time);
      // Only the span of a lifetime is known: a moment in it is drawn.
      const untilS = mark.startsWith('C') ? Infinity : fromS + low + next() * (high - low);
      return [{ fromS, untilS, vcpus, gib }];
    });
  });
}

/** Number of a lifetime's span -> from, to in seconds. */
function readSpans(lines: readonly string[][]): Map<number, [number, number]> {
  const spans = new Map<number, [number, number]>();
  for (const [seconds, bin] of lines) {
    const [low, high] = spans.get(Number(bin)) ?? [Infinity, 0];
    spans.set(Number(bin), [Math.min(low, Number(seconds)), Math.max(high, Number(seconds) + STEP_S)]);
  }
  return spans;
}

const FLAVOURS = [
  { weight: 0.12, vcpus: 1, gib: 0.75 },
  { weight: 0.36, vcpus: 1, gib: 1.75 },
  { weight: 0.25, vcpus: 2, gib: 3.5 },
  { weight: 0.14, vcpus: 4, gib: 7 },
  { weight: 0.07, vcpus: 8, gib: 14 },
  { weight: 0.03, vcpus: 2, gib: 14 },
  { weight: 0.02, vcpus: 8, gib: 56 },
  { weight: 0.01, vcpus: 16, gib: 112 },
] as const;

/**
 * Batches of one tenant, alike and mostly small; more by day than by night; most lives short, a few
 * very long.
 */
export function makeTrace(seed: number, days: number, perDay: number): Stay[] {
  const next = seeded(seed);
  const stays: Stay[] = [];
  const endS = days * DAY_S;
  for (let fromS = 0; fromS < endS; fromS += STEP_S) {
    const daytime = 1 - 0.6 * Math.cos((2 * Math.PI * fromS) / DAY_S);
    let wanted = (perDay * STEP_S * daytime) / DAY_S;
    while (wanted > next() * 5) {
      const batch = Math.min(60, Math.ceil(next() ** -0.8));
      let left = next();
      const { vcpus, gib } = FLAVOURS.find(({ weight }) => (left -= weight) < 0) ?? FLAVOURS[0];
      // Pareto: half of the batches are gone within the hour, one in fifty lives for a month.
      const lifeS = 1200 * next() ** -1.8;
      for (let one = 0; one < batch; one++) {
        const untilS = fromS + lifeS * (0.7 + 0.6 * next());
        stays.push({ fromS, untilS: untilS < endS ? untilS : Infinity, vcpus, gib });
      }
      wanted -= batch;
    }
  }
  return stays;
}
