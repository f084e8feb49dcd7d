import { deepEqual } from 'node:assert/strict';
import { Checkpoints } from '../../../agents/dom0/checkpoints';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { InProcessHost } from '../../sim/in-process-host';
import { NOW, UUID, record } from '../orders';

const layout = { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' };

/** `[refused, retired]` as an agent reads them after a restart. */
async function epochs(held: Partial<DomainRecord>, refused?: string): Promise<(number | undefined)[]> {
  const host = new InProcessHost();
  await host.putFile(`/var/lib/xenfleet/domains/${UUID}.json`, JSON.stringify(record(held)));
  if (refused !== undefined) await host.putFile(`/var/lib/xenfleet/fence/${UUID}`, refused);
  const checkpoints = new Checkpoints(host, layout);
  await checkpoints.load();
  const { refusedEpoch, retiredEpoch } = checkpoints.records.get(UUID) ?? {};
  return [refusedEpoch, retiredEpoch];
}

describe('what a Dom0 remembers of refusals and receipts', () => {
  it('the file of a refused epoch counts beside the record, and is no receipt', async () => {
    deepEqual(await epochs({}, '4\n'), [4, undefined]);
    deepEqual(await epochs({ refusedEpoch: 2, retiredEpoch: 2, retiredAtMs: NOW }, '4\n'), [4, 2]);
    deepEqual(await epochs({ refusedEpoch: 6, retiredEpoch: 5, retiredAtMs: NOW }, '4\n'), [6, 5]);
    deepEqual(await epochs({}, 'rubbish\n'), [undefined, undefined]);
  });

  it('a record of one word only is a receipt if the time of one is in it, else a refusal', async () => {
    deepEqual(await epochs({ retiredEpoch: 3, retiredAtMs: NOW }), [3, 3]);
    deepEqual(await epochs({ retiredEpoch: 3 }), [3, undefined]);
    deepEqual(await epochs({}), [undefined, undefined]);
  });
});

describe('what a Dom0 forgets', () => {
  const DAY = 24 * 3600 * 1000;
  const retired = { refusedEpoch: 1, retiredEpoch: 1, retiredAtMs: NOW };

  /**
   * Whether the refused epoch is kept, round by round: `[day of the wall clock, day of the
   * process]`.
   */
  async function kept(held: Partial<DomainRecord>, rounds: [number, number][], wanted = false): Promise<boolean[]> {
    const host = new InProcessHost();
    const path = `/var/lib/xenfleet/domains/${UUID}.json`;
    await host.putFile(path, JSON.stringify(record(held)));
    const checkpoints = new Checkpoints(host, layout);
    await checkpoints.load();
    const told: boolean[] = [];
    for (const [wall, monotonic] of rounds) {
      await checkpoints.forgetOld({ wallMs: NOW + wall * DAY, monotonicMs: monotonic * DAY }, () => wanted);
      told.push((await host.readFile(path)) !== undefined);
    }
    return told;
  }

  it('is what was retired 90 days ago, and has looked so for a week', async () => {
    deepEqual(
      await kept(retired, [
        [90, 0],
        [91, 1],
        [97, 7],
        [98, 8],
      ]),
      [true, true, true, false],
    );
    deepEqual(
      await kept(
        retired,
        [
          [91, 0],
          [98, 7],
        ],
        true,
      ),
      [true, true],
    );
    deepEqual(
      await kept({}, [
        [91, 0],
        [98, 7],
      ]),
      [true, true],
    );
  });

  it('is nothing because the clock is in a wrong year for a while, however often', async () => {
    const visits: [number, number][] = [
      [9000, 0],
      [9006, 6.9],
      [1, 7],
      [9008, 8],
      [9014, 14.9],
      [2, 15],
    ];
    deepEqual(
      await kept(retired, visits),
      visits.map(() => true),
    );
  });

  it('is nothing that was retired by a clock that was wrong', async () => {
    deepEqual(
      await kept({ ...retired, retiredAtMs: 5 * DAY }, [
        [1, 1],
        [9, 9],
      ]),
      [true, true],
    );
  });
});
