/** One (namespace, selector, topology key) that some VM names, and its counters per domain. */
import type { LabelSelector } from '../types';
import type { LabelSet } from './labelsets';
import type { Spread } from './spread';
import type { Topology } from './topology';

export function bump(counts: Map<number, number>, key: number, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}

export class Term {
  /** Domain -> VMs that the selector matches. Hosts without the topology label are in no domain. */
  readonly matching = new Map<number, number>();
  total = 0;
  /** Domain -> VMs there whose required anti-affinity is this term. */
  readonly repelling = new Map<number, number>();
  /** Domain -> VMs there whose required affinity is this term. */
  readonly needing = new Map<number, number>();
  readonly sets: LabelSet[] = [];
  readonly spreads: Spread[] = [];
  /** Somebody's required anti-affinity. */
  repels = false;

  constructor(
    readonly namespace: string,
    readonly selector: LabelSelector | undefined,
    readonly topology: Topology,
    readonly text: string,
  ) {}

  adopt(set: LabelSet): void {
    this.sets.push(set);
    for (const [slot, count] of set.placed) this.count(slot, count);
  }

  /** A number of matching VMs more (or less) on a host. */
  count(slot: number, by: number): void {
    const domain = this.topology.domain(slot);
    if (domain < 0) return;
    bump(this.matching, domain, by);
    this.total += by;
    for (const spread of this.spreads) spread.count(slot, domain, by);
  }

  repel(slot: number, by: number): void {
    const domain = this.topology.domain(slot);
    if (domain >= 0) bump(this.repelling, domain, by);
  }

  need(slot: number, by: number): void {
    const domain = this.topology.domain(slot);
    if (domain >= 0) bump(this.needing, domain, by);
  }

  /** Whether a VM that matches is the last one on which others in its domain rely; `own`: it relies on the term itself. */
  isLastNeeded(slot: number, own: boolean): boolean {
    const domain = this.topology.domain(slot);
    const others = (this.needing.get(domain) ?? 0) - (own ? 1 : 0);
    return others > 0 && this.matching.get(domain) === 1;
  }

  markRepelling(): void {
    if (this.repels) return;
    this.repels = true;
    for (const set of this.sets) set.repellers.push(this);
  }
}
