import { deepEqual, equal } from 'node:assert/strict';
import type { KubeClient } from '../../../../common/kube/client';
import { KubeError } from '../../../../common/kube/errors';
import type { XenVM } from '../../../../crds/generated/types';
import type { Logger, Metrics } from '../../../../operator/adapters/types';
import type { Action } from '../../../../operator/plan/vm/action';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { Placement } from '../../../../operator/controllers/placement/placement';
import { settle } from '../../../common/kube/fake-clock';
import { vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

const KEY = 'acme/web';
const wish = vm({ spec: { className: undefined, resources: { vcpus: 1, memory: '1Gi' } } as never });

/** Placement on two hosts, with claims that end when the test says so. */
class Rig extends FleetInMemory {
  readonly claims: { host: string; end: (error?: Error) => void }[] = [];
  readonly outcomes: string[] = [];
  readonly object: XenVM;
  readonly placement: Placement;
  action: Action = { do: 'place', epoch: 1 };

  constructor() {
    super('h1', 'h2');
    this.object = this.vm(wish);
    const mergePatch = (_type: unknown, _ref: unknown, patch: { status: XenVM['status'] }): Promise<XenVM> =>
      new Promise((resolve, reject) => {
        const claimedVm = { ...this.object, status: patch.status };
        const end = (error?: Error): void =>
          error === undefined ? resolve(this.vm(claimedVm as XenVM)) : reject(error);
        this.claims.push({ host: patch.status?.placement?.host ?? '', end });
      });
    const silent = (): void => undefined;
    const client = { mergePatch } as unknown as KubeClient;
    const log = { info: silent, warn: silent, debug: silent } as unknown as Logger;
    this.placement = new Placement({
      caches: this.caches,
      ledger: this.ledger,
      client,
      writer: new Writer({ caches: this.caches, client, log }),
      clock: this.clock,
      metrics: { placement: silent } as unknown as Metrics,
      log,
      plan: () => this.action,
      onOutcome: (key) => void this.outcomes.push(`${key} ${this.placement.request(key, this.object, 1)}`),
      defer: (run) => void setImmediate(run),
      pause: settle,
      onClaimed: () => undefined,
      bootOf: (host) => `boot-${host}`,
    });
  }
}

describe('placement', () => {
  it('decides once while a claim is being written, and hears again once that has ended', async () => {
    const rig = new Rig();
    equal(rig.placement.request(KEY, rig.object, 1), true);
    await settle();
    equal(rig.placement.request(KEY, rig.object, 1), false, 'its claim is on the way');
    await settle();
    equal(rig.claims.length, 1);
    rig.claims[0]?.end(new KubeError('conflict', 'the VM is not what it was'));
    await settle();
    deepEqual(rig.outcomes, [`${KEY} true`], 'whoever looks at the outcome may ask again at once');
    await settle();
    equal(rig.claims.length, 2);
    deepEqual(rig.countedMiB(rig.claims[1]?.host ?? '').guests > 1024, true);
  });

  it('counts a VM on its host from the decision on, and no longer when the claim was refused', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    await settle();
    const host = rig.claims[0]?.host ?? '';
    equal(rig.countedMiB(host).guests > 1024, true);
    rig.remove(rig.caches.vms, rig.object);
    rig.claims[0]?.end(new KubeError('notFound', 'the VM is gone'));
    await settle();
    equal(rig.countedMiB(host).guests, 0);
  });

  it('never claims the host that has the claim already: nothing but the epoch would change', async () => {
    const rig = new Rig();
    const placed = rig.vm({ ...rig.object, status: { placement: { host: 'h1', epoch: 1 }, domainUUID: 'u' } });
    rig.remove(rig.caches.hosts, rig.caches.hosts.get('h2') as never);
    rig.action = { do: 'place', epoch: 2 };
    rig.placement.request(KEY, placed, 2);
    await settle();
    await settle();
    equal(rig.claims.length, 0);
  });
});
