/** What the ledger asks for a VM, and what its account is when hosts and VMs come and go. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { domainOverheadBytes } from '../../../../common/memory';
import { claimed, order, vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

const wish = (memory: string): XenVM['spec'] => ({ className: undefined, resources: { vcpus: 1, memory } }) as never;
const reserving = (memoryMiB: number): XenVM['status'] => ({
  ...claimed('h1', 1),
  reserved: { vcpus: 1, memoryMiB, dedicated: false, disks: [] },
});
const ONE = Math.floor(1024 + domainOverheadBytes({ type: 'pvh', vcpus: 1, memoryBytes: 2 ** 30 }) / 2 ** 20);

describe('a VM that asks for a host', () => {
  const grants = { memory: { targetMiB: 3072, maxMiB: 3072 } };
  const rows: [string, XenVM['spec'], XenVM['status'] | undefined, boolean, number][] = [
    ['asks for what its spec says', wish('2Gi'), undefined, false, 2048],
    [
      'asks for what its spec says, whatever a claim that it has no more has reserved',
      wish('2Gi'),
      { reserved: { vcpus: 1, memoryMiB: 1024 } },
      false,
      2048,
    ],
    ['moves with what it has, while it waits for room to grow', wish('8Gi'), reserving(1024), false, 1024],
    ['moves with what its spec says where it has more', wish('2Gi'), reserving(4096), false, 2048],
    [
      'moves with what its order grants, where no claim says what is reserved',
      wish('8Gi'),
      claimed('h1', 1),
      true,
      3072,
    ],
    ['asks for what its spec says where nobody knows what it had', wish('2Gi'), claimed('h1', 1), false, 2048],
  ];
  for (const [what, spec, status, isOrdered, expected] of rows)
    it(what, () => {
      const here = new FleetInMemory('h1', 'h2');
      if (isOrdered) here.order(order('h1', 1, grants));
      const asked = here.ledger.placing(here.vm(vm({ spec, ...(status && { status }) })));
      deepEqual([asked?.reserved.memoryMiB, (asked?.spec.memoryBytes ?? 0) / 2 ** 20], [expected, expected]);
    });

  it('asks for nothing while a name in its spec is unknown', () => {
    const here = new FleetInMemory('h1');
    const nameless = here.vm(vm({ spec: { className: 'gone' }, status: reserving(1024) }));
    equal(here.ledger.placing(nameless), undefined);
    equal(here.ledger.growing(nameless), undefined);
  });
});

describe('the account of a host', () => {
  it('begins with the VMs that are claimed on it, whoever is known first', () => {
    const here = new FleetInMemory('h1');
    here.vm(vm({ spec: wish('1Gi'), status: claimed('h9', 1) }));
    equal(here.countedMiB('h1').guests, 0);
    here.host('h9');
    here.report('h9');
    equal(here.countedMiB('h9').guests, ONE);
  });

  it('counts a VM on its way on both hosts, and goes on where one of them is unknown', () => {
    const here = new FleetInMemory('h1', 'h2');
    const web = here.vm(vm({ spec: wish('1Gi'), status: claimed('h1', 1) }));
    const asked = here.ledger.placing(web)!;
    here.ledger.flush();
    here.ledger.assume(web, 'h2', asked.reserved);
    deepEqual([here.countedMiB('h1').guests, here.countedMiB('h2').guests], [ONE, ONE]);
    here.ledger.assume(web, 'h9', asked.reserved);
    deepEqual([here.countedMiB('h1').guests, here.countedMiB('h2').guests], [ONE, 0]);
    here.ledger.settle(web);
    deepEqual([here.countedMiB('h1').guests, here.countedMiB('h2').guests], [ONE, 0]);
  });

  it('ends with the host, and begins anew with one of the same name', () => {
    const here = new FleetInMemory('h1');
    here.vm(vm({ spec: wish('1Gi'), status: claimed('h1', 1) }));
    equal(here.countedMiB('h1').guests, ONE);
    const { room } = here.ledger.gains.stamp;
    here.remove(here.caches.hosts, here.caches.hosts.get('h1')!);
    here.ledger.flush();
    deepEqual([here.ledger.scheduler.account('h1'), here.ledger.gains.stamp.room > room], [undefined, true]);
    here.newHost('h1');
    equal(here.countedMiB('h1').guests, ONE);
  });

  it('takes nothing more once its host is silent, which makes no event', async () => {
    const here = new FleetInMemory('h1');
    const web = here.vm(vm({ spec: wish('1Gi') }));
    here.ledger.flush();
    equal(here.finds(web), 'h1');
    await here.clock.advance(26_000);
    here.ledger.markHost('h1');
    here.ledger.flush();
    equal(here.finds(web), undefined);
  });

  it('counts the VM of now, and not the one that had its name before', () => {
    const here = new FleetInMemory('h1');
    const before = here.vm(vm({ spec: wish('1Gi'), status: claimed('h1', 1) }));
    equal(here.countedMiB('h1').guests, ONE);
    here.vm({ ...before, metadata: { ...before.metadata, uid: 'another' }, status: claimed('h9', 1)! });
    equal(here.countedMiB('h1').guests, 0);
    here.vm({ ...before, metadata: { ...before.metadata, uid: 'third' } });
    equal(here.countedMiB('h1').guests, ONE);
    here.remove(here.caches.vms, here.caches.vms.get('acme/web')!);
    equal(here.countedMiB('h1').guests, 0);
  });

  it('says that room was gained where a VM shrinks or goes, and not where it grows or is only looked at', () => {
    const here = new FleetInMemory('h1');
    const rooms = (act: () => unknown): number => {
      here.ledger.flush();
      const { room } = here.ledger.gains.stamp;
      act();
      here.ledger.flush();
      return here.ledger.gains.stamp.room - room;
    };
    const at = (memoryMiB: number): XenVM => here.vm(vm({ spec: wish('1Gi'), status: reserving(memoryMiB) }));
    at(1024);
    deepEqual([rooms(() => at(1024)), rooms(() => at(2048)), rooms(() => at(1024))], [0, 0, 1]);
    here.ledger.flush();
    const { company } = here.ledger.gains.stamp;
    equal(
      rooms(() => at(1024)),
      0,
    );
    equal(here.ledger.gains.stamp.company, company, 'nobody has come');
    equal(
      rooms(() => here.remove(here.caches.vms, here.caches.vms.get('acme/web')!)),
      1,
    );
  });
});
