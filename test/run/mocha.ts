/** One mocha process: its lines as they come, and in the end what it counted. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Run } from './plan';

export interface RunResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Each in full. */
  readonly failures: readonly string[];
}

const projectDir = resolve(__dirname, '../..');
/**
 * For a test that sets no limit of its own; generous, since the machine may be busy with other
 * work.
 */
const TEST_MS = { pure: 20_000, system: 60_000, xen: 60_000 } as const;
/** A run that takes longer hangs. The first run on real Xen makes its image. */
const LONGEST_MS = { pure: 300_000, system: 900_000, xen: 2_400_000 } as const;
const STDERR_KEPT = 8000;

export async function runMocha(run: Run, say: (line: string) => void, signal: AbortSignal): Promise<RunResult> {
  const dir = mkdtempSync(join(tmpdir(), 'xen-fleet-run-'));
  const resultFile = join(dir, 'result.json');
  const properties = run.floor === 'pure' ? ['-r', join(projectDir, 'test', 'properties.ts')] : [];
  const flags = [
    '--no-config',
    '-r',
    'ts-node/register',
    ...properties,
    '--reporter',
    join(projectDir, 'test', 'reporter.ts'),
  ];
  const mocha = join(projectDir, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const child = spawn(
    process.execPath,
    [mocha, ...flags, '--forbid-only', '--timeout', String(TEST_MS[run.floor]), ...run.files],
    {
      cwd: projectDir,
      env: { ...process.env, TEST_RESULT: resultFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const stop = (): void => {
    child.kill('SIGINT'); // mocha ends after the hooks of what runs
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  };
  signal.addEventListener('abort', stop);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, LONGEST_MS[run.floor]);
  let stderr = '';
  createInterface(child.stdout).on('line', say);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  const ended = await new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, name) => done(name ?? `exit code ${code}`));
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  const result = resultOf(resultFile);
  rmSync(dir, { recursive: true, force: true });
  if (result && (ended === 'exit code 0' || result.failed > 0)) return result;
  const why = late ? `no end after ${LONGEST_MS[run.floor] / 60_000} minutes` : ended;
  const failure = `${run.name}: the test process ended without a result (${why})\n${stderr.trimEnd()}`;
  const { passed = 0, failed = 0, skipped = 0, failures = [] } = result ?? {};
  return { passed, failed: failed + 1, skipped, failures: [...failures, failure] };
}

function resultOf(file: string): RunResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  } catch {
    return undefined;
  }
}
