/**
 * Operations as the whole agent runs them, on a virtual clock: once, at whatever call to the Dom0
 * it dies.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { HostPort } from '../../agents/host/port';
import type { XenDomainSpec } from '../../crds/generated/types';
import { overlaps } from '../sim/record';
import { UUID } from './orders';
import { VirtualBench } from './virtual';

const RECORD = `/var/lib/xenfleet/domains/${UUID}.json`;
type Asked = NonNullable<XenDomainSpec['operation']>;

const ask = (type: Asked['type'], more: Partial<Asked> = {}): Partial<XenDomainSpec> => ({
  operation: { uid: 'op-1', createdAt: '2026-01-01T00:00:00Z', type, gracePeriodSeconds: 5, ...more },
});

/** How often the guest was started and ended. */
function lives(bench: VirtualBench): { starts: number; ends: number } {
  const of = (what: string): number => bench.happened().filter((one) => one === what).length;
  return { starts: of('running'), ends: of('gone') };
}

const phases = (bench: VirtualBench): string[] =>
  (bench.domain()?.operations ?? []).map(({ uid, phase, reason }) => [uid, phase, reason].filter(Boolean).join(' '));

/** The host, until this many calls were begun: what the last of them does is done, unheard. */
function until(host: HostPort, calls: number, die: () => void): HostPort {
  let left = calls;
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      left -= 1;
      const answer = call.apply(host, args);
      if (left === 0) die();
      return answer;
    };
  return {
    name: host.name,
    exec: counted(host.exec.bind(host)),
    locked: counted(host.locked.bind(host)),
    readFile: counted(host.readFile.bind(host)),
    putFile: counted(host.putFile.bind(host)),
    removeFile: counted(host.removeFile.bind(host)),
    listDir: counted(host.listDir.bind(host)),
    close: () => host.close(),
  };
}

async function running(order: Partial<XenDomainSpec> = {}): Promise<{ bench: VirtualBench; agent: { kill(): void } }> {
  const bench = new VirtualBench();
  const agent = bench.start();
  bench.server.order(order);
  await bench.pass(3000);
  return { bench, agent };
}

describe('an agent with an operation', () => {
  it('restarts the guest once, and tells so with the end of the run', async () => {
    const { bench } = await running();
    bench.server.order(ask('Restart'));
    await bench.pass(10_000);
    deepEqual(lives(bench), { starts: 2, ends: 1 });
    deepEqual(phases(bench), ['op-1 Succeeded']);
    const { lastTermination, restarts, operations } = bench.domain() ?? {};
    deepEqual([lastTermination?.reason, restarts], ['restarted', 1]);
    ok(operations?.[0]?.finishedAt);
  });

  for (const [type, policy, expected] of [
    ['Restart', 'Always', { starts: 2, ends: 1 }],
    ['Restart', 'Once', { starts: 2, ends: 1 }],
    ['Stop', 'RerunOnFailure', { starts: 1, ends: 1 }],
    ['Stop', 'Manual', { starts: 1, ends: 1 }],
  ] as const)
    it(`does a ${type} under ${policy} once, at whatever call to the Dom0 it dies`, async () => {
      let deaths = 0;
      for (let calls = 1; calls <= 30; calls += 1) {
        const { bench, agent } = await running({ runPolicy: policy });
        agent.kill();
        let isDead = false;
        const second: { kill(): void }[] = [];
        const die = (): void => {
          isDead = true;
          second[0]?.kill();
        };
        bench.server.order({ runPolicy: policy, ...ask(type) });
        second.push(bench.start(undefined, until(bench.host, calls, die)));
        await bench.pass(9000);
        if (isDead) deaths += 1;
        bench.start();
        await bench.pass(60_000, 200);
        deepEqual([calls, lives(bench), phases(bench)], [calls, expected, ['op-1 Succeeded']]);
        deepEqual(overlaps(bench.events), []);
      }
      ok(deaths >= 20, `it died ${deaths} times`);
    });

  it('runs none again that it has told of, where the Dom0 has lost its record', async () => {
    const { bench, agent } = await running();
    bench.server.order(ask('Restart'));
    await bench.pass(10_000);
    agent.kill();
    await bench.host.removeFile(RECORD);
    bench.start();
    await bench.pass(20_000);
    deepEqual(lives(bench), { starts: 2, ends: 1 });
    deepEqual(phases(bench), ['op-1 Succeeded']);
  });

  it('says of one that it has long forgotten that it may have run', async () => {
    const { bench } = await running();
    for (let n = 2; n < 20; n += 1) {
      bench.server.order(ask('Start', { uid: `op-${n}`, createdAt: `2026-01-01T00:00:${n + 10}Z` }));
      await bench.pass(1000);
    }
    bench.server.order(ask('Restart'));
    await bench.pass(20_000);
    deepEqual(lives(bench), { starts: 1, ends: 0 });
    equal(phases(bench).length, 17);
    equal(phases(bench).at(-1), 'op-1 Failed Forgotten');
  });

  it('under Manual, says what of an order waits for the next start, whatever the order says', async () => {
    const { bench } = await running({ runPolicy: 'Manual' });
    bench.server.order({ runPolicy: 'Manual', desired: 'Stopped', boot: { kernel: 'debian/other' } });
    await bench.pass(5000);
    const { kept, phase, restartRequired } = bench.domain() ?? {};
    deepEqual([kept, phase, restartRequired], ['Running', 'Running', ['boot']]);
  });
});
