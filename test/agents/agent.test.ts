import { deepEqual, equal, ok } from 'node:assert/strict';
import { UUID, order } from './orders';
import { overlaps } from '../sim/record';
import { VirtualBench } from './virtual';

const count = (items: readonly string[], item: string): number => items.filter((one) => one === item).length;
const reason = (bench: VirtualBench): string | undefined => bench.domain()?.conditions?.[0]?.reason;

describe('the agent on a virtual clock', () => {
  it('makes a domain with few calls and one write', async () => {
    const bench = new VirtualBench();
    const { calls } = bench.start();
    await bench.pass(3000);
    bench.server.writes = [];
    calls.length = 0;
    bench.server.order();
    await bench.pass(400);
    equal(bench.domain()?.phase, 'Running');
    deepEqual(bench.server.writes, ['Running Running']);
    const record = `put /var/lib/xenfleet/domains/${UUID}.json`;
    const agent = 'read /var/lib/xenfleet/agent';
    deepEqual(
      [...calls].sort(),
      ['create', 'make-disk', `put /var/lib/xenfleet/cfg/${UUID}.cfg`, record, record, agent, 'xl create -n'].sort(),
    );
    ok(calls.indexOf(record) < calls.indexOf('create'), 'remembered before it acts');
  });

  it('writes nothing at rest, for ten minutes', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(30_000);
    bench.server.writes = [];
    await bench.pass(600_000, 1000);
    deepEqual(bench.server.writes, []);
  });

  it('says Starting only of a create that takes longer than a second', async () => {
    const bench = new VirtualBench({ createMs: 4000 });
    bench.start();
    bench.server.order();
    await bench.pass(2500);
    equal(bench.domain()?.phase, 'Starting');
    await bench.pass(3000);
    deepEqual(
      bench.server.writes.filter((write) => write !== 'XenAgent'),
      ['Starting Starting', 'Running Running'],
    );
  });

  it('a guest that keeps crashing is restarted at once, then with growing pauses', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ boot: { kernel: 'debian/vmlinuz', cmdline: 'sim=crash2' } });
    await bench.pass(60_000);
    // Starts near 0, 2, 14, 36 s: at once, then 10 and 20 s after the end.
    equal(count(bench.happened(), 'created'), 4);
    equal(bench.domain()?.lastTermination?.reason, 'crash');
    deepEqual(overlaps(bench.events), []);
  });

  it('a guest that reboots in a loop is slowed down as well, and it is told', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ boot: { kernel: 'debian/vmlinuz', cmdline: 'sim=reboot2' } });
    await bench.pass(70_000);
    equal(count(bench.happened(), 'created'), 4);
    deepEqual([bench.domain()?.phase, reason(bench)], ['Failed', 'RestartBackOff']);
  });

  it('a guest that reboots comes back at once, under every policy', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ runPolicy: 'Once' });
    await bench.pass(3000);
    await bench.sim('restart', UUID);
    await bench.pass(8000);
    deepEqual([bench.domain()?.phase, bench.domain()?.restarts], ['Running', 1]);
  });

  it('a deaf guest gets its grace period and not more', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order({ gracePeriodSeconds: 20, boot: { kernel: 'debian/vmlinuz', cmdline: 'sim=deaf' } });
    await bench.pass(5000);
    bench.server.order({ desired: 'Stopped', gracePeriodSeconds: 20 });
    await bench.pass(18_000);
    deepEqual([bench.domain()?.phase, bench.live().length], ['Stopping', 1]);
    await bench.pass(6000);
    deepEqual([bench.domain()?.phase, bench.live().length], ['Stopped', 0]);
  });

  it('an hvm guest without drivers is asked by its power button', async () => {
    const bench = new VirtualBench();
    bench.start();
    const { boot: _boot, ...spec } = order({ type: 'hvm' });
    bench.server.order({ ...spec, boot: {} });
    await bench.pass(4000);
    bench.server.order({ ...spec, boot: {}, desired: 'Stopped' });
    await bench.pass(5000);
    equal(bench.domain()?.phase, 'Stopped');
  });

  it('a host that cannot be listed makes domains Unknown only when it lasts, and ends nothing', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(5000);
    await bench.sim('hang', 'list', '1');
    await bench.pass(24_000);
    equal(bench.domain()?.phase, 'Running');
    await bench.sim('hang', 'list', '99');
    await bench.pass(60_000);
    deepEqual([bench.domain()?.phase, reason(bench)], ['Unknown', 'ToolstackHung']);
    await bench.sim('clear');
    await bench.pass(60_000);
    equal(bench.domain()?.phase, 'Running');
    equal(count(bench.happened(), 'created'), 1);
  });

  it('after a power loss nothing starts before the API has confirmed it', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(3000);
    bench.server.away = true;
    await bench.sim('reboot');
    await bench.pass(120_000, 200);
    equal(bench.live().length, 0);
    bench.server.comeBack();
    await bench.pass(8000);
    deepEqual([bench.domain()?.phase, bench.domain()?.lastTermination?.reason], ['Running', 'hostReboot']);
  });

  it('after a power loss nothing starts before the operator has named that boot; what runs is kept', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(3000);
    bench.server.confirms = false;
    await bench.sim('reboot');
    await bench.pass(120_000, 200);
    deepEqual([bench.live().length, bench.domain()?.phase, reason(bench)], [0, 'Stopped', 'AwaitingConfirmation']);
    bench.server.setNonce('n2');
    await bench.pass(20_000);
    equal(bench.live().length, 0);
    bench.server.confirm(bench.server.agent?.status?.bootID);
    await bench.pass(3000);
    equal(bench.domain()?.phase, 'Running');
    // The word is taken back: nothing is ended by that, and nothing started.
    bench.server.confirm('another-boot');
    await bench.pass(20_000);
    equal(bench.domain()?.phase, 'Running');
    void bench.host.exec(['xl', 'destroy', 'tenant.web']);
    await bench.pass(20_000);
    deepEqual([bench.live().length, reason(bench)], [0, 'AwaitingConfirmation']);
  });

  it('a create that fails says why, waits, and tries again', async () => {
    const bench = new VirtualBench();
    bench.start();
    await bench.pass(1000);
    await bench.sim('oom', '2');
    bench.server.order();
    await bench.pass(5000);
    deepEqual([bench.domain()?.phase, reason(bench)], ['Failed', 'OutOfMemory']);
    await bench.pass(40_000);
    deepEqual([bench.domain()?.phase, bench.domain()?.restarts], ['Running', 0]);
  });

  it('killed while xl creates: the next agent finds one domain, its own', async () => {
    const bench = new VirtualBench({ createMs: 3000 });
    const first = bench.start();
    await bench.pass(1000);
    bench.server.order();
    await bench.pass(1500);
    first.kill();
    bench.start();
    await bench.pass(10_000);
    deepEqual(
      [count(bench.happened(), 'created'), bench.domain()?.phase, bench.domain()?.granted?.vcpus],
      [1, 'Running', 2],
    );
  });

  it('another nonce is answered at once, with a list of orders that began after it', async () => {
    const bench = new VirtualBench();
    bench.start();
    await bench.pass(12_000);
    bench.server.setNonce('n2');
    await bench.pass(200);
    equal(bench.server.agent?.status?.nonce, 'n2');
  });

  it('without its XenAgent it takes the API for away: nothing is frozen, and restarts go on from disk', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(3000);
    bench.server.agent = undefined;
    bench.server.domains.clear();
    bench.server.comeBack();
    await bench.pass(2000);
    void bench.host.exec(['xl', 'destroy', 'tenant.web']);
    await bench.pass(8000);
    equal(count(bench.happened(), 'created'), 2);
  });

  it('orders of another fleet are refused for good', async () => {
    const bench = new VirtualBench();
    bench.start();
    bench.server.order();
    await bench.pass(2000);
    bench.server.order({ fleetID: 'other', desired: 'Absent' });
    await bench.pass(5000);
    deepEqual([reason(bench), bench.live().length], ['ForeignFleet', 1]);
  });
});
