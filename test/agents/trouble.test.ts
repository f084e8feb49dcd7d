/** What an agent says of a Dom0 that is not well: on a virtual clock. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenAgentStatus } from '../../crds/generated/types';
import { VirtualBench } from './virtual';

const ready = (bench: VirtualBench): (string | undefined)[] => {
  const { status, reason, message } = bench.server.agent?.status?.conditions?.[0] ?? {};
  return [status, reason, message];
};
/** What an observation tells, beside the listing and the records. */
const seen = ({ cpus, xen, memory, dom0, storagePools, networks, hostname, domains }: XenAgentStatus = {}) => ({
  cpus,
  xen,
  total: memory?.totalMiB,
  dom0,
  storagePools,
  networks,
  hostname,
  domains,
});

/** A host with a pool and a network, and a guest. */
async function begun(): Promise<{ bench: VirtualBench; first: ReturnType<VirtualBench['start']> }> {
  const bench = new VirtualBench();
  bench.server.furnish({
    storagePools: [{ name: 'local', driver: 'file', path: '/var/lib/xenfleet/disks' }],
    networks: [{ name: 'public', bridge: 'xenbr0' }],
  });
  const first = bench.start();
  bench.server.order();
  await bench.pass(15_000);
  return { bench, first };
}

describe('an agent on a host that cannot be observed', () => {
  const hang = (bench: VirtualBench): (() => void) => {
    const locked = bench.host.locked.bind(bench.host);
    bench.host.locked = (lock, script, args, options) =>
      script === 'observe'
        ? new Promise((done) => {
            const gaveUp = { end: 'deadline', code: null, stdout: '', stderr: '', truncated: false } as const;
            bench.clock.setTimer(options?.deadlineMs ?? 60_000, () => done(gaveUp));
          })
        : locked(lock, script, args, options);
    return () => void (bench.host.locked = locked);
  };

  for (const restarted of [false, true])
    it(`answers a nonce all the same, with the last values${restarted ? ', also those of the agent before it' : ''}`, async () => {
      const { bench, first } = await begun();
      const before = seen(bench.server.agent?.status);
      equal(before.storagePools?.[0]?.present, true);
      const mend = hang(bench);
      if (restarted) {
        first.kill();
        bench.start();
      }
      bench.server.setNonce('n2');
      await bench.pass(20_000);
      equal(bench.server.agent?.status?.nonce, 'n2');
      deepEqual(seen(bench.server.agent?.status), before);
      await bench.pass(120_000, 500);
      deepEqual(ready(bench).slice(0, 2), ['False', 'AgentTrouble']);
      match(ready(bench)[2] ?? '', /the last values are reported/);
      deepEqual(seen(bench.server.agent?.status), before);
      mend();
      await bench.pass(120_000, 500);
      deepEqual(ready(bench).slice(0, 2), ['True', 'AgentReporting']);
    });

  it('says which look fails, after a while, and keeps the last value of that one', async () => {
    const { bench } = await begun();
    const before = seen(bench.server.agent?.status);
    const locked = bench.host.locked.bind(bench.host);
    bench.host.locked = async (lock, script, ...more) => {
      const result = await locked(lock, script, ...more);
      return { ...result, stdout: result.stdout.replace('=== df\n', '=== df FAILED 124\n') };
    };
    bench.server.setNonce('n2');
    await bench.pass(2000);
    deepEqual([bench.server.agent?.status?.nonce, ready(bench)[1]], ['n2', 'AgentReporting']);
    await bench.pass(120_000, 500);
    equal(ready(bench)[1], 'AgentTrouble');
    match(ready(bench)[2] ?? '', /df of the storage pools; look for a mount/);
    deepEqual(seen(bench.server.agent?.status), before);
  });

  it('tells nothing of a host before its orders were heard whole: every record would look like one without an order', async () => {
    const { bench, first } = await begun();
    first.kill();
    await bench.pass(1000);
    bench.server.listMs = 8000;
    bench.server.reports.length = 0;
    bench.start();
    await bench.pass(30_000);
    const told = bench.server.reports.map(({ records, domains }) => [records?.[0]?.frozen, domains?.[0]?.kind]);
    deepEqual(
      told.filter(([frozen, kind]) => frozen === true || kind !== 'ours'),
      [],
    );
  });
});
