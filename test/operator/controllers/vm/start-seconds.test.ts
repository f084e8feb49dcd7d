/** xenfleet_vm_start_seconds: from the creation of a VM to its first run, however slow that is. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomain, XenVM } from '../../../../crds/generated/types';
import { OperatorInMemory } from '../operator-in-memory';

type Phase = NonNullable<NonNullable<XenDomain['status']>['phase']>;

class Rig extends OperatorInMemory {
  constructor() {
    super(['h1']);
  }

  /** The watch, or else a list, tells of a new VM; the operator has done with it what it can. */
  async created(by: 'watch' | 'list' = 'watch', over: Partial<XenVM['spec']> = {}): Promise<void> {
    const metadata = { name: 'web', namespace: 'acme', uid: 'uid-web' };
    const made = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenVM', metadata, spec: { type: 'pvh' } } as XenVM;
    if (by === 'watch') this.caches.noteCreation({ type: 'apply', object: made });
    this.wants('web', 1, '1Gi', over);
    await this.work();
  }

  /** The agent says so of the domain. */
  async says(phase: Phase): Promise<void> {
    const order = this.orderOf('web');
    if (order === undefined) throw new Error('there is no order');
    const status = { observedGeneration: order.metadata.generation ?? 0, epoch: order.spec.epoch, phase };
    this.put(this.caches.domains, { ...order, status });
    // A passing phase is written once it has lasted for a second.
    for (let times = 0; times < 2; times++) await this.work();
  }

  get phase(): string | undefined {
    return this.get('web').status?.phase;
  }
}

describe('the time of a start', () => {
  it('is told of a VM whose other phases were written before', async () => {
    const rig = new Rig();
    const createdMs = rig.clock.monotonicMs();
    await rig.created();
    equal(rig.phase, 'Scheduled');
    await rig.says('Starting');
    equal(rig.phase, 'Starting');
    await rig.clock.advance(5_000);
    const nowMs = rig.clock.monotonicMs();
    await rig.says('Running');
    deepEqual([rig.phase, rig.starts], ['Running', [(nowMs - createdMs) / 1000]]);
  });

  it('is told once', async () => {
    const rig = new Rig();
    await rig.created();
    for (const phase of ['Running', 'Starting', 'Running', 'Failed', 'Running'] as const) await rig.says(phase);
    deepEqual([rig.phase, rig.starts.length, rig.caches.createdAt.size], ['Running', 1, 0]);
  });

  it('is told of one that failed at first, and waited for its order to be confirmed', async () => {
    const rig = new Rig();
    await rig.created();
    for (const phase of ['Failed', 'Stopped', 'Running'] as const) await rig.says(phase);
    equal(rig.starts.length, 1);
  });

  it('is not known of a VM that a list told of', async () => {
    const rig = new Rig();
    await rig.created('list');
    await rig.says('Running');
    deepEqual([rig.phase, rig.starts], ['Running', []]);
  });

  it('is that of another leader if it saw the first run', async () => {
    const rig = new Rig();
    await rig.created();
    const told = rig.get('web');
    rig.put(rig.caches.vms, { ...told, status: { ...told.status, phase: 'Running' } });
    for (const phase of ['Starting', 'Running'] as const) await rig.says(phase);
    deepEqual([rig.phase, rig.starts], ['Running', []]);
  });

  it('is not that of a VM that its owner had off first', async () => {
    const rig = new Rig();
    await rig.created('watch', { runPolicy: 'Halted' });
    await rig.says('Stopped');
    rig.wants('web', 1, '1Gi', { runPolicy: 'Always' });
    await rig.work();
    await rig.says('Running');
    deepEqual([rig.phase, rig.starts], ['Running', []]);
  });
});
