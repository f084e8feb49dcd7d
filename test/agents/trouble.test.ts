/** What an agent says of a Dom0 that is not well: on a virtual clock. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenAgentStatus } from '../../crds/generated/types';
import { HostError } from '../../agents/host/port';
import { UUID } from './orders';
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
    storagePools: [{ name: 'local', driver: 'file', path: '/var/lib/xenfleet/disks', locality: 'local' }],
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

  for (const [part, words] of [
    ['df', /df of the storage pools; look for a mount/],
    ['disks', /find in the storage pools; look for a mount/],
    ['markers', /reading the markers of the storage pools; look for a mount/],
    ['owners', /reading the owner files in the storage pools; look for a mount/],
  ] as const)
    it(`says which look fails, after a while, and keeps the last value of that one: ${part}`, async () => {
      const { bench } = await begun();
      const before = seen(bench.server.agent?.status);
      const locked = bench.host.locked.bind(bench.host);
      bench.host.locked = async (lock, script, ...more) => {
        const result = await locked(lock, script, ...more);
        return { ...result, stdout: result.stdout.replace(`=== ${part}\n`, `=== ${part} FAILED 124\n`) };
      };
      bench.server.setNonce('n2');
      await bench.pass(2000);
      deepEqual([bench.server.agent?.status?.nonce, ready(bench)[1]], ['n2', 'AgentReporting']);
      await bench.pass(120_000, 500);
      equal(ready(bench)[1], 'AgentTrouble');
      match(ready(bench)[2] ?? '', words);
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

describe('an agent on a host that lacks programs', () => {
  it('names them, takes nothing empty for whole, and goes on by itself once they are there', async () => {
    const bench = new VirtualBench();
    bench.host.lacks = ['flock with -o, -w and -E (util-linux)', 'df with -B1 and --output (coreutils)'];
    bench.start();
    await bench.pass(45_000);
    deepEqual(ready(bench).slice(0, 2), ['False', 'AgentTrouble']);
    match(ready(bench)[2] ?? '', /lacks what the agent needs: flock with .*, df with .*; install it in Dom0/);
    const { nonce, cpus, dom0 } = bench.server.agent?.status ?? {};
    deepEqual([nonce !== undefined, cpus, dom0?.memoryFixed], [true, undefined, false]);
    bench.host.lacks = [];
    await bench.pass(30_000);
    deepEqual(ready(bench).slice(0, 2), ['True', 'AgentReporting']);
  });
});

describe('an agent on a host that cannot be written', () => {
  const breakWith = (bench: VirtualBench, words: string): (() => void) => {
    const putFile = bench.host.putFile.bind(bench.host);
    bench.host.putFile = () => Promise.reject(new HostError(words));
    return () => void (bench.host.putFile = putFile);
  };
  const told = (bench: VirtualBench, uuid = UUID): (string | undefined)[] => {
    const { phase, conditions } = bench.domain(uuid) ?? {};
    return [phase, conditions?.[0]?.status, conditions?.[0]?.reason];
  };
  const OTHER = '11111111-2222-4333-8444-555555555555';

  for (const [words, reason] of [
    ['ENOSPC: no space left on device, write', 'DiskFull'],
    ['EROFS: read-only file system, open', 'StateNotWritable'],
  ] as const)
    it(`${words}: says so within a minute, starts nothing, and goes on by itself afterwards`, async () => {
      const { bench } = await begun();
      const mend = breakWith(bench, words);
      await bench.pass(60_000, 200);
      deepEqual(ready(bench).slice(0, 2), ['False', 'AgentTrouble']);
      match(ready(bench)[2] ?? '', /var.lib.xenfleet.* cannot be written .*E(NOSPC|ROFS)/);
      deepEqual(told(bench), ['Running', 'True', 'Running']);
      bench.server.order({}, OTHER);
      await bench.pass(10_000);
      deepEqual(told(bench, OTHER), ['Failed', 'False', reason]);
      deepEqual(bench.live(OTHER), []);
      bench.server.order({ desired: 'Absent', epoch: 2 });
      await bench.pass(30_000);
      deepEqual([told(bench)[2], bench.live().length, bench.domain()?.retiredEpoch], [reason, 1, undefined]);
      mend();
      await bench.pass(150_000, 500);
      deepEqual(ready(bench).slice(0, 2), ['True', 'AgentReporting']);
      deepEqual([told(bench)[0], told(bench, OTHER)[0]], ['Absent', 'Running']);
    });

  it('says so from the start, with no order at all', async () => {
    const bench = new VirtualBench();
    const mend = breakWith(bench, 'EROFS: read-only file system, open');
    bench.start();
    await bench.pass(30_000);
    deepEqual(ready(bench).slice(0, 2), ['False', 'AgentTrouble']);
    mend();
    await bench.pass(60_000);
    deepEqual(ready(bench).slice(0, 2), ['True', 'AgentReporting']);
  });

  it('tells all else while it cannot remember a pool, and uses the pool only afterwards', async () => {
    const bench = new VirtualBench();
    const putFile = bench.host.putFile.bind(bench.host);
    const isPools = (path: string): boolean => path.endsWith('/pools.json');
    bench.host.putFile = (path, ...more) =>
      isPools(path) ? Promise.reject(new HostError('EROFS: read-only file system, open')) : putFile(path, ...more);
    bench.start();
    await bench.pass(15_000);
    deepEqual(
      [bench.server.agent?.status?.nonce !== undefined, bench.server.agent?.status?.cpus !== undefined],
      [true, true],
    );
    bench.server.order();
    await bench.pass(15_000);
    deepEqual([told(bench)[2], bench.live()], ['StateNotWritable', []]);
    bench.host.putFile = putFile;
    await bench.pass(120_000, 500);
    equal(told(bench)[0], 'Running');
  });
});
