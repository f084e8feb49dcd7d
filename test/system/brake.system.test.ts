/**
 * The brake, done for real: what a mistake may not end, and how an administrator says that it was
 * none.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenVM } from '../../crds/generated/types';
import { findCondition } from '../../common/conditions';
import { XENVMS } from '../../common/kube/resources';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const WITHIN_MS = 60_000;
const COUNT = 20;
const OTHERS = 3;

function small(namespace: string, name: string): XenVM {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVM',
    metadata: { name, namespace },
    spec: {
      type: 'pvh',
      resources: { vcpus: 1, memory: '1Gi' },
      runPolicy: 'Always',
      boot: { kernel: 'debian/vmlinuz' },
      shutdown: { gracePeriodSeconds: 2 },
    },
  };
}

describe('the brake', function () {
  this.timeout(240_000);
  let playground: Playground;

  before(async () => {
    playground = await startPlayground({ hosts: 2, operators: 2 });
    for (const [namespace, count] of [
      ['crowd', COUNT],
      ['other', OTHERS],
    ] as const) {
      await playground.kubectl(['create', 'namespace', namespace]);
      for (let index = 0; index < count; index++)
        await playground.client.create(XENVMS, small(namespace, `vm-${index}`));
    }
    await until(async () => equal((await list('crowd')).filter(isRunning).length, COUNT), WITHIN_MS);
    await until(async () => equal((await list('other')).filter(isRunning).length, OTHERS), WITHIN_MS);
  });
  after(() => playground.stop());

  const list = async (namespace: string): Promise<XenVM[]> =>
    (await playground.client.list(XENVMS, { namespace })).items;
  const isRunning = (vm: XenVM): boolean => vm.status?.phase === 'Running';
  /** How often a domain ended, by the hosts' own record. */
  const endings = (): number => playground.record().filter((event) => event.what === 'gone').length;

  async function allHeld(): Promise<void> {
    await until(async () => {
      const reasons = (await list('crowd')).map(({ status }) => findCondition(status?.conditions, 'Stalled')?.reason);
      deepEqual(reasons, Array<string>(COUNT).fill('BrakeClosed'));
    }, WITHIN_MS);
  }

  it('does not mind a single deletion', async () => {
    await playground.kubectl(['delete', 'xvm', '-n', 'other', 'vm-0', '--timeout=60s']);
    equal(endings(), 1);
  });

  it('ends nobody where a whole namespace is deleted, and says why', async () => {
    await playground.kubectl(['delete', 'namespace', 'crowd', '--wait=false']);
    await allHeld();
    equal(endings(), 1, 'a guest was ended');
    const [first] = await list('crowd');
    match(findCondition(first?.status?.conditions, 'Stalled')?.message ?? '', /annotate --overwrite namespace crowd /);
  });

  it('holds up nobody else', async () => {
    await playground.kubectl(['delete', 'xvm', '-n', 'other', 'vm-1', '--timeout=60s']);
    equal(endings(), 2);
  });

  it('is as closed for a new leader', async () => {
    for (const index of [0, 1]) await playground.operator(index).kill();
    for (const index of [0, 1]) playground.operator(index).start();
    // A VM that is made now shows that the new leader works.
    await playground.client.create(XENVMS, small('other', 'probe'));
    await until(async () => {
      const probe = (await list('other')).find(({ metadata }) => metadata.name === 'probe');
      ok(probe !== undefined && isRunning(probe));
    }, WITHIN_MS);
    await allHeld();
    equal(endings(), 2, 'a guest was ended');
  });

  it('lets all of them go once an administrator says so', async () => {
    const time = new Date(Date.now() + 3_600_000).toISOString();
    await playground.kubectl(['annotate', 'namespace', 'crowd', `xenfleet.io/brake-lifted-until=${time}`]);
    await until(async () => equal((await list('crowd')).length, 0), 2 * WITHIN_MS);
    await until(() => equal(endings(), 2 + COUNT), WITHIN_MS);
  });

  it('is open again for the others', async () => {
    await playground.kubectl(['delete', 'xvm', '-n', 'other', 'vm-2', '--timeout=60s']);
    deepEqual(
      (await list('other')).map(({ metadata }) => metadata.name),
      ['probe'],
    );
  });
});
