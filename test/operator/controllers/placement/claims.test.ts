/** Claims follow the plan of the moment: no claim is made for a wish that was taken back. */
import { deepEqual, equal, match, throws } from 'node:assert/strict';
import type { KubeClient } from '../../../../common/kube/client';
import type { XenHost } from '../../../../crds/generated/types';
import { ClaimsAnew, writeClaim } from '../../../../operator/controllers/placement/claim';
import { NOTHING } from '../../../../operator/plan/vm/reservation';
import { settle } from '../../../common/kube/fake-clock';
import { claimed, tombstone, vm, facts } from '../../plan/builders';
import { OperatorInMemory } from '../operator-in-memory';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) await settle();
};

/** Pending for want of room on h2; h1, where it was, is declared dead. */
async function waiting(): Promise<{ here: OperatorInMemory; h1: XenHost }> {
  const here = new OperatorInMemory(['h1', 'h2']);
  const h1 = here.caches.hosts.get('h1') as XenHost;
  const h2 = here.caches.hosts.get('h2') as XenHost;
  here.put(here.caches.hosts, { ...h2, spec: { ...h2.spec, unschedulable: true } });
  here.wants('web', 1, '8Gi');
  await here.work();
  equal(here.get('web').status?.placement?.host, 'h1');
  here.put(here.caches.hosts, { ...h1, spec: { ...h1.spec, unschedulable: true } });
  here.put(here.caches.hosts, h2);
  here.wants('filler', 1, '12Gi');
  await here.work();
  equal(here.get('filler').status?.placement?.host, 'h2');
  here.put(here.caches.hosts, { ...h1, spec: { ...h1.spec, declaredDead: 'boot-h1' } });
  await here.clock.advance(25_001);
  here.report('h2');
  here.ledger.markHost('h1');
  here.ledger.markHost('h2');
  await here.work();
  match(here.placement.unplaced('acme/web')?.reason ?? '', /MiB short/);
  return { here, h1 };
}

describe('claims', () => {
  it('are not made elsewhere once the word that the host is dead was taken back', async () => {
    const { here, h1 } = await waiting();
    here.put(here.caches.hosts, { ...h1, spec: { ...h1.spec, unschedulable: true } });
    here.claims.length = 0;
    here.gone('filler');
    here.placement.wake();
    await turns();
    deepEqual(here.claims, []);
    equal(here.placement.unplaced('acme/web'), undefined, 'the wish is gone, not only put off');
  });

  it('are made elsewhere while it holds', async () => {
    const { here } = await waiting();
    here.gone('filler');
    here.placement.wake();
    await turns();
    deepEqual(here.claims.at(-1), '{"host":"h2","epoch":2,"bootID":"boot-h2"}');
  });

  it('take a VM that waits for room to grow along with what it has', async () => {
    const { here } = await waiting();
    here.wants('web', 1, '64Gi');
    here.gone('filler');
    await here.work();
    const { placement, reserved } = here.get('web').status ?? {};
    deepEqual([placement?.host, reserved?.memoryMiB], ['h2', 8192]);
    match(here.condition('web', 'Resized'), /False NoRoom/);
  });

  it('are not made for a VM whose class is gone', async () => {
    const here = new OperatorInMemory(['h1']);
    const small = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenVMClass', metadata: { name: 'small', uid: 'c' } };
    const spec = { vcpus: 4, memory: '64Gi' };
    const made = here.put(here.caches.vmClasses, { ...small, spec } as never);
    here.vm(vm());
    await here.work();
    match(here.placement.unplaced('acme/web')?.reason ?? '', /MiB short/);
    here.remove(here.caches.vmClasses, made);
    here.placement.wake();
    await turns();
    deepEqual(here.claims, []);
    await here.work();
    equal(here.placement.unplaced('acme/web'), undefined);
  });

  it('are not made on what was asked before a doubt', async () => {
    const { here } = await waiting();
    here.outcomes.length = 0;
    here.placement.withdrawAll();
    deepEqual(here.outcomes, ['acme/web'], 'whoever still needs room asks again');
    here.claims.length = 0;
    here.gone('filler');
    here.placement.wake();
    await turns();
    deepEqual(here.claims, []);
  });

  it('do not race on the one host of a fleet, though it is declared dead and alive', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 1, '1Gi');
    await here.work();
    const h1 = here.caches.hosts.get('h1') as XenHost;
    here.put(here.caches.hosts, { ...h1, spec: { ...h1.spec, declaredDead: 'boot-h1' } });
    await here.work();
    equal(here.claims.length, 1);
  });

  it('count on both hosts while a VM is on its way', async () => {
    const { here } = await waiting();
    here.gone('filler');
    let counted: number[] = [];
    here.onClaim = () => {
      here.put(here.caches.vms, here.wants('other', 1, '512Mi'));
      here.ledger.markHost('h1');
      here.put(here.caches.pools, {
        apiVersion: 'x',
        kind: 'XenPool',
        metadata: { name: 'default' },
        spec: {},
      } as never);
      here.put(here.caches.vmClasses, {
        apiVersion: 'x',
        kind: 'XenVMClass',
        metadata: { name: 'c' },
        spec: {},
      } as never);
      counted = ['h1', 'h2'].map((host) => here.countedMiB(host).guests);
      here.onClaim = () => undefined;
    };
    here.placement.wake();
    await turns();
    equal(counted.length, 2);
    for (const mib of counted) equal(mib > 8192, true, counted.join());
  });
});

