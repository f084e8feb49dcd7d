/** The caches on a scripted API: what is listed and kept, and when what they show is in doubt. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { KubeClient } from '../../../../common/kube/client';
import { KubeError } from '../../../../common/kube/errors';
import type { KubeRequest } from '../../../../common/kube/transport';
import type { KubeObject } from '../../../../common/kube/types';
import { BRAKE_LIFTED_UNTIL, HOST_LABEL } from '../../../../common/names';
import { openCaches } from '../../../../operator/controllers/frame/caches';
import { FakeClock, noChance } from '../../../common/kube/fake-clock';
import type { OpenStream } from '../../../common/kube/scripted-transport';
import { ScriptedTransport } from '../../../common/kube/scripted-transport';
import { claimed, order, UID, vm } from '../../plan/builders';
import { Recording } from '../recording';

/** Answers every list with what there is of the kind, or with an error. */
class Api extends ScriptedTransport {
  readonly objects = new Map<string, KubeObject[]>();
  version = 10;
  refusal: KubeError | undefined;

  override request(request: KubeRequest): Promise<unknown> {
    this.requests.push(request);
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    const items = this.objects.get(request.resource) ?? [];
    return Promise.resolve({ metadata: { resourceVersion: String(this.version) }, items });
  }

  watchOf(plural: string): OpenStream {
    const found = this.streams.findLast(({ request, isOpen }) => isOpen && request.path.endsWith(`/${plural}`));
    if (found === undefined) throw new Error(`${plural} is not watched`);
    return found;
  }
}

class Rig {
  readonly api = new Api();
  readonly told = new Recording();
  readonly clock = new FakeClock();
  readonly doubts: string[] = [];
  /** How many VMs the cache showed when there was a doubt. */
  readonly shown: number[] = [];
  readonly caches = openCaches({
    client: new KubeClient(this.api),
    clock: this.clock,
    random: noChance(),
    metrics: this.told.metrics,
    onDoubt: (resource, cause) => {
      this.doubts.push(`${resource} ${cause}`);
      this.shown.push(this.caches.vms.size);
    },
    onFault: (_where, error) => {
      throw error;
    },
  });

  async started(): Promise<this> {
    this.caches.start();
    await this.clock.advance(1);
    return this;
  }

  /** A watch tells of a new VM. */
  appears(over: Parameters<typeof vm>[0] = {}): KubeObject {
    const object = vm({ ...over, meta: { resourceVersion: String((this.api.version += 1)), ...over.meta } });
    this.api.watchOf('xenvms').send('ADDED', object);
    return this.caches.vms.all().at(-1) ?? object;
  }

  isFresh(): boolean {
    const [known] = this.caches.vms.all();
    return known !== undefined && this.caches.isFresh(known);
  }
}

const KINDS = [
  ...[
    'xenvms',
    'xenvmoperations',
    'xenvmclasses',
    'xennetworks',
    'xenstoragepools',
    'xenpools',
    'xenhosts',
    'xenagents',
    'xendomains',
  ],
  ...['namespaces', 'leases'],
].sort();
const annotations = { a: 'b', [BRAKE_LIFTED_UNTIL]: 'x', 'kubectl.kubernetes.io/last-applied-configuration': 'y' };

describe('the caches', () => {
  it('list and watch every kind, and of Leases those of hosts', async () => {
    const rig = new Rig();
    equal(rig.caches.unsynced().length, KINDS.length);
    await rig.started();
    deepEqual([...new Set(rig.api.requests.map(({ resource }) => resource))].sort(), KINDS);
    for (const plural of KINDS) ok(rig.api.watchOf(plural).isOpen);
    for (const { resource, query } of rig.api.requests)
      equal(query?.['labelSelector'], resource === 'leases' ? HOST_LABEL : undefined, resource);
    deepEqual(rig.caches.unsynced(), []);
    await rig.caches.synced;
    equal(rig.told.measured.includes('watchRelisted xenvms start'), true);
    equal(rig.told.measured.includes('watchState leases watching'), true);
    await rig.caches.stop();
    equal(
      rig.api.streams.some(({ isOpen }) => isOpen),
      false,
    );
  });

  it('name the kinds whose list is not in', async () => {
    const rig = new Rig();
    rig.api.refusal = new KubeError('unavailable', 'down');
    await rig.started();
    deepEqual(rig.caches.unsynced().includes('vms'), true);
    let isSynced = false;
    void rig.caches.synced.then(() => (isSynced = true));
    await rig.clock.advance(1);
    equal(isSynced, false);
    await rig.caches.stop();
  });

  it('keep the annotations of what is written back whole, and drop those that nobody reads', async () => {
    const rig = new Rig();
    const meta = (name: string) => ({ name, uid: name, resourceVersion: '5', annotations });
    rig.api.objects.set('xenvms', [vm({ meta: meta('web') })]);
    const made = order('h1', 1);
    rig.api.objects.set('xendomains', [{ ...made, metadata: { ...made.metadata, annotations } }]);
    rig.api.objects.set('namespaces', [{ apiVersion: 'v1', kind: 'Namespace', metadata: meta('acme') }]);
    await rig.started();
    equal(rig.caches.vms.all()[0]?.metadata.annotations, undefined);
    deepEqual(rig.caches.domains.all()[0]?.metadata.annotations, { a: 'b', [BRAKE_LIFTED_UNTIL]: 'x' });
    deepEqual(rig.caches.namespaces.all()[0]?.metadata.annotations, { [BRAKE_LIFTED_UNTIL]: 'x' });
    await rig.caches.stop();
  });
});

