/** What an agent waits for, by which clock, and how often it looks. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { UUID, order } from './orders';
import { VirtualBench } from './virtual';

const count = (items: readonly string[], item: string): number => items.filter((one) => one === item).length;
const reason = (bench: VirtualBench): string | undefined => bench.domain()?.conditions?.[0]?.reason;

describe('an agent that waits', () => {
  it('lets no start wait for the copying of images, however slow, and says that what waits is starting', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(3000);
    const locked = bench.host.locked.bind(bench.host);
    // A pool that hangs.
    let hung = 0;
    bench.host.locked = (lock, script, args, ...more) => {
      if (script !== 'make-disk' || !args.includes('slow.raw')) return locked(lock, script, args, ...more);
      hung += 1;
      return new Promise(() => undefined);
    };
    const [root] = order().disks ?? [];
    const others = Array.from({ length: 9 }, (_, n) => `11111111-2222-4333-8444-00000000000${n}`);
    others.forEach((uuid, n) =>
      bench.server.order(
        { vm: { namespace: 'other', name: `vm-${n}`, uid: uuid }, disks: [{ ...root!, image: 'slow.raw' }] },
        uuid,
      ),
    );
    await bench.pass(5000);
    deepEqual(
      others.map((uuid) => bench.domain(uuid)?.phase),
      others.map(() => 'Starting'),
    );
    equal(hung, 8);
    await bench.sim('crash', UUID);
    await bench.pass(8000);
    deepEqual([bench.domain()?.phase, bench.domain()?.restarts], ['Running', 1]);
  });

  it('a wall clock that is set forward takes nothing of a grace period', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ gracePeriodSeconds: 20, boot: { kernel: 'debian/vmlinuz', cmdline: 'sim=deaf' } });
    await bench.pass(5000);
    bench.server.order({ desired: 'Stopped', gracePeriodSeconds: 20 });
    await bench.pass(3000);
    bench.wallOffsetMs = 86_400_000;
    await bench.pass(15_000);
    deepEqual([bench.domain()?.phase, bench.live().length], ['Stopping', 1]);
    await bench.pass(6000);
    deepEqual([bench.domain()?.phase, bench.live().length], ['Stopped', 0]);
  });

  it('the time in which a guest owes its answer counts, and is not asked for twice', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ gracePeriodSeconds: 20 });
    await bench.pass(3000);
    void bench.host.exec(['xl', 'pause', 'tenant.web']);
    await bench.pass(1000);
    bench.server.order({ desired: 'Stopped', gracePeriodSeconds: 20 });
    await bench.pass(18_000);
    equal(bench.live().length, 1);
    await bench.pass(5000);
    equal(bench.live().length, 0);
  });

  it('a guest that is asked again and again is told as stopping once', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ boot: { kernel: 'debian/vmlinuz', cmdline: 'sim=deaf' } });
    await bench.pass(5000);
    bench.server.writes = [];
    bench.server.order({ desired: 'Stopped', gracePeriodSeconds: 600 });
    await bench.pass(300_000, 500);
    equal(count(bench.server.writes, 'Stopping Stopping'), 1);
  });

  it('a zombie is named after two minutes, and costs few listings', async () => {
    const bench = new VirtualBench();
    const { calls } = bench.start();
    bench.server.order({ boot: { kernel: 'debian/vmlinuz', cmdline: 'sim=zombie' } });
    await bench.pass(3000);
    bench.server.order({ desired: 'Absent' });
    await bench.pass(60_000);
    deepEqual([bench.domain()?.phase, reason(bench)], ['Stopping', 'Stopping']);
    await bench.pass(120_000);
    deepEqual([bench.domain()?.phase, reason(bench)], ['Stopping', 'ZombieDomain']);
    calls.length = 0;
    await bench.pass(60_000);
    // The poll alone lists twelve times a minute.
    ok(count(calls, 'xl list -v') <= 16, `${count(calls, 'xl list -v')} listings`);
  });

  it('a guest that suspended itself is started again in the end, and counts as one end', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(3000);
    await bench.sim('suspend', UUID);
    await bench.pass(20_000);
    deepEqual([bench.domain()?.phase, reason(bench)], ['Unknown', 'Suspended']);
    await bench.pass(660_000, 500);
    deepEqual([bench.domain()?.phase, bench.domain()?.lastTermination?.reason], ['Running', 'suspend']);
  });
});
