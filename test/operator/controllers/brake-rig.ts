/** A fleet in memory with the brake of one process, for `brake.test.ts`. */
import type { XenVM } from '../../../crds/generated/types';
import { BRAKE_LIFTED_UNTIL } from '../../../common/names';
import { Brake } from '../../../operator/controllers/brake';
import { isClosed } from '../../../operator/plan/brake';
import { claimed, order, vm } from '../plan/builders';
import { FleetInMemory } from './fleet-in-memory';

export const SYSTEM = 'xen-fleet-system';
export const LIMITS = { deletions: 3, percent: 10, windowMs: 300_000 };

/** A fleet of ten VMs that run, and the brake of one process. */
export class Rig extends FleetInMemory {
  readonly told: string[] = [];
  readonly looked: string[] = [];
  readonly brake: Brake;

  constructor(limits = LIMITS, synced: readonly ('namespaces' | 'domains')[] = ['namespaces', 'domains']) {
    super('h1');
    for (const name of synced) this.sync(name);
    this.brake = this.newBrake(limits);
    for (let index = 0; index < 10; index++) this.made(`web-${index}`);
  }

  /** The first list is in. */
  sync(name: 'namespaces' | 'domains'): void {
    this.caches[name].apply({ type: 'init', cause: 'start' });
    this.caches[name].apply({ type: 'initDone', resourceVersion: '1', cause: 'start' });
  }

  newBrake(limits = LIMITS): Brake {
    const brake = new Brake({
      caches: this.caches,
      clock: this.clock,
      limits,
      systemNamespace: SYSTEM,
      onState: (state, held) => void this.told.push(isClosed(state) ? `closed ${held}` : 'open'),
    });
    brake.onChange((keys) => void this.looked.push(...keys));
    return brake;
  }

  made(name: string, namespace = 'acme'): XenVM {
    return this.vm(
      vm({ meta: { name, namespace, uid: `uid-${name}` }, status: { ...claimed('h1', 1), domainUUID: `uid-${name}` } }),
    );
  }

  vmNamed(name: string, namespace = 'acme'): XenVM {
    const found = this.caches.vms.get(`${namespace}/${name}`);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Deleted now, by the API server's clock. */
  deleted(name: string, namespace = 'acme'): void {
    const before = this.vmNamed(name, namespace);
    const deletionTimestamp = new Date(this.clock.wallMs()).toISOString();
    this.vm({ ...before, metadata: { ...before.metadata, deletionTimestamp } });
  }

  many(from: number, to: number): void {
    for (let index = from; index < to; index++) this.deleted(`web-${index}`);
  }

  /** Its guest was told to end. */
  ended(name: string): void {
    const made = order('h1', 1, { desired: 'Absent' });
    this.put(this.caches.domains, { ...made, metadata: { ...made.metadata, name: `uid-${name}` } });
  }

  gone(name: string, namespace?: string): void {
    this.remove(this.caches.vms, this.vmNamed(name, namespace));
  }

  says(name: string, namespace = 'acme'): string {
    return this.brake.of(this.vmNamed(name, namespace)).state;
  }

  lift(namespace: string, forMs: number): void {
    this.annotate(namespace, { [BRAKE_LIFTED_UNTIL]: new Date(this.clock.wallMs() + forMs).toISOString() });
  }

  annotate(namespace: string, annotations?: Readonly<Record<string, string>>): void {
    const metadata = { name: namespace, ...(annotations && { annotations }) };
    this.put(this.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
}
