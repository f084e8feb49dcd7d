/**
 * What VMs ask of each other, as objects that count. A term is one (namespace, selector, topology
 * key) that some VM names, with its counters per domain; a label set is what some VMs carry.
 * `users` says how many others hold an object: it is dropped from every table when the last one
 * lets go of it.
 */
import { termText } from './labels';
import type { AffinityTerm, LabelSelector, Labels } from '../types';
import type { Spread } from './spread';
import type { Topology } from './topology';

export interface LabelSet {
  readonly key: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Terms that select VMs with these labels. */
  readonly terms: Term[];
  /** Of these, the ones that are somebody's required anti-affinity. */
  readonly repellers: Term[];
  /** Slot -> number of VMs with these labels. */
  readonly placed: Map<number, number>;
  users: number;
}

export interface SpreadDemand {
  readonly spread: Spread;
  readonly term: Term;
  readonly maxSkew: number;
  /** 1 if the VM itself is one of those that are counted. */
  readonly self: number;
}

/** What a VM asks of others; one object for all VMs that carry and ask the same. */
export interface Relations {
  readonly key: string;
  readonly labels: LabelSet;
  readonly affinity: readonly Term[];
  readonly antiAffinity: readonly Term[];
  readonly spreads: readonly SpreadDemand[];
  /** Preferred affinity (positive weight), anti-affinity (negative). */
  readonly preferred: readonly { readonly term: Term; readonly weight: number }[];
  readonly preferredSpreads: readonly SpreadDemand[];
  /** Number of placed VMs that share this object. */
  users: number;
  /** It is in no table any more and must be looked up anew. */
  isDropped: boolean;
}

export function bump(counts: Map<number, number>, key: number, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}

/** Takes an item out of a list whose order means nothing. */
export function takeOut<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  const last = list.pop();
  if (index >= 0 && index < list.length) list[index] = last as T;
}

export class Term {
  readonly selector: LabelSelector | undefined;
  /** For humans. */
  readonly text: string;
  /** Domain -> VMs that the selector matches. Hosts without the topology label are in no domain. */
  readonly matching = new Map<number, number>();
  total = 0;
  /** Domain -> VMs there whose required anti-affinity is this term. */
  readonly repelling = new Map<number, number>();
  /** Domain -> VMs there whose required affinity is this term. */
  readonly needing = new Map<number, number>();
  readonly sets: LabelSet[] = [];
  readonly spreads: Spread[] = [];
  users = 0;
  /** Number of Relations that have this term as a required anti-affinity. */
  #repels = 0;

  constructor(
    readonly key: string,
    readonly namespace: string,
    readonly topology: Topology,
    asked: AffinityTerm,
  ) {
    this.selector = asked.labelSelector;
    this.text = termText(asked);
  }

  adopt(set: LabelSet): void {
    this.sets.push(set);
    set.terms.push(this);
    if (this.#repels > 0) set.repellers.push(this);
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

  /**
   * Whether a VM that matches is the last one on which others in its domain rely; `own`: it relies
   * on the term itself.
   */
  isLastNeeded(slot: number, own: boolean): boolean {
    const domain = this.topology.domain(slot);
    const others = (this.needing.get(domain) ?? 0) - (own ? 1 : 0);
    return others > 0 && this.matching.get(domain) === 1;
  }

  /** It became somebody's required anti-affinity (1), or is that of one fewer (-1). */
  markRepelling(by: 1 | -1): void {
    const before = this.#repels;
    this.#repels += by;
    if (before === 0) for (const set of this.sets) set.repellers.push(this);
    if (this.#repels === 0) for (const set of this.sets) takeOut(set.repellers, this);
  }
}
