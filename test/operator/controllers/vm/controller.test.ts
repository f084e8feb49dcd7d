/** One XenVM: what is written of it, on which state, and what is left alone. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
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

const deleted = (object: XenVM): XenVM => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
});

describe('a domain of a VM without a claim', () => {
  const seen = { uuid: UID, namespace: 'acme', vmName: 'web', kind: 'orphan' as const, vcpus: 2, memoryMiB: 2048 };

  function found(): OperatorInMemory {
    const here = new OperatorInMemory(['h1']);
    const records = [{ uuid: UID, namespace: 'acme', name: 'web', epoch: 4, frozen: true }];
    here.report('h1', { domains: [seen], records });
    here.vm(vm({ spec }));
    return here;
  }

  it('is taken over where it runs, with a raised epoch, its boot, and the room that it has', async () => {
    const here = found();
    await here.vms.reconcile(KEY);
    const [claim] = here.api.calls;
    deepEqual(claim?.body.status?.['placement'], { host: 'h1', epoch: 5, bootID: 'boot-h1' });
    equal(claim?.options.fieldManager, 'xenfleet-claim');
    equal(here.get('web').status?.reserved?.memoryMiB, 2048, 'more than it asks for, and in use');
    deepEqual(
      here.caches.domains.all().map(({ spec: { epoch, bootID, desired } }) => [epoch, bootID, desired]),
      [[5, 'boot-h1', 'Running']],
    );
    equal(here.facts.of(here.get('web'), undefined).vouched, true, 'this term wrote it');
  });

  it('is not taken over on an older state of the VM', async () => {
    const here = found();
    here.api.before = () => {
      here.api.before = () => undefined;
      here.vm({ ...here.get('web') });
    };
    await rejects(here.vms.reconcile(KEY), /not what it was/);
    equal(here.caches.domains.size, 0);
  });
});

describe('the orders of a VM that is gone', () => {
  it('go if they are retired, and are left alone if they are not', async () => {
    const here = new OperatorInMemory(['h1', 'h2', 'h3']);
    here.order(tombstone('h1', 1, 1));
    here.order(tombstone('h2', 1));
    here.order(order('h3', 1));
    await here.vms.reconcile(KEY);
    deepEqual(
      here.caches.domains.all().map(({ metadata }) => metadata.namespace),
      ['xenhost-h2', 'xenhost-h3'],
    );
    deepEqual(
      here.caches.domains.all().map(({ spec: { desired } }) => desired),
      ['Absent', 'Running'],
      'nothing of them is changed',
    );
  });
});

describe('a VM that is deleted', () => {
  it('goes only with the receipt of its host, and leaves the finalizers of others', async () => {
    const here = await running();
    const known = here.get('web');
    here.vm(deleted({ ...known, metadata: { ...known.metadata, finalizers: ['x/y', FINALIZER] } }));
    await here.work();
    equal(here.orderOf('web')?.spec.desired, 'Absent');
    deepEqual(here.get('web').metadata.finalizers, ['x/y', FINALIZER]);
    here.follow('h1');
    await here.work();
    deepEqual(here.get('web').metadata.finalizers, ['x/y']);
    here.gone('web');
    await here.vms.reconcile(KEY);
    equal(here.caches.domains.size, 0);
  });

  it('is let go on the newest state only', async () => {
    const here = await running();
    here.vm(deleted(here.get('web')));
    await here.work();
    here.follow('h1');
    here.api.before = ({ kind, verb }) => {
      if (kind === 'XenVM' && verb === 'patch') here.vm({ ...here.get('web') });
    };
    await rejects(here.vms.reconcile(KEY), /not what it was/);
    equal(here.get('web').metadata.finalizers?.includes(FINALIZER), true);
  });

  it('asks the placement loop for nothing any more', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 1, '64Gi');
    await here.work();
    match(here.placement.unplaced(KEY)?.reason ?? '', /MiB short/);
    here.remove(here.caches.vms, here.get('web'));
    await here.vms.reconcile(KEY);
    equal(here.placement.unplaced(KEY), undefined);
  });
});

describe('a VM whose reservation is lowered', () => {
  it('keeps epoch, host and boot of its claim', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 1, '2Gi');
    await here.work();
    here.follow('h1');
    const before = here.get('web').status?.placement;
    here.wants('web', 1, '1Gi');
    await here.work();
    here.follow('h1');
    await here.work();
    deepEqual(here.get('web').status?.placement, before);
    equal(here.get('web').status?.reserved?.memoryMiB, 1024);
    const growth = here.wants('web', 1, '3Gi');
    await here.work();
    deepEqual(here.get('web').status?.placement, before, 'growth keeps them as well');
    deepEqual([here.get('web').status?.reserved?.memoryMiB, growth.metadata.name], [3072, 'web']);
  });
});

describe('the status of a VM', () => {
  const says = (here: OperatorInMemory, phase: 'Starting' | 'Stopped' | 'Running'): void => {
    const known = here.orderOf('web')!;
    here.put(here.caches.domains, { ...known, status: { ...known.status!, phase } });
  };

  it('is written on the state that it was found on, under a manager of its own', async () => {
    const here = await running();
    says(here, 'Stopped');
    here.api.before = () => void here.vm({ ...here.get('web') });
    await rejects(here.vms.reconcile(KEY), /not what it was/);
    here.api.before = () => undefined;
    await here.vms.reconcile(KEY);
    const { key, options } = here.api.calls.at(-1) ?? {};
    deepEqual([key, options], [KEY, { subresource: 'status', fieldManager: 'xenfleet-operator', force: true }]);
  });

  it('shows a passing state only if it lasts for a second, and after all that is to be done', async () => {
    const here = await running();
    says(here, 'Starting');
    deepEqual(await here.vms.reconcile(KEY), { requeueAfterMs: 1000, priority: -1 });
    await here.clock.advance(400);
    deepEqual(await here.vms.reconcile(KEY), { requeueAfterMs: 600, priority: -1 });
    says(here, 'Running');
    equal(await here.vms.reconcile(KEY), undefined);
    await here.clock.advance(600);
    says(here, 'Starting');
    deepEqual(await here.vms.reconcile(KEY), { requeueAfterMs: 1000, priority: -1 }, 'it began anew');
    await here.clock.advance(1000);
    equal(await here.vms.reconcile(KEY), undefined);
    equal(here.get('web').status?.phase, 'Starting');
  });
});

describe('a VM that waits for reports', () => {
  it('is looked at when the last one is in, and only while it waits', async () => {
    const here = new OperatorInMemory(['h1', 'h2']);
    here.report('h2', { nonce: 'old' });
    here.vm(vm({ spec }));
    const waits = (): string[] => {
      const keys: string[] = [];
      const views = { onChange: () => () => undefined } as never;
      const undo = here.waiters.watch.listen({ caches: here.caches, views }, (key) => void keys.push(key));
      here.report('h1', { roster: ['h1', `h${Math.floor(here.clock.monotonicMs())}`] });
      undo();
      return keys;
    };
    await here.vms.reconcile(KEY);
    deepEqual(waits(), [KEY]);
    here.report('h2');
    await here.clock.advance(1);
    here.report('h1');
    await here.work();
    equal(here.get('web').status?.placement === undefined, false);
    deepEqual(waits(), []);
  });
});