describe('a VM that can be nowhere yet', () => {
  it('is one that a watch told of, without a claim and without an identity', async () => {
    const rig = await new Rig().started();
    rig.appears();
    equal(rig.isFresh(), true);
    for (const over of [{ status: claimed('h1', 1)! }, { spec: { identity: { uuid: UID } } }]) {
      const other = await new Rig().started();
      other.appears(over);
      equal(other.isFresh(), false);
      await other.caches.stop();
    }
    await rig.caches.stop();
  });

  it('is none that a list told of, whatever the watch says later', async () => {
    const rig = new Rig();
    rig.api.objects.set('xenvms', [vm({ meta: { resourceVersion: '5' } })]);
    await rig.started();
    equal(rig.isFresh(), false);
    rig.appears();
    equal(rig.isFresh(), false);
    await rig.caches.stop();
  });

  it('is one no more after a new leader’s list, and for good', async () => {
    const rig = await new Rig().started();
    const known = rig.appears();
    rig.api.objects.set('xenvms', [known]);
    rig.api.version += 1;
    const lists = rig.api.requests.length;
    const renewed = rig.caches.renew();
    await rig.clock.advance(1);
    await renewed;
    equal(rig.api.requests.length - lists, KINDS.length, 'every kind is listed anew');
    equal(rig.isFresh(), false);
    await rig.caches.stop();
  });

  it('is one no more after any list that was not continuous, which casts doubt on all', async () => {
    const rig = await new Rig().started();
    const known = rig.appears();
    const another = vm({ meta: { name: 'another', uid: 'uid-another', resourceVersion: '5' } });
    rig.api.objects.set('xenvms', [known, another]);
    rig.api.version += 1;
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    rig.api.watchOf('xenvms').send('ERROR', gone);
    await rig.clock.advance(60_000);
    deepEqual([rig.doubts, rig.shown], [['xenvms expired'], [2]], 'it is told when the new list is in');
    equal(rig.isFresh(), false);
    await rig.caches.stop();
  });

  it('stays one over a list that only repeats what is known', async () => {
    const rig = await new Rig().started();
    const known = rig.appears();
    rig.api.objects.set('xenvms', [known]);
    rig.api.version += 1;
    await rig.clock.advance(50 * 60_000);
    rig.api.watchOf('xenvms').close();
    await rig.clock.advance(60_000);
    rig.api.watchOf('xenvms').close();
    await rig.clock.advance(60_000);
    equal(rig.told.measured.includes('watchRelisted xenvms periodic'), true);
    deepEqual([rig.doubts, rig.isFresh()], [[], true]);
    await rig.caches.stop();
  });

  it('is waited for by a leader whose first lists are not in', async () => {
    const rig = new Rig();
    let isRenewed = false;
    void rig.caches.renew().then(() => (isRenewed = true));
    await rig.clock.advance(1);
    equal(isRenewed, false);
    await rig.started();
    equal(isRenewed, true);
    await rig.caches.stop();
  });
});

describe('the time of a creation', () => {
  it('is that of XenVMs alone', async () => {
    const rig = await new Rig().started();
    rig.api.watchOf('xendomains').send('ADDED', order('h1', 1));
    deepEqual([rig.caches.domains.size, rig.caches.createdAt.size], [1, 0]);
    await rig.caches.stop();
  });

  for (const [what, over] of [
    ['has run', { status: { phase: 'Running' } }],
    ['is Halted', { spec: { runPolicy: 'Halted' } }],
    ['is Manual', { spec: { runPolicy: 'Manual' } }],
  ] as const)
    it(`is forgotten once the VM ${what}`, async () => {
      const rig = await new Rig().started();
      rig.appears();
      equal(rig.caches.createdAt.get(UID), rig.clock.monotonicMs());
      rig.appears(over);
      equal(rig.caches.createdAt.size, 0);
      await rig.caches.stop();
    });
});
