/** What is written is in the cache at once, and is said in the log only if it was written. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { KubeClient } from '../../../../common/kube/client';
import { SERVICEACCOUNTS, XENVMS } from '../../../../common/kube/resources';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';
import { Recording } from '../recording';

const answer = vm({ meta: { resourceVersion: '900' } });
const done = { message: 'written', fields: { vm: 'acme/web' } };

function rig(answers: () => Promise<unknown> = () => Promise.resolve(answer)) {
  const here = new FleetInMemory();
  const told = new Recording();
  const calls: unknown[][] = [];
  const client = Object.fromEntries(
    ['create', 'update', 'mergePatch', 'apply', 'delete'].map((verb) => [
      verb,
      (_type: unknown, ...args: unknown[]) => {
        calls.push([verb, ...args]);
        return answers();
      },
    ]),
  ) as unknown as KubeClient;
  return { here, told, calls, writer: new Writer({ caches: here.caches, client, log: told.log }) };
}
type Rig = ReturnType<typeof rig>;

const applied = { subresource: 'status', fieldManager: 'm', force: true } as const;
const WRITES: readonly [string, (rig: Rig) => Promise<unknown>, unknown[]][] = [
  ['create', ({ writer }) => writer.create(XENVMS, answer, done), [answer]],
  ['update', ({ writer }) => writer.update(XENVMS, answer, done), [answer]],
  ['apply', ({ writer }) => writer.apply(XENVMS, answer, applied, done), [answer, applied]],
  [
    'mergePatch',
    ({ writer }) => writer.mergePatch(XENVMS, { name: 'web' }, { a: 1 }, { subresource: 'status', done }),
    [{ name: 'web' }, { a: 1 }, { subresource: 'status' }],
  ],
];

describe('the writer', () => {
  for (const [verb, write, args] of WRITES)
    it(`shows what ${verb} returned before any watch tells of it, and says so`, async () => {
      const one = rig();
      await write(one);
      deepEqual(one.calls, [[verb, ...args]]);
      equal(one.here.caches.vms.get('acme/web')?.metadata.resourceVersion, '900');
      deepEqual(one.told.logged, [{ level: 'info', ...done }]);
    });

  it('shows and says nothing of a write that failed', async () => {
    const one = rig(() => Promise.reject(new Error('refused')));
    for (const [, write] of WRITES) await rejects(write(one), /refused/);
    await rejects(one.writer.delete(XENVMS, { name: 'web' }, {}, done), /refused/);
    deepEqual([one.here.caches.vms.size, one.told.logged], [0, []]);
  });

  it('sets finalizers on the state that was decided on, in a namespace or without', async () => {
    const one = rig();
    await one.writer.setFinalizers(XENVMS, answer, ['x/y'], done);
    const { namespace: _namespace, ...metadata } = answer.metadata;
    await one.writer.setFinalizers(XENVMS, { ...answer, metadata }, []);
    deepEqual(one.calls, [
      [
        'mergePatch',
        { namespace: 'acme', name: 'web' },
        { metadata: { resourceVersion: '900', finalizers: ['x/y'] } },
        {},
      ],
      ['mergePatch', { name: 'web' }, { metadata: { resourceVersion: '900', finalizers: [] } }, {}],
    ]);
    equal(one.told.logged.length, 1);
  });

  it('leaves a deletion to the watch, and passes its preconditions on', async () => {
    const one = rig();
    one.here.vm(vm());
    await one.writer.delete(XENVMS, { name: 'web' }, { uid: 'u', resourceVersion: '7' }, done);
    deepEqual(one.calls, [['delete', { name: 'web' }, { uid: 'u', resourceVersion: '7' }]]);
    equal(one.here.caches.vms.size, 1);
    deepEqual(one.told.lines(/./), ['info written']);
  });

  it('writes kinds that nobody watches', async () => {
    const one = rig();
    await one.writer.create(SERVICEACCOUNTS, answer);
    deepEqual([one.calls.length, one.told.logged], [1, []]);
  });

  it('warns where that is asked for', async () => {
    const one = rig();
    await one.writer.create(XENVMS, answer, { ...done, level: 'warn' });
    equal(one.told.logged[0]?.level, 'warn');
  });
});
