/**
 * What VMs ask of each other, indexed: adding or removing a VM touches the counters that its labels
 * match and nothing else, and no filter ever scans VMs. Selectors see the VM's own namespace only.
 */
import type { AffinityTerm, HostState, TopologySpread, VmSpec } from '../types';
import type { Vm } from './demand';
import type { HostTable } from './hosts';
import { bump } from './term';
import type { Relations, Term } from './term';
import { TermIndex } from './term-index';

export class RelationIndex {
  readonly #index: TermIndex;
  readonly #known = new Map<string, Relations>();
  /** Relations that no placed VM has: of VMs that are asked about, or whose last VM has gone. */
  readonly #idle = new Set<Relations>();
  #wishing = 0;

  constructor(hosts: HostTable) {
    this.#index = new TermIndex(hosts);
  }

  /** Whether any VM has wishes about others. */
  get hasWishes(): boolean {
    return this.#wishing > 0;
  }

  /** What a VM asks of others; looked up once per VM. */
  of(vm: Vm): Relations {
    const { relations } = vm;
    if (relations?.isDropped === false) return relations;
    const found = this.#known.get(vm.relationsKey) ?? this.#make(vm);
    vm.relations = found;
    return found;
  }

  /** The VM is placed from now on: what it asks is kept. */
  hold(vm: Vm): void {
    this.of(vm).users++;
  }

  release(vm: Vm): void {
    const relations = this.of(vm);
    relations.users--;
    if (relations.users === 0) this.#idle.add(relations);
  }

  /**
   * Forgets what no placed VM asks, but for one VM's, which is asked about next. Not to be called
   * while somebody works with the relations of a VM that is on no host.
   */
  forgetIdle(except?: Vm): void {
    if (this.#idle.size === 0) return;
    const kept = except && this.of(except);
    for (const relations of this.#idle) if (relations !== kept && relations.users === 0) this.#drop(relations);
    this.#idle.clear();
    if (kept?.users === 0) this.#idle.add(kept);
  }

  add(vm: Vm, slot: number, sign: 1 | -1): void {
    const { labels, affinity, antiAffinity } = this.of(vm);
    bump(labels.placed, slot, sign);
    for (const term of labels.terms) term.count(slot, sign);
    for (const term of antiAffinity) term.repel(slot, sign);
    for (const term of affinity) term.need(slot, sign);
  }

  /** Whether any VM's required affinity or spread looks at this one. */
  isAsked(vm: Vm): boolean {
    return this.of(vm).labels.terms.some((term) => term.spreads.length > 0 || term.needing.size > 0);
  }

  /** Whether the required affinity of a VM that stays would be broken if this one left the host. */
  isNeeded(vm: Vm, slot: number): boolean {
    const { labels, affinity } = this.of(vm);
    return labels.terms.some((term) => term.needing.size > 0 && term.isLastNeeded(slot, affinity.includes(term)));
  }

  /** Call while no VM is counted on the slot: its domains may change. */
  setHost(slot: number, host: HostState | undefined): void {
    this.#index.setHost(slot, host);
  }

  sizes(): Readonly<Record<string, number>> {
    return { relations: this.#known.size, wishing: this.#wishing, ...this.#index.sizes() };
  }

  #make(vm: Vm): Relations {
    const { spec } = vm;
    const relations: Relations = {
      key: vm.relationsKey,
      labels: this.#index.labels.acquire(vm.labelsKey, spec.namespace, spec.labels ?? {}),
      affinity: this.#required(spec, spec.affinity),
      antiAffinity: this.#required(spec, spec.antiAffinity),
      spreads: this.#spreads(spec, isHard),
      preferred: [...this.#preferred(spec, spec.affinity, 1), ...this.#preferred(spec, spec.antiAffinity, -1)],
      preferredSpreads: this.#spreads(spec, (spread) => !isHard(spread)),
      users: 0,
      isDropped: false,
    };
    for (const term of relations.antiAffinity) term.markRepelling(1);
    if (relations.preferred.length > 0) this.#wishing++;
    this.#known.set(relations.key, relations);
    this.#idle.add(relations);
    return relations;
  }

  #drop(relations: Relations): void {
    const { labels, affinity, antiAffinity, spreads, preferred, preferredSpreads } = relations;
    relations.isDropped = true;
    this.#known.delete(relations.key);
    if (preferred.length > 0) this.#wishing--;
    for (const term of antiAffinity) term.markRepelling(-1);
    for (const term of [...affinity, ...antiAffinity, ...preferred.map((wish) => wish.term)]) this.#index.release(term);
    for (const demand of [...spreads, ...preferredSpreads]) this.#index.releaseSpread(demand);
    this.#index.labels.release(labels);
  }

  #required({ namespace }: VmSpec, affinity: VmSpec['affinity']): Term[] {
    return (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term: AffinityTerm) =>
      this.#index.acquire(namespace, term),
    );
  }

  #preferred({ namespace }: VmSpec, affinity: VmSpec['affinity'], sign: 1 | -1): { term: Term; weight: number }[] {
    return (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      term: this.#index.acquire(namespace, podAffinityTerm),
      weight: sign * weight,
    }));
  }

  #spreads(spec: VmSpec, counts: (spread: TopologySpread) => boolean): Relations['spreads'] {
    return (spec.topologySpread ?? []).filter(counts).map((spread) => this.#index.acquireSpread(spec, spread));
  }
}

function isHard({ whenUnsatisfiable }: TopologySpread): boolean {
  return whenUnsatisfiable !== 'ScheduleAnyway';
}
