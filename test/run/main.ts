// make test: ts-node test/run/main.ts [--xen] [file…]. Every floor, two processes at a time; the
// last line is the sum of it all.
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { relative, resolve } from 'node:path';
import { findKubeScore } from '../charts/judges';
import { ensureAssets, ensureHelm } from '../control-plane/assets';
import { clientExecutable } from '../sim/client/build';
import { runMocha } from './mocha';
import type { RunResult } from './mocha';
import { planRuns } from './plan';
import type { Run } from './plan';

const projectDir = resolve(__dirname, '../..');
const timesFile = resolve(projectDir, '.local', 'test-times.json');

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function main(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const runs = wanted(args);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort());
  await prepare(runs);
  pruneTranspiled();
  const results: RunResult[] = [];
  const queues = [runs.filter(({ floor }) => floor !== 'xen'), runs.filter(({ floor }) => floor === 'xen')] as const;
  /** Takes from the first queue that is not empty. */
  const lane = async (...order: Run[][]): Promise<void> => {
    const next = (): Run | undefined => order.find((queue) => queue.length > 0)?.shift();
    for (let run = next(); run && !interrupted.signal.aborted; run = next())
      results.push(await timed(run, interrupted.signal));
  };
  // A real Xen under emulation keeps one core busy and takes long: it has a lane of its own, which
  // helps with the rest when it is done.
  await Promise.all([lane(queues[0]), lane(queues[1], queues[0])]);
  return summary(results, startedMs, interrupted.signal.aborted);
}

function wanted(args: readonly string[]): Run[] {
  const named = args.filter((arg) => !arg.startsWith('--')).map((file) => relative(projectDir, resolve(file)));
  const files = named.length > 0 ? named : globSync('test/**/*.test.ts', { cwd: projectDir });
  const runs = planRuns(files, times());
  return args.includes('--xen') ? runs.filter(({ floor }) => floor === 'xen') : runs;
}

/**
 * Transpiled files that nobody asked for in a month: they are kept by content, so old ones pile up.
 */
function pruneTranspiled(): void {
  const folder = resolve(process.env['XDG_CACHE_HOME'] || resolve(homedir(), '.cache'), 'xen-fleet', 'transpiled');
  for (const file of globSync('*.json*', { cwd: folder })) {
    const path = resolve(folder, file);
    if (Date.now() - statSync(path).mtimeMs > 30 * 24 * 3_600_000) rmSync(path, { force: true });
  }
}

/** What several runs need is made once, before they start, and says so. */
async function prepare(runs: readonly Run[]): Promise<void> {
  if (runs.every(({ floor }) => floor === 'pure')) return;
  await ensureAssets({ progress: say });
  clientExecutable(say);
  if (runs.some(({ name }) => /^(charts|image)/.test(name))) await ensureHelm({ progress: say });
  // Not while tests look at clocks: Go takes every core.
  if (runs.some(({ name }) => name === 'charts/judges')) await findKubeScore(say);
}

async function timed(run: Run, signal: AbortSignal): Promise<RunResult> {
  const startedMs = performance.now();
  const result = await runMocha(run, (line) => say(line), signal);
  const tookMs = performance.now() - startedMs;
  if (run.files.every((file) => file.startsWith('test/'))) remember(run.name, tookMs);
  say(`${run.name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${seconds(tookMs)}`);
  for (const failure of result.failures) say(`\nFAILED  ${failure}\n`);
  return result;
}

function summary(results: readonly RunResult[], startedMs: number, interrupted: boolean): number {
  const sum = (what: 'passed' | 'failed' | 'skipped'): number => results.reduce((n, result) => n + result[what], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const failures = results.flatMap((result) => result.failures);
  if (failures.length > 0) say(`\nFailed:\n${failures.map((text) => `  ${text.split('\n')[0]}`).join('\n')}`);
  say(`\n${results.length} test processes in ${seconds(performance.now() - startedMs)}, ${skipped} tests skipped`);
  if (interrupted) say('interrupted: not everything ran');
  if (passed + failed === 0) say('nothing ran');
  say(`${passed} passed, ${failed} failed`);
  return interrupted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
}

function times(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

function remember(name: string, ms: number): void {
  mkdirSync(resolve(timesFile, '..'), { recursive: true });
  writeFileSync(timesFile, `${JSON.stringify({ ...times(), [name]: Math.round(ms) }, null, 2)}\n`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    say('0 passed, 1 failed');
    process.exit(1);
  },
);
