/**
 * What an agent must have proof of before it acts or reports: whose a domain is, and that it is
 * gone. On a virtual clock.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { silentLog } from '../../agents/log';
import { InProcessHost } from '../sim/in-process-host';
import { overlaps } from '../sim/record';
import { UUID } from './orders';
import { VirtualBench } from './virtual';

const reason = (bench: VirtualBench): string | undefined => bench.domain()?.conditions?.[0]?.reason;

describe('the agent and its proofs', () => {
  it('a foreign domain of the UUID outlives every order for it, also one that is made between record and create', async () => {
    for (const before of [true, false]) {
      const bench = new VirtualBench();
      if (before) await bench.foreign();
      const first = bench.start();
      await bench.pass(3000);
      if (!before) {
        // The agent dies after its record, before its create.
        const locked = bench.host.locked.bind(bench.host);
        bench.host.locked = (lock, script, ...more) => {
          if (script === 'make-disk') first.kill();
          return locked(lock, script, ...more);
        };
        bench.server.order();
        await bench.pass(2000);
        deepEqual(bench.live(), []);
        await bench.foreign();
        bench.start();
      }
      const gone = { gracePeriodSeconds: 0 };
      for (const [epoch, desired] of [
        [1, 'Running'],
        [2, 'Stopped'],
        [3, 'Absent'],
      ] as const) {
        bench.server.order({ ...gone, epoch, desired });
        await bench.pass(40_000, 200);
        deepEqual([reason(bench), bench.domain()?.phase, bench.live().length], ['ForeignDomain', 'Unknown', 1]);
        const [seen] = bench.server.agent?.status?.domains ?? [];
        deepEqual([seen?.kind, seen?.vmName], ['foreign', undefined]);
      }
      // It is gone by its owner's hand: now the order is carried out.
      void bench.host.exec(['xl', 'destroy', 'legacy']);
      await bench.pass(20_000);
      equal(bench.domain()?.phase, 'Absent');
    }
  });

  it('a guest whose record is lost with the disk is taken over by its mark', async () => {
    const bench = new VirtualBench();
    const first = bench.start();
    bench.server.order();
    await bench.pass(5000);
    first.kill();
    await bench.host.removeFile(`/var/lib/xenfleet/domains/${UUID}.json`);
    bench.start();
    await bench.pass(15_000);
    deepEqual([bench.domain()?.phase, bench.happened().filter((one) => one === 'created').length], ['Running', 1]);
    bench.server.order({ desired: 'Stopped' });
    await bench.pass(15_000);
    equal(bench.domain()?.phase, 'Stopped');
  });

  it('a domain that is marked as another’s by the time the lock is had is not ended, asked or reaped', async () => {
    for (const gracePeriodSeconds of [0, 20])
      for (const desired of ['Stopped', 'Absent'] as const) {
        const bench = new VirtualBench();
        bench.start();
        bench.server.order();
        await bench.pass(3000);
        void bench.host.exec(['xenstore-write', `/xenfleet/${UUID}`, 'other-fleet 1 tenant/web']);
        bench.server.order({ desired, gracePeriodSeconds });
        await bench.pass(60_000);
        deepEqual([reason(bench), bench.happened().at(-1)], ['ForeignDomain', 'running']);
        void bench.host.exec(['xenstore-rm', `/xenfleet/${UUID}`]);
        await bench.pass(40_000);
        equal(bench.domain()?.phase, desired);
      }
  });

  it('an agent that dies inside a retire, at any line, gives no receipt while the domain is there', async () => {
    for (const found of [true, false]) {
      const bench = new VirtualBench({ destroyMs: 100 });
      const first = bench.start();
      bench.server.order();
      await bench.pass(4000);
      const locked = bench.host.locked.bind(bench.host);
      let again = false;
      bench.host.locked = async (lock, script, ...more) => {
        if (script !== 'retire') return locked(lock, script, ...more);
        bench.host.locked = locked;
        // Somebody starts the guest by hand between our look and the script's. The refused epoch is
        // written, and the script's look finds the guest.
        const { mark, cfg } = { mark: `/xenfleet/${UUID}`, cfg: `/var/lib/xenfleet/cfg/${UUID}.cfg` };
        if (found) await bench.host.exec(['xenstore-write', mark, 'fleet-1 1 tenant/web']);
        if (found) await bench.host.exec(['xl', 'create', '-e', cfg]);
        const result = await locked(lock, script, ...more);
        first.kill();
        again = true;
        return result;
      };
      bench.server.order({ desired: 'Absent', gracePeriodSeconds: 30, boot: { kernel: 'k', cmdline: 'sim=deaf' } });
      for (let waited = 0; waited < 200 && !again; waited += 1) await bench.pass(50);
      ok(again, 'the retire was reached');
      equal(bench.domain()?.retiredEpoch, undefined);
      equal(bench.live().length, found ? 1 : 0);
      bench.start();
      let present = found;
      for (let waited = 0; waited < 400; waited += 1) {
        await bench.pass(200);
        const status = bench.domain();
        present = bench.live().length > 0;
        if (present) equal(status?.retiredEpoch, undefined, 'no receipt beside a domain');
        if (status?.phase === 'Absent') break;
      }
      const { phase, epoch, refusedEpoch, retiredEpoch } = bench.domain() ?? {};
      deepEqual([phase, epoch, refusedEpoch, retiredEpoch, present], ['Absent', 1, 1, 1, false]);
    }
  });

  it('a create under way is in the report that answers a nonce, also if its order is in no list any more', async () => {
    const bench = new VirtualBench();
    bench.start();
    await bench.pass(3000);
    const locked = bench.host.locked.bind(bench.host);
    bench.host.locked = async (lock, script, ...more) => {
      // A large image is copied.
      if (script === 'make-disk') await new Promise<void>((done) => void bench.clock.setTimer(20_000, done));
      return locked(lock, script, ...more);
    };
    bench.server.order({ epoch: 5 });
    await bench.pass(4000);
    bench.server.remove();
    bench.server.setNonce('n2');
    await bench.pass(1000);
    const { nonce, records } = bench.server.agent?.status ?? {};
    equal(nonce, 'n2');
    const named = { uuid: UUID, namespace: 'tenant', name: 'web', epoch: 5 };
    deepEqual(records, [{ ...named, frozen: true, macs: ['02:00:00:00:00:01'], creating: true }]);
    deepEqual(bench.live(), []);
    await bench.pass(30_000);
    deepEqual(bench.server.agent?.status?.domains?.[0]?.kind, 'orphan');
  });

  it('a copied Dom0 with an agent of the same name starts nothing: its boot is never named', async () => {
    const bench = new VirtualBench({ name: 'server-a' });
    bench.start();
    await bench.pass(3000);
    const twin = new InProcessHost({
      clock: bench.manual,
      spec: { name: 'server-b' },
      record: (one) => bench.events.push(one),
    });
    for (const file of ['machine', 'fleet.json'])
      await twin.putFile(`/var/lib/xenfleet/${file}`, (await bench.host.readFile(`/var/lib/xenfleet/${file}`)) ?? '');
    await twin.putFile('/sys/class/dmi/id/product_uuid', 'another server\n');
    bench.start(silentLog, twin);
    await bench.pass(3000);
    bench.server.order();
    await bench.pass(60_000);
    deepEqual([bench.live().length, twin.xen.domains.size], [1, 0]);
    deepEqual(overlaps(bench.events), []);
  });
});
