import { deepEqual, equal, match } from 'node:assert/strict';
import { ABSENT, BUSY, EXISTS, NOT_YOURS, UNKNOWN } from '../../../agents/host/exit-codes';
import { Toolstack, type ActOutcome } from '../../../agents/dom0/toolstack';
import { UUID } from '../orders';
import { answering as answeringHost, layout, type Answer } from './answering';

const owner = { fleetID: 'fleet', namespace: 'acme', name: 'web' };

function answering(...answers: Answer[]): { toolstack: Toolstack; asked: string[]; deadlinesMs: unknown[] } {
  const { host, ...rest } = answeringHost(...answers);
  return { toolstack: new Toolstack(host, layout), ...rest };
}

const brief = (outcome: ActOutcome): string =>
  outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.failure.reason}`;

describe('ending a domain', () => {
  const rows: [string, Answer, string][] = [
    ['succeeds', {}, 'done'],
    ['waits for an earlier call that has not ended', { code: BUSY }, 'unclear ToolstackHung'],
    ['gives no answer in time', { end: 'deadline', code: null }, 'unclear ToolstackHung'],
    ['loses its connection', { end: 'disconnected', code: null }, 'unclear HostUnreachable'],
    ['cannot tell what is there', { code: UNKNOWN }, 'unclear CreateFailed'],
    ['meets a domain of somebody else', { code: NOT_YOURS, stderr: 'marked' }, 'failed ForeignDomain'],
    ['fails', { code: 1, stderr: 'libxl: error' }, 'failed CreateFailed'],
  ];
  for (const [what, result, expected] of rows)
    it(`destroy ${what}: ${expected}`, async () => {
      const { toolstack, asked } = answering(result);
      equal(brief(await toolstack.destroy(UUID, owner)), expected);
      deepEqual(asked, [`locked destroy ${UUID} fleet acme/web`]);
    });

  it('names the process to look for if the lock is held', async () => {
    const { toolstack } = answering({ code: BUSY });
    const outcome = await toolstack.destroy(UUID, owner);
    match(outcome.kind === 'done' ? '' : outcome.failure.message, /xl destroy was not begun: .* end that process/);
  });

  it('ends only the domain that was meant, in the state that it was in', async () => {
    const { toolstack, asked } = answering({}, {});
    await toolstack.destroy(UUID, owner, { domid: 7, state: 'paused' });
    await toolstack.destroy(UUID, owner, { domid: 7, state: 'shutdown' });
    deepEqual(asked, [`locked destroy ${UUID} fleet acme/web 7 p`, `locked destroy ${UUID} fleet acme/web 7 s`]);
  });

  it('asks by the power button a guest that has no PV drivers', async () => {
    const { toolstack, asked } = answering({ code: 1, stderr: 'PV control interface not available' }, { code: 124 });
    equal(brief(await toolstack.shutdown(UUID, owner, 9)), 'done');
    deepEqual(asked, [`locked shutdown ${UUID} fleet acme/web 9`, `locked shutdown ${UUID} fleet acme/web -F 9`]);
  });

  it('does not press the button where nobody knows whether the first call has ended', async () => {
    const lost = { end: 'disconnected', code: null, stderr: 'PV control interface not available' } as const;
    const { toolstack, asked } = answering(lost);
    equal(brief(await toolstack.shutdown(UUID, owner, 9)), 'unclear HostUnreachable');
    equal(asked.length, 1);
  });

  it('is done with a guest that is not there, or has not answered yet', async () => {
    const { toolstack } = answering({ code: ABSENT }, { code: 124 }, { code: 2 });
    const said = [1, 2, 3].map(() => toolstack.shutdown(UUID, owner, 9).then(brief));
    deepEqual(await Promise.all(said), ['done', 'done', 'failed CreateFailed']);
  });

  it('retires nothing while a domain is there', async () => {
    const { toolstack, asked, deadlinesMs } = answering({ code: EXISTS }, {});
    const outcome = await toolstack.retire(UUID, 4);
    equal(brief(outcome), 'unclear CreateFailed');
    match(outcome.kind === 'done' ? '' : outcome.failure.message, /^retiring failed with exit code 42/);
    equal(brief(await toolstack.retire(UUID, 4)), 'done');
    deepEqual(
      asked,
      [1, 2].map(() => `locked retire /state ${UUID} 4`),
    );
    deepEqual(deadlinesMs, [120_000, 120_000]);
  });
});
