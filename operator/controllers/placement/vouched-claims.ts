/**
 * Claims that were vouched for in this term. That stays true until they change, whatever becomes of
 * the host later: the claim was the newest.
 */
import type { XenVM } from '../../../crds/generated/types';
import type { VmFacts } from '../../plan/vm/facts';
import { isRevoked, vouches } from '../../plan/vm/vouch';

const claimText = ({ status }: XenVM): string | undefined =>
  status?.placement && `${status.placement.host} ${status.placement.epoch}`;

export class VouchedClaims {
  /** The claim in words, by UID of its VM. */
  readonly #claims = new Map<string, string>();

  note(vm: XenVM): void {
    const claim = claimText(vm);
    if (claim !== undefined) this.#claims.set(vm.metadata.uid ?? '', claim);
  }

  isVouched(facts: Omit<VmFacts, 'vouched'>): boolean {
    const { uid = '' } = facts.vm.metadata;
    const claim = claimText(facts.vm);
    if (vouches(facts)) this.note(facts.vm);
    return claim !== undefined && this.#claims.get(uid) === claim && !isRevoked(facts);
  }

  forget(uid: string): void {
    this.#claims.delete(uid);
  }

  clear(): void {
    this.#claims.clear();
  }
}
