/** Whether the Dom0 has all programs that the scripts need, with the options that they use. */
import type { HostPort } from '../host/port';
import { scriptText } from '../host/script-call';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';

const DEADLINE_MS = 30_000;

/** What is missing, in words. Undefined if nothing is. */
export async function preflight(host: HostPort): Promise<Failure | undefined> {
  const argv = ['sh', '-c', scriptText('preflight'), 'preflight'];
  const result = await host.exec(argv, { deadlineMs: DEADLINE_MS, maxOutputBytes: 4096 });
  if (result.code !== 0) return explain('the look for the programs of the host', result);
  const missing = result.stdout.split('\n').filter((line) => line !== '');
  if (missing.length === 0) return undefined;
  const message = `the host lacks what the agent needs: ${missing.join(', ')}; install it in Dom0`;
  return { reason: 'DependencyMissing', message };
}
