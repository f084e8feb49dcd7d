// make test: ts-node test/run/main.ts [--xen] [file…]. Every floor, two processes at a time; the last line is the sum of it all.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ensureAssets, ensureHelm } from '../control-plane/assets';
import { clientExecutable } from '../sim/client/build';
import { runMocha } from './mocha';
import type { RunResult } from './mocha';
import { planRuns } from './plan';
import type { Run } from './plan';

const LANES = 2;
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
  const results: RunResult[] = [];
  const lanes = [runs.filter(({ floor }) => floor !== 'xen'), runs.filter(({ floor }) => floor === 'xen')];
  // Real Xen under emulation takes both cores: it comes last, and one at a time.
  for (const [index, queue] of lanes.entries()) {
    const one = async (): Promise<void> => {
      for (let run = queue.shift(); run && !interrupted.signal.aborted; run = queue.shift())
        results.push(await timed(run, interrupted.signal));
    };
    await Promise.all(Array.from({ length: index === 0 ? LANES : 1 }, one));
  }
  return summary(results, startedMs, interrupted.signal.aborted);
}

function wanted(args: readonly string[]): Run[] {
  const named = args.filter((arg) => !arg.startsWith('--')).map((file) => relative(projectDir, resolve(file)));
  const files = named.length > 0 ? named : globSync('test/**/*.test.ts', { cwd: projectDir });
  const runs = planRuns(files, times());
  return args.includes('--xen') ? runs.filter(({ floor }) => floor === 'xen') : runs;
}

/** What several runs need is made once, before they start, and says so. */
async function prepare(runs: readonly Run[]): Promise<void> {
  if (runs.every(({ floor }) => floor === 'pure')) return;
  await ensureAssets({ progress: say });
  clientExecutable(say);
  if (runs.some(({ name }) => /^(charts|image)/.test(name))) await ensureHelm({ progress: say });
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
