/** The operations on one VM: what is written, in which order, and when it is looked at again. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { XenVMOperation } from '../../../../crds/generated/types';
import { KubeError } from '../../../../common/kube/errors';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { OperationController } from '../../../../operator/controllers/operation/controller';
import { claimed, operation, order, vm } from '../../plan/builders';
import { ApiInMemory } from '../api-in-memory';
import { FleetInMemory } from '../fleet-in-memory';
import { Recording } from '../recording';

class Rig extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly told = new Recording();
  readonly controller: OperationController;

  constructor() {
    super('h1');
    const { caches, clock, facts } = this;
    const writer = new Writer({ caches, client: this.api.client, log: this.told.log });
    this.controller = new OperationController({ caches, facts, writer, clock });
  }

  asks(...operations: XenVMOperation[]): this {
    for (const one of operations) this.put(this.caches.vmOperations, one);
    return this;
  }

  runs(): this {
    this.vm(vm({ status: claimed('h1', 1) }));
    this.order(order('h1', 1, {}, { epoch: 1, phase: 'Running' }));
    return this;
  }

  look = () => this.controller.reconcile('acme/web');

  phases(): string[] {
    return this.caches.vmOperations.all().map(({ metadata, status }) => `${metadata.name} ${status?.phase}`);
  }
}

describe('the operations on one VM', () => {
  it('are handed over one at a time, and each change is written once', async () => {
    const rig = new Rig().runs().asks(operation('b', {}, undefined, 1), operation('a'));
    equal(await rig.look(), undefined);
    deepEqual(rig.phases().sort(), ['a Running', 'b Pending']);
    deepEqual(rig.api.writes, ['apply XenVMOperation acme/a', 'apply XenVMOperation acme/b']);
    await rig.look();
    equal(rig.api.calls.length, 2);
    equal(rig.facts.of(rig.caches.vms.get('acme/web')!, undefined).operation?.metadata.name, 'a');
  });

  it('are written a few at a time, however many there are', async () => {
    const many = Array.from({ length: 45 }, (_, n) => operation(`op-${n + 10}`));
    const rig = new Rig().runs().asks(...many);
    const written: number[] = [];
    for (let look = 0; look < 3; look += 1) {
      equal((await rig.look())?.requeueAfterMs, look < 2 ? 0 : undefined);
      written.push(rig.api.calls.length);
    }
    deepEqual(written, [20, 40, 45]);
  });

  it('of a VM that is not there are looked at again, and fail', async () => {
    const rig = new Rig().asks(operation('a'));
    deepEqual(await rig.look(), { requeueAfterMs: 10_000 });
    deepEqual(rig.phases(), ['a Pending']);
    await rig.clock.advance(10_000);
    await rig.look();
    deepEqual(rig.phases(), ['a Failed']);
  });

  it('wait anew for a VM that was there in between', async () => {
    const rig = new Rig().asks(operation('a', {}, { phase: 'Pending' }));
    await rig.look();
    await rig.clock.advance(9000);
    const web = rig.vm(vm());
    await rig.look();
    rig.remove(rig.caches.vms, web);
    rig.asks(operation('b'));
    await rig.clock.advance(9000);
    equal((await rig.look())?.requeueAfterMs, 10_000);
  });

  it('are deleted when their time is over, each as it was looked at', async () => {
    const finishedAt = new Date(new Rig().clock.wallMs()).toISOString();
    const rig = new Rig().runs().asks(operation('a', { ttlSecondsAfterFinished: 5 }, { phase: 'Failed', finishedAt }));
    deepEqual(await rig.look(), { requeueAfterMs: 5000 });
    await rig.clock.advance(5000);
    await rig.look();
    deepEqual(rig.api.writes, ['delete XenVMOperation acme/a']);
    equal(rig.api.calls[0]?.options.uid, 'uid-a');
    rig.asks(operation('a', { ttlSecondsAfterFinished: 5 }, { phase: 'Failed', finishedAt }));
    rig.api.before = () => {
      throw new KubeError('notFound', 'gone');
    };
    await rig.look();
    rig.api.before = () => {
      throw new KubeError('conflict', 'changed');
    };
    await rejects(rig.look());
  });
});
