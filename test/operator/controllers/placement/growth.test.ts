/**
 * An edit of a placed VM asks the ledger for what it needs more. What was granted stays in force
 * until there is room.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { OperatorInMemory } from '../operator-in-memory';

const memoryOf = (here: OperatorInMemory, name: string): number | undefined => here.orderOf(name)?.spec.memory?.maxMiB;
const reservedOf = (here: OperatorInMemory, name: string): string => {
  const { vcpus = 0, memoryMiB = 0 } = here.get(name).status?.reserved ?? {};
  return `${vcpus}/${memoryMiB}`;
};

/** One host of 16 GiB and 8 CPUs: a VM of 1 GiB runs, and a neighbour of 12 GiB is off. */
async function twoTenants(): Promise<OperatorInMemory> {
  const here = new OperatorInMemory(['h1']);
  here.wants('halted', 1, '12Gi', { runPolicy: 'Halted' });
  here.wants('web', 1, '1Gi');
  await here.work();
  here.follow('h1');
  await here.work();
  return here;
}

describe('growth of a placed VM', () => {
  it('reserves with the claim what was asked', async () => {
    const here = await twoTenants();
    deepEqual([reservedOf(here, 'web'), reservedOf(here, 'halted')], ['1/1024', '1/12288']);
    deepEqual([memoryOf(here, 'web'), here.orderOf('web')?.spec.desired], [1024, 'Running']);
  });

  for (const [what, vcpus, memory, short] of [
    ['memory that is kept for a neighbour who is off', 1, '14Gi', /11\d\d\d MiB of memory short/],
    ['more memory than there is', 1, '8Ti', /MiB of memory short/],
    ['more vCPUs than the ratio allows', 512, '1Gi', /\d+ vCPU short/],
  ] as const) {
    it(`refuses ${what}, says what is short, and takes nothing from others`, async () => {
      const here = await twoTenants();
      const free = here.ledger.scheduler.account('h1')?.freeBytes;
      here.wants('web', vcpus, memory, { shutdown: { gracePeriodSeconds: 7 } });
      await here.work();
      equal(memoryOf(here, 'web'), 1024);
      equal(here.orderOf('web')?.spec.vcpus?.max, 1);
      equal(here.orderOf('web')?.spec.gracePeriodSeconds, 7, 'the rest of the edit is applied');
      deepEqual(
        ['Resized', 'Stalled', 'Ready'].map((type) => here.condition('web', type).split(' ')[0]),
        ['False', 'True', 'True'],
      );
      match(here.get('web').status?.conditions?.find(({ type }) => type === 'Resized')?.message ?? '', short);
      equal(here.ledger.scheduler.account('h1')?.freeBytes, free, 'what is merely wanted is no account');
      here.wants('other', 1, '512Mi');
      await here.work();
      equal(here.get('other').status?.placement?.host, 'h1', 'the host is not full for others');
    });
  }

  it('goes through by itself once there is room', async () => {
    const here = await twoTenants();
    here.wants('web', 1, '14Gi');
    await here.work();
    const { epoch } = here.get('web').status?.placement ?? {};
    here.gone('halted');
    await here.work();
    deepEqual([memoryOf(here, 'web'), reservedOf(here, 'web')], [14336, '1/14336']);
    equal(here.get('web').status?.placement?.epoch, epoch, 'growth is no new incarnation');
    deepEqual([here.condition('web', 'Resized'), here.condition('web', 'Stalled')], ['', 'False NotStalled']);
  });

  it('is forgotten when the spec asks for no more than was granted', async () => {
    const here = await twoTenants();
    here.wants('web', 1, '14Gi');
    await here.work();
    here.wants('web', 1, '1Gi');
    await here.work();
    deepEqual([here.condition('web', 'Resized'), memoryOf(here, 'web')], ['', 1024]);
    equal(here.placement.unplaced('acme/web'), undefined);
  });

  it('of a class that is dedicated or of another size under the old name asks as well', async () => {
    const here = new OperatorInMemory(['h1']);
    const plan = (uid: string, spec: object) =>
      ({ apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenVMClass', metadata: { name: 'small', uid }, spec }) as never;
    const first = here.put(here.caches.vmClasses, plan('c1', { vcpus: 2, memory: '1Gi' }));
    here.wants('web', 0, '', { className: 'small', resources: undefined } as unknown as XenVM['spec']);
    await here.work();
    equal(reservedOf(here, 'web'), '2/1024');
    here.remove(here.caches.vmClasses, first);
    await here.work();
    deepEqual([memoryOf(here, 'web'), here.countedMiB('h1').guests > 1024], [1024, true], 'what was granted stays');
    here.put(here.caches.vmClasses, plan('c2', { vcpus: 8, memory: '1Gi', dedicated: true }));
    await here.work();
    equal(here.orderOf('web')?.spec.vcpus?.max, 2);
    match(here.condition('web', 'Resized'), /False NoRoom/);
    equal(here.ledger.scheduler.account('h1')?.dedicatedVcpus, 0);
  });

  it('between the claim and its order changes nothing before it has found room', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 1, '1Gi');
    const raised = new Promise<void>((resolve) => {
      here.onClaim = () => setImmediate(() => setImmediate(() => resolve()));
    });
    const work = here.work();
    await raised;
    here.wants('web', 1, '8Ti');
    await work;
    equal(memoryOf(here, 'web'), 1024);
  });
});

describe('a VM that shrinks', () => {
  it('lowers its order at once, and gives back only what its domain does not use any more', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 2, '12Gi');
    await here.work();
    here.follow('h1');
    here.wants('web', 1, '1Gi');
    await here.work();
    deepEqual([memoryOf(here, 'web'), reservedOf(here, 'web')], [1024, '2/12288']);
    here.follow('h1', false);
    await here.work();
    equal(reservedOf(here, 'web'), '2/12288', 'the domain runs on with what it was started with');
    here.wants('late', 1, '8Gi');
    await here.work();
    equal(here.get('late').status?.placement, undefined);
    here.follow('h1');
    await here.work();
    deepEqual([reservedOf(here, 'web'), here.get('late').status?.placement?.host], ['1/1024', 'h1']);
  });

  it('is not believed to be small by a report that is older than its order', async () => {
    const here = new OperatorInMemory(['h1']);
    here.wants('web', 1, '12Gi');
    await here.work();
    here.wants('web', 1, '1Gi');
    here.report('h1');
    await here.work();
    equal(reservedOf(here, 'web'), '1/12288');
  });
});
