/** The look for the programs that the scripts need. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { preflight } from '../../../agents/dom0/preflight';
import { InProcessHost } from '../../sim/in-process-host';
import { answering, type Answer } from './answering';

describe('the look for the programs of a host', () => {
  it('finds nothing to say where all are there', async () => equal(await preflight(new InProcessHost()), undefined));

  it('names all that are missing', async () => {
    const host = new InProcessHost();
    host.lacks = ['flock with -o (util-linux)', 'xl (Xen’s tools)'];
    const { reason, message } = (await preflight(host)) ?? {};
    equal(reason, 'DependencyMissing');
    match(message ?? '', /lacks what the agent needs: flock with -o \(util-linux\), xl .*; install it in Dom0/);
  });

  const rows: [string, Answer, string][] = [
    ['it ends badly, though it names nothing', { code: 1 }, 'CreateFailed'],
    ['it gives no answer in time', { end: 'deadline', code: null, stdout: '' }, 'ToolstackHung'],
    ['the host cannot be asked', { end: 'not-started', code: null }, 'HostUnreachable'],
  ];
  for (const [what, answer, reason] of rows)
    it(`does not take a host for whole where ${what}`, async () => {
      const { host, asked, deadlinesMs } = answering(answer);
      const failure = await preflight(host);
      equal(failure?.reason, reason);
      match(failure?.message ?? '', /the look for the programs of the host|cannot be asked/);
      match(asked[0] ?? '', /^sh -c [^]*flock[^]* preflight$/);
      deepEqual(deadlinesMs, [30_000]);
    });
});
