/** How an order ends: each write names the state that was decided on. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { KubeError } from '../../../../common/kube/errors';
import { FINALIZER } from '../../../../common/names';
import type { XenDomain } from '../../../../crds/generated/types';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { deleteOrder } from '../../../../operator/controllers/vm/orders';
import { tombstone } from '../../plan/builders';
import { ApiInMemory } from '../api-in-memory';
import { FleetInMemory } from '../fleet-in-memory';
import { Recording } from '../recording';

class Rig extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly told = new Recording();
  readonly writer = new Writer({ caches: this.caches, client: this.api.client, log: this.told.log });

  held(meta: Partial<XenDomain['metadata']> = {}): XenDomain {
    const made = tombstone('h1', 1, 1);
    return this.order({ ...made, metadata: { ...made.metadata, finalizers: [FINALIZER], ...meta } });
  }

  ends(order: XenDomain): Promise<void> {
    return deleteOrder(this.writer, order, { message: 'order deleted', fields: {} });
  }
}

describe('the end of an order', () => {
  it('frees it and deletes this very object as it was written', async () => {
    const here = new Rig('h1');
    const known = here.held();
    let freed: string | undefined;
    here.api.after = ({ verb }) => {
      if (verb === 'patch') freed = here.caches.domains.all()[0]?.metadata.resourceVersion;
    };
    await here.ends(known);
    equal(here.caches.domains.size, 0);
    deepEqual(here.api.calls[1]?.options, { uid: known.metadata.uid, resourceVersion: freed });
    deepEqual(here.told.lines(/./), ['info order deleted']);
  });

  it('is not the end of one that was changed since', async () => {
    const here = new Rig('h1');
    const known = here.held();
    here.order({ ...known });
    await rejects(here.ends(known), /not what it was/);
    equal(here.caches.domains.size, 1);
  });

  it('is not the end of one that was changed between the two writes', async () => {
    const here = new Rig('h1');
    here.api.after = ({ verb }) => {
      if (verb === 'patch') here.put(here.caches.domains, { ...here.caches.domains.all()[0]! });
    };
    await rejects(here.ends(here.held()), /not what it was/);
    equal(here.caches.domains.size, 1);
  });

  it('leaves the finalizers of others, which keep it', async () => {
    const here = new Rig('h1');
    await here.ends(here.held({ finalizers: ['x/y', FINALIZER] }));
    const [left] = here.caches.domains.all();
    deepEqual(left?.metadata.finalizers, ['x/y']);
    equal(left?.metadata.deletionTimestamp === undefined, false);
  });

  it('is only freed where its deletion has begun', async () => {
    const here = new Rig('h1');
    await here.ends(here.held({ deletionTimestamp: '2026-01-01T00:00:00Z' }));
    deepEqual(
      here.api.calls.map(({ verb }) => verb),
      ['patch'],
    );
    equal(here.caches.domains.size, 0);
  });

  it('is not asked for twice where others keep an order that is being deleted', async () => {
    const here = new Rig('h1');
    await here.ends(here.held({ finalizers: ['x/y', FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' }));
    deepEqual(
      here.api.calls.map(({ verb }) => verb),
      ['patch'],
    );
    deepEqual(here.caches.domains.all()[0]?.metadata.finalizers, ['x/y']);
  });

  it('is what was wanted if it is gone by then, and any other failure is told', async () => {
    const here = new Rig('h1');
    const known = here.held();
    here.remove(here.caches.domains, known);
    await here.ends(known);
    here.api.before = () => {
      throw new KubeError('forbidden', 'no right');
    };
    await rejects(here.ends(here.held()), /no right/);
  });
});
