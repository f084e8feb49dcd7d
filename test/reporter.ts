/**
 * Mocha's reporter for `make test`: a line per top-level suite with its time; counts and failures
 * as JSON into $TEST_RESULT, for test/run to sum up. Without $TEST_RESULT failures are printed
 * here.
 */
import { writeFileSync } from 'node:fs';
import { reporters } from 'mocha';
import type { MochaOptions, Runner, Suite, Test } from 'mocha';

/**
 * Handles that still keep the process alive so long after the last test are a leak: the run fails,
 * and says which.
 */
const LINGER_MS = 15_000;

class CalmReporter extends reporters.Base {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const failures: string[] = [];
    let suite = { ...counts, startedMs: 0 };
    const write = (more: object = {}): void => {
      const path = process.env['TEST_RESULT'];
      if (path !== undefined) writeFileSync(path, JSON.stringify({ ...counts, failures, ...more }));
    };
    const count = (what: keyof typeof counts): void => {
      counts[what] += 1;
      suite[what] += 1;
    };
    runner.on('suite', ({ parent }: Suite) => {
      if (parent?.root) suite = { passed: 0, failed: 0, skipped: 0, startedMs: performance.now() };
    });
    runner.on('suite end', ({ parent, title }: Suite) => {
      if (parent?.root) process.stdout.write(`${suiteLine(title, suite)}\n`);
    });
    runner.on('pass', () => count('passed'));
    runner.on('pending', () => count('skipped'));
    runner.on('fail', (test: Test, error: Error) => {
      count('failed');
      failures.push(`${test.titlePath().join(' › ')}\n${indent(textOf(error))}`);
    });
    runner.on('end', () => {
      write();
      if (process.env['TEST_RESULT'] === undefined && failures.length > 0)
        process.stdout.write(`\n${failures.join('\n\n')}\n`);
      setTimeout(() => {
        const left = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'TTYWrap');
        const words = `the process does not end: ${left.join(', ') || 'timers'} still open ${LINGER_MS / 1000} s after the last test`;
        counts.failed += 1;
        failures.push(words);
        write();
        process.stderr.write(`${words}\n`);
        process.exit(1);
      }, LINGER_MS).unref();
    });
  }
}

function suiteLine(
  title: string,
  suite: { passed: number; failed: number; skipped: number; startedMs: number },
): string {
  const mark = suite.failed > 0 ? '✗' : suite.passed > 0 ? '✓' : '-';
  const parts = [
    `${suite.passed} passed`,
    ...(suite.failed > 0 ? [`${suite.failed} FAILED`] : []),
    ...(suite.skipped > 0 ? [`${suite.skipped} skipped`] : []),
  ];
  const seconds = ((performance.now() - suite.startedMs) / 1000).toFixed(1);
  return `  ${mark} ${title}: ${parts.join(', ')} (${seconds} s)`;
}

/** The stack starts with the message; a diff of values is what people read first. */
function textOf(error: Error & { showDiff?: boolean; actual?: unknown; expected?: unknown }): string {
  const text = error.stack ?? String(error);
  const { cause } = error;
  return cause instanceof Error ? `${text}\ncaused by: ${cause.stack ?? String(cause)}` : text;
}

const indent = (text: string): string => text.replace(/^/gm, '    ');

export = CalmReporter;
