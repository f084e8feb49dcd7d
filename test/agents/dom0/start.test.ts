/** Starting a domain: what each answer of the Dom0 means, and what it is asked. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { BAD_INPUT, BUSY, EXISTS, RETIRED, UNKNOWN } from '../../../agents/host/exit-codes';
import { startDomain } from '../../../agents/dom0/start';
import type { CreateOutcome } from '../../../agents/reconcile/outcome';
import { InProcessHost } from '../../sim/in-process-host';
import { simCfg } from '../host/sim-folder';
import { UUID, order } from '../orders';
import { answering, layout, type Answer } from './answering';

const found = { disks: ['root'], diskSizes: { root: 1 << 30 } };
const call = { uuid: UUID, order: order({ epoch: 4 }), found };

const brief = (outcome: CreateOutcome): string => {
  switch (outcome.kind) {
    case 'retired':
      return `retired ${outcome.epoch}`;
    case 'failed':
      return `failed ${outcome.failure.reason} with ${outcome.disks.join()}`;
    case 'created':
      return `created with ${outcome.disks.join()} ${JSON.stringify(outcome.diskSizes)}`;
    case 'unclear':
      return 'unclear';
  }
};

describe('what a start came to', () => {
  const rows: [string, Answer, string][] = [
    ['it ended well', {}, 'created with root {"root":1073741824}'],
    ['the Dom0 refuses the epoch, and says up to which', { code: RETIRED, stdout: 'retired 17\n' }, 'retired 17'],
    ['the Dom0 refuses the epoch, and its word is lost', { code: RETIRED }, 'retired 4'],
    ['xl cannot list what is there', { code: UNKNOWN }, 'unclear'],
    ['a domain of the UUID is there', { code: EXISTS }, 'unclear'],
    ['no answer in time: xl may still be building it', { end: 'deadline', code: null }, 'unclear'],
    ['the connection is lost', { end: 'disconnected', code: null }, 'unclear'],
    ['the script was killed', { end: 'signalled', code: null }, 'unclear'],
    ['an earlier call holds the lock: nothing was begun', { code: BUSY }, 'failed ToolstackHung with '],
    ['Xen has no memory', { code: 1, stderr: 'libxl: error: Out of memory' }, 'failed OutOfMemory with root'],
    ['the cfg is of another UUID', { code: BAD_INPUT, stderr: 'x' }, 'failed CreateFailed with root'],
  ];
  for (const [what, answer, expected] of rows)
    it(`${what}: ${expected}`, async () =>
      equal(brief(await startDomain(answering(answer).host, layout, call)), expected));

  it('names the call that failed, and the process to look for if none was begun', async () => {
    const said = async (code: number): Promise<string> => {
      const outcome = await startDomain(answering({ code, stderr: 'Error: broken' }).host, layout, call);
      return outcome.kind === 'failed' ? outcome.failure.message : '';
    };
    match(await said(BUSY), /^xl create was not begun: .* end that process/);
    match(await said(9), /xl create failed with exit code 9 .*broken/);
  });
});

describe('a start', () => {
  it('names the epoch, the cfg and the mark, under the lock of the UUID, and has time for a large guest', async () => {
    const { host, asked, deadlinesMs } = answering();
    await startDomain(host, layout, call);
    deepEqual(asked, [`locked create /state ${UUID} 4 /state/cfg/${UUID}.cfg fleet-1 4 tenant/web`]);
    deepEqual(deadlinesMs, [600_000]);
  });

  it('makes one domain with its mark, and a second start of it changes nothing', async () => {
    const host = new InProcessHost();
    await host.putFile(`/state/cfg/${UUID}.cfg`, simCfg(UUID, 'tenant.web'));
    const outcomes = await Promise.all([1, 2].map(() => startDomain(host, layout, call)));
    deepEqual(
      outcomes.map(({ kind }) => kind),
      ['created', 'unclear'],
    );
    equal(host.xen.domains.size, 1);
    equal(host.xen.store.read(`/xenfleet/${UUID}`), 'fleet-1 4 tenant/web');
  });

  it('makes nothing where the Dom0 refuses the epoch', async () => {
    const host = new InProcessHost();
    await host.putFile(`/state/cfg/${UUID}.cfg`, simCfg(UUID, 'tenant.web'));
    await host.putFile(`/state/fence/${UUID}`, '6\n');
    deepEqual(await startDomain(host, layout, call), { kind: 'retired', epoch: 6 });
    equal(host.xen.domains.size, 0);
  });
});
