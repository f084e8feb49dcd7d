/** Two hosts, three VMs, and which objects of a kind are looked at after a change. */
import { deepEqual } from 'node:assert/strict';
import type { XenVM } from '../../../crds/generated/types';
import { HOST_WATCHES } from '../../../operator/controllers/host/watches';
import { OPERATION_WATCHES } from '../../../operator/controllers/operation/watches';
import { ROOM_WATCHES } from '../../../operator/controllers/placement/watches';
import { POOL_WATCHES } from '../../../operator/controllers/pool/watches';
import { VM_WATCHES } from '../../../operator/controllers/vm/watches';
import { claimed, UID, vm } from '../plan/builders';
import { WatchedFleet } from './watched-fleet';

const KINDS = {
  vm: VM_WATCHES,
  operation: OPERATION_WATCHES,
  host: HOST_WATCHES,
  pool: POOL_WATCHES,
  room: ROOM_WATCHES,
};
type Kind = keyof typeof KINDS;

export const mac = '02:16:3e:00:00:01';
const disks = [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'fast' }];
const networks = [{ name: 'eth0', network: 'lan', mac }];
export const named = (
  name: string,
  over: Partial<XenVM['spec']> = {},
  status?: XenVM['status'],
  namespace = 'acme',
): XenVM => vm({ meta: { name, namespace, uid: `uid-${name}` }, spec: over, ...(status && { status }) });

/**
 * acme/web is claimed on h1, acme/other waits with the same UUID and MAC, acme/third is on h2 and
 * has a disk in a pool.
 */
export class Rig extends WatchedFleet {
  readonly #keys = new Set<string>();
  readonly web = this.vm(vm({ spec: { networks }, status: claimed('h1', 1) }));
  readonly other = this.vm(named('other', { networks, identity: { uuid: UID } }));
  readonly third = this.vm(named('third', { className: 'large', disks }, { placement: { host: 'h2', epoch: 1 } }));

  constructor() {
    super('h1', 'h2');
  }

  /** The keys of a kind that `act` makes it look at. */
  async after(kind: Kind, act: () => void | Promise<void>): Promise<string[]> {
    const end = this.listen(KINDS[kind], (key) => void this.#keys.add(key));
    await act();
    end();
    return [...this.#keys].sort();
  }

  /** A pool with rules of that generation; its status changes each time. */
  pool(generation: number): void {
    const metadata = { name: 'metal', generation };
    this.put(this.caches.pools, { apiVersion: 'v', kind: 'XenPool', metadata, spec: {} } as never);
  }

  /** What came before was only to prepare. */
  forgetKeys(): void {
    this.#keys.clear();
  }
}

export function leaving(rig: Rig, name: string): void {
  const host = rig.caches.hosts.get(name);
  if (host === undefined) throw new Error(`there is no ${name}`);
  rig.put(rig.caches.hosts, { ...host, metadata: { ...host.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
}

export type Row = readonly [string, Kind, (rig: Rig) => void | Promise<void>, string[]];

export function look(rows: readonly Row[]): void {
  for (const [name, kind, act, expected] of rows)
    it(`${name} (${kind})`, async () => {
      const rig = new Rig();
      deepEqual(await rig.after(kind, () => act(rig)), expected);
    });
}
