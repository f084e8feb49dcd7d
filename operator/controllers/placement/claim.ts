/**
 * The claim: XenVM.status.placement, which says who may run this VM, and what that host keeps for
 * it. It is written only here, by compare-and-swap: the API server refuses a claim that was decided
 * on an older state of the object. It has a field manager of its own, so that applying the rest of
 * the status cannot erase it.
 */
import type { XenVM } from '../../../crds/generated/types';
import { XENVMS } from '../../../common/kube/resources';
import { reservedBy, reservedStatus, type Reservation } from '../../plan/vm/reservation';
import { sameSpec } from '../../plan/same';
import type { Done, Writer } from '../frame/writer';
import { refusedEpochOf, type VmFacts } from '../../plan/vm/facts';

export const CLAIM_MANAGER = 'xenfleet-claim';

export interface Claim {
  readonly host: string;
  /** Grows by at least one when the VM is claimed anew; a new reservation alone keeps it. */
  readonly epoch: number;
  readonly uuid: string;
  /** The boot of the host's Dom0 that the claim counts on. */
  readonly bootID: string | undefined;
  readonly reserved: Reservation;
}

/** Returns the XenVM with its new claim. Rejects with `conflict` if `vm` is not the newest. */
export function writeClaim(writer: Pick<Writer, 'mergePatch'>, vm: XenVM, claim: Claim, done?: Done): Promise<XenVM> {
  const { namespace, name, resourceVersion } = vm.metadata;
  if (resourceVersion === undefined) throw new Error('a claim needs the resourceVersion that it was decided on');
  refuseNonsense(vm, claim);
  const { host, epoch, uuid, bootID = null } = claim;
  const placement = { host, epoch, bootID };
  const patch = {
    metadata: { resourceVersion },
    status: { placement, domainUUID: uuid, reserved: reservedStatus(claim.reserved) },
  };
  const ref = { name, ...(namespace !== undefined && { namespace }) };
  return writer.mergePatch(XENVMS, ref, patch, { subresource: 'status', fieldManager: CLAIM_MANAGER, done });
}

function refuseNonsense(vm: XenVM, { host, epoch, reserved }: Claim): void {
  const before = vm.status?.placement;
  if (before === undefined) return;
  if (before.host !== host || before.epoch !== epoch) {
    if (epoch <= before.epoch) throw new Error(`epoch ${epoch} is not above ${before.epoch}`);
    return;
  }
  const known = reservedBy(vm);
  if (known !== undefined && sameSpec(reservedStatus(known), reservedStatus(reserved)))
    throw new Error(`the claim of epoch ${epoch} on ${host} stands as it is`);
}

/**
 * A claim on the host that has the VM already must follow from something new, such as a receipt
 * above it. Without that rule one claim could follow another without end, and epochs would race.
 */
export class ClaimsAnew {
  readonly #last = new Map<string, { readonly cause: string; readonly epoch: number }>();

  /** False if the VM was claimed on this host for the same cause, with a lower epoch. */
  isNews(key: string, known: VmFacts, { host, epoch }: { host: string; epoch: number }): boolean {
    const last = this.#last.get(key);
    return known.vm.status?.placement?.host !== host || last?.cause !== causeOf(known, host) || epoch <= last.epoch;
  }

  /** To be called after the claim was written. */
  note(key: string, known: VmFacts, { host, epoch }: { host: string; epoch: number }): void {
    this.#last.set(key, { cause: causeOf(known, host), epoch });
  }

  forget(key: string): void {
    this.#last.delete(key);
  }
}

function causeOf({ vm, orders, sightings, hosts }: VmFacts, host: string): string {
  const known = orders.map(({ host: at, order }) => [at, order.metadata.uid, order.spec, refusedEpochOf(order)]);
  return JSON.stringify([vm.metadata.uid, host, hosts[host]?.bootID, known, sightings]);
}
