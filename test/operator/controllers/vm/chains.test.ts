/** One look at a XenVM takes several steps: how far it goes, and what no step may undo. */
import { deepEqual, equal } from 'node:assert/strict';
import { FINALIZER } from '../../../../common/names';
import { order, tombstone, UID, vm } from '../../plan/builders';
import { OperatorInMemory } from '../operator-in-memory';

const KEY = 'acme/web';
const spec = { className: undefined as never, resources: { vcpus: 1, memory: '1Gi' } };

/** acme/web runs on h1 with epoch 1. */
async function running(): Promise<OperatorInMemory> {
  const here = new OperatorInMemory(['h1', 'h2']);
  here.editHost('h2', { unschedulable: true });
  here.wants('web', 1, '1Gi');
  await here.work();
  here.follow('h1');
  await here.work();
  equal(here.get('web').status?.phase, 'Running');
  here.api.calls.length = 0;
  return here;
}

describe('one look at a VM', () => {
  it('ends after eight steps, and goes on in a later one: a VM that never comes to rest holds up nobody', async () => {
    const here = await running();
    here.wants('web', 1, '1Gi', { shutdown: { gracePeriodSeconds: 7 } });
    const before = here.orderOf('web')!;
    // Somebody undoes each write.
    here.api.after = ({ verb }) => {
      if (verb === 'update') here.put(here.caches.domains, before);
    };
    deepEqual(await here.vms.reconcile(KEY), { requeueAfterMs: 0 });
    equal(here.api.calls.filter(({ verb }) => verb === 'update').length, 8);
  });

  it('ends with the finalizer: the cache shows the VM still, and nothing more is written about it', async () => {
    const here = await running();
    const known = here.get('web');
    const metadata = { ...known.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [FINALIZER] };
    here.vm({ ...known, metadata });
    await here.work();
    here.follow('h1');
    here.api.calls.length = 0;
    equal(await here.vms.reconcile(KEY), undefined);
    deepEqual(here.api.writes, [`patch XenVM ${KEY}`]);
  });

  it('ends with the deletion of an order: a VM that comes back to a host is claimed on what the watch says', async () => {
    const here = new OperatorInMemory(['h1', 'h2']);
    here.wants('web', 1, '1Gi');
    await here.work();
    const { host = '' } = here.get('web').status?.placement ?? {};
    const other = host === 'h1' ? 'h2' : 'h1';
    const retired = tombstone(other, 1, 1);
    const at = { ...retired.metadata, name: here.get('web').status?.domainUUID ?? '', finalizers: [FINALIZER] };
    const known = here.order({ ...retired, metadata: at });
    here.api.calls.length = 0;
    // The watch has not told of the deletion yet.
    here.api.after = ({ verb }) => {
      if (verb === 'delete' && here.api.calls.length < 9) here.put(here.caches.domains, known);
    };
    equal(await here.vms.reconcile(KEY), undefined);
    deepEqual(
      here.api.calls.map(({ verb, kind }) => `${verb} ${kind}`),
      ['patch XenDomain', 'delete XenDomain'],
    );
  });

  it('names the kind in what it applies', async () => {
    const here = await running();
    const known = here.orderOf('web')!;
    here.put(here.caches.domains, { ...known, status: { ...known.status!, phase: 'Stopped' } });
    await here.vms.reconcile(KEY);
    const { body } = here.api.calls.at(-1) ?? {};
    deepEqual([body?.kind, body?.apiVersion], ['XenVM', 'xenfleet.io/v1alpha1']);
  });
});

describe('a VM that is claimed anew where it is', () => {
  it('keeps what its claim reserved, also what its order does not grant yet', async () => {
    const here = await running();
    const known = here.wants('web', 1, '4Gi');
    const reserved = { ...known.status!.reserved!, memoryMiB: 4096 };
    here.vm({ ...known, status: { ...known.status, reserved } });
    here.report('h1', { bootID: 'boot-2' });
    await here.vms.reconcile(KEY);
    const { placement, reserved: now } = here.get('web').status ?? {};
    deepEqual([placement, now?.memoryMiB], [{ host: 'h1', epoch: 2, bootID: 'boot-2' }, 4096]);
    equal(here.orderOf('web')?.spec.memory?.maxMiB, 4096);
  });
});

describe('a VM without a claim', () => {
  it('that is taken over where its order is reserves what that order grants, and not what another one did', async () => {
    const here = new OperatorInMemory(['h1', 'h2']);
    const size = (maxMiB: number) => ({ memory: { targetMiB: maxMiB, maxMiB } });
    const records = [{ uuid: UID, namespace: 'acme', name: 'web', epoch: 4 }];
    here.report('h2', { records, domains: [{ uuid: UID, namespace: 'acme', vmName: 'web', kind: 'ours' }] });
    here.order({ ...order('h1', 1, size(8192)), status: { epoch: 1, phase: 'Absent', retiredEpoch: 1 } as never });
    here.order(order('h2', 4, size(3072)));
    here.vm(vm({ spec }));
    await here.vms.reconcile(KEY);
    const { placement, reserved } = here.get('web').status ?? {};
    deepEqual([placement?.host, reserved?.memoryMiB], ['h2', 3072]);
  });

  it('waits for reports no more once it is gone', async () => {
    const here = new OperatorInMemory(['h1', 'h2']);
    here.report('h2', { nonce: 'old' });
    here.vm(vm({ spec }));
    await here.vms.reconcile(KEY);
    here.remove(here.caches.vms, here.get('web'));
    await here.vms.reconcile(KEY);
    const keys: string[] = [];
    const views = { onChange: () => () => undefined } as never;
    here.waiters.watch.listen({ caches: here.caches, views }, (key) => void keys.push(key));
    here.report('h1', { roster: ['h1', 'h9'] });
    deepEqual(keys, []);
  });
});
