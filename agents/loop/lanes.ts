/**
 * Who waits for whom on one host, so that one tenant's load is no other tenant's outage. Every kind
 * of act has slots of its own. An act that may hang with storage pools has slots of its own for
 * just these pools. Within such a lane namespaces share fairly.
 */
import { knownDisks } from '../reconcile/disks';
import type { DomainRecord } from '../reconcile/record';
import type { Act } from '../reconcile/types';
import type { RunOrder } from '../xl/order';
import { FairSemaphore } from './fair-semaphore';

/** An act that changes something on the Dom0. */
export type Acting = Exclude<Act, { do: 'idle' | 'report' }>;

/** One namespace can keep eight acts of a lane going, and eight such do not hold up a ninth. */
const LIMITS = { shared: 8, reserved: 8 };

export class Lanes {
  private readonly lanes = new Map<string, FairSemaphore>();

  run<T>(act: Acting, record: DomainRecord | undefined, go: () => Promise<T>): Promise<T> {
    const name = laneOf(act, record);
    const lane = this.lanes.get(name) ?? new FairSemaphore(LIMITS);
    this.lanes.set(name, lane);
    return lane.run(record?.vm.namespace ?? '', go);
  }
}

/** Acts of one lane wait for each other, and for no others. */
export function laneOf(act: Acting, record: DomainRecord | undefined): string {
  switch (act.do) {
    case 'create':
      // Copying an image may take an hour. Guests that crashed must be started again meanwhile.
      return `${copies(act.order, record) ? 'copy' : 'start'} ${poolsOf(act.order.disks)}`;
    case 'deleteDisks':
      return `deleteDisks ${poolsOf(act.disks)}`;
    case 'shutdown':
      // A guest may take a minute to answer.
      return 'shutdown';
    case 'destroy':
    case 'reap':
    case 'retire':
      return 'end';
  }
}

function copies({ disks = [] }: RunOrder, record: DomainRecord | undefined): boolean {
  const known = record === undefined ? [] : knownDisks(record);
  return disks.some(({ name, image }) => image !== undefined && !known.includes(name));
}

/** The pools of all disks: known disks are looked for, and that hangs with their pool, too. */
function poolsOf(disks: readonly { readonly path: string }[] = []): string {
  return [...new Set(disks.map(({ path }) => path))].sort().join(' ');
}
