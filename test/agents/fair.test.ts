/** Nobody's load is another's outage: what hangs on a host holds up only its namespace or pool. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomainSpec } from '../../crds/generated/types';
import { order } from './orders';
import { VirtualBench } from './virtual';

const [root] = order().disks!;
const OTHER_POOL = { ...root!, name: 'data', device: 'xvdb', pool: 'other', path: '/srv/other' };
const IMAGES = '/var/lib/xenfleet/images';
const MANY = 24;

const uuidOf = (n: number): string => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`;
const phase = (bench: VirtualBench, n: number): string | undefined => bench.domain(uuidOf(n))?.phase;

function give(bench: VirtualBench, n: number, namespace: string, changes: Partial<XenDomainSpec> = {}): void {
  const vm = { namespace, name: `vm-${n}`, uid: uuidOf(n) };
  const networks = [{ name: 'eth0', bridge: 'xenbr0', mac: `02:00:00:00:00:${n.toString(16).padStart(2, '0')}` }];
  bench.server.order({ vm, networks, memory: { targetMiB: 64, maxMiB: 64 }, ...changes }, uuidOf(n));
}

/** Two pools, and an agent. */
function begin(): VirtualBench {
  const bench = new VirtualBench();
  bench.host.files.put(`${OTHER_POOL.path}/.xenfleet-pool`, 'other 1\n');
  bench.host.files.put(
    '/etc/xenfleet/policy.json',
    JSON.stringify({ storagePaths: [root!.path, OTHER_POOL.path], imageDir: IMAGES, bridges: ['xenbr0'] }),
  );
  bench.start();
  return bench;
}

/** Calls of the disk scripts never end where `hangs`; how many do not. */
function hang(bench: VirtualBench, hangs: (args: readonly string[]) => boolean): () => number {
  const locked = bench.host.locked.bind(bench.host);
  let hung = 0;
  bench.host.locked = (lock, script, args, ...more) => {
    if (!script.endsWith('-disk') || !hangs(args)) return locked(lock, script, args, ...more);
    hung += 1;
    return new Promise(() => undefined);
  };
  return () => hung;
}

const many = (act: (n: number) => void): void => Array.from({ length: MANY }, (_, n) => n).forEach(act);

describe('on a host of many tenants', () => {
  const QUIET = 100;

  it('guests that do not answer delay no ending and no start of another namespace', async () => {
    const bench = begin();
    const boot = { kernel: 'debian/vmlinuz', cmdline: 'sim=deaf,boot3600000' };
    many((n) => give(bench, n, 'noisy', { boot, gracePeriodSeconds: 3600 }));
    give(bench, QUIET, 'quiet');
    give(bench, QUIET + 1, 'quiet');
    await bench.pass(10_000);
    many((n) => give(bench, n, 'noisy', { boot, gracePeriodSeconds: 3600, desired: 'Absent' }));
    await bench.pass(3000);
    many((n) => equal(phase(bench, n), 'Stopping', `${n} waits, and says so`));
    give(bench, QUIET, 'quiet', { desired: 'Absent' });
    give(bench, QUIET + 1, 'quiet', { desired: 'Stopped' });
    give(bench, QUIET + 2, 'quiet');
    await bench.pass(8000);
    deepEqual(
      [0, 1, 2].map((n) => phase(bench, QUIET + n)),
      ['Absent', 'Stopped', 'Running'],
    );
  });

  it('copies that hang delay no copy of another namespace', async () => {
    const bench = begin();
    const hung = hang(bench, (args) => args.includes('slow.raw'));
    many((n) => give(bench, n, 'noisy', { disks: [{ ...root!, image: 'slow.raw' }] }));
    await bench.pass(3000);
    equal(hung(), 8);
    many((n) => equal(phase(bench, n), 'Starting'));
    bench.host.files.put(`${IMAGES}/fast.raw`, 'an image', 512);
    give(bench, QUIET, 'quiet', { disks: [{ ...root!, image: 'fast.raw' }] });
    await bench.pass(3000);
    equal(phase(bench, QUIET), 'Running');
  });

  it('a pool that hangs delays no copy, restart or deletion on another one, whosever', async () => {
    const bench = begin();
    bench.host.files.put(`${IMAGES}/fast.raw`, 'an image', 512);
    const deleteDisks = (disk: typeof OTHER_POOL) => [{ name: disk.name, pool: disk.pool, path: disk.path }];
    many((n) => give(bench, n, `noisy-${n}`));
    for (const n of [0, 1]) give(bench, QUIET + n, 'noisy-0', { disks: [OTHER_POOL] });
    await bench.pass(5000);
    const hung = hang(bench, (args) => args.includes(root!.path));
    many((n) => {
      if (n % 2 === 0) void bench.sim('crash', uuidOf(n));
      else give(bench, n, `noisy-${n}`, { desired: 'Absent', deleteDisks: deleteDisks(root!) });
      give(bench, MANY + n, `noisy-${n}`, { disks: [{ ...root!, image: 'fast.raw' }, OTHER_POOL] });
    });
    await bench.pass(8000);
    equal(hung(), 40, 'twelve restarts, twelve deletions, and sixteen of the copies');
    await bench.sim('crash', uuidOf(QUIET));
    give(bench, QUIET + 1, 'noisy-0', { desired: 'Absent', deleteDisks: deleteDisks(OTHER_POOL) });
    give(bench, QUIET + 2, 'noisy-0', { disks: [{ ...OTHER_POOL, image: 'fast.raw' }] });
    await bench.pass(8000);
    deepEqual(
      [0, 1, 2].map((n) => phase(bench, QUIET + n)),
      ['Running', 'Absent', 'Running'],
    );
    equal(bench.domain(uuidOf(QUIET))?.restarts, 1);
  });
});