describe('writeClaim', () => {
  const reserved = { ...NOTHING, vcpus: 1, memoryMiB: 1024 };
  const client = { mergePatch: () => Promise.resolve(vm()) } as unknown as KubeClient;
  const placed = vm({
    status: { ...claimed('h1', 3), reserved: { vcpus: 1, memoryMiB: 1024, dedicated: false, disks: [] } },
  });
  const uuid = 'u';
  const bootID = 'boot';

  it('refuses an epoch that is not above the one in force', () => {
    throws(
      () => writeClaim(client, placed, { host: 'h2', epoch: 3, bootID, uuid, reserved }),
      /epoch 3 is not above 3/,
    );
    throws(
      () => writeClaim(client, placed, { host: 'h1', epoch: 2, bootID, uuid, reserved }),
      /epoch 2 is not above 3/,
    );
  });

  it('refuses to write what stands, and takes another size under the same epoch', async () => {
    throws(() => writeClaim(client, placed, { host: 'h1', epoch: 3, bootID, uuid, reserved }), /stands as it is/);
    await writeClaim(client, placed, {
      host: 'h1',
      epoch: 3,
      bootID,
      uuid,
      reserved: { ...reserved, memoryMiB: 2048 },
    });
    await writeClaim(client, placed, { host: 'h2', epoch: 4, bootID, uuid, reserved });
  });

  it('claims anew on the same host only for something learnt since', () => {
    const anew = new ClaimsAnew();
    const known = (epoch: number, retired: number) =>
      facts({ vm: vm({ status: claimed('h1', epoch) }), orders: [{ host: 'h1', order: tombstone('h1', 1, retired) }] });
    equal(anew.isNews('a', known(1, 1), { host: 'h1', epoch: 2 }), true);
    anew.note('a', known(1, 1), { host: 'h1', epoch: 2 });
    equal(anew.isNews('a', known(1, 1), { host: 'h1', epoch: 2 }), true, 'a restore may ask for the very same again');
    equal(anew.isNews('a', known(2, 1), { host: 'h1', epoch: 3 }), false);
    equal(anew.isNews('a', known(2, 2), { host: 'h1', epoch: 3 }), true);
    equal(anew.isNews('a', known(2, 1), { host: 'h2', epoch: 3 }), true, 'a move is no claim anew');
  });
});
