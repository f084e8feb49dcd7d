/**
 * What VMs ask of each other, indexed: adding or removing a VM touches the counters that its labels match and nothing
 * else, and no filter ever scans VMs. Selectors see the VM's own namespace only.
 */
import { matchesHostTerm, matchesSelector, selectorKey, termText } from '../labels';
import type { AffinityTerm, HostState, TopologySpread, VmSpec } from '../types';
import { eligibilityKey } from './demand';
import type { Vm } from './demand';
import { hostLabels, hostPool } from './hosts';
import type { HostTable } from './hosts';
import { LabelIndex } from './labelsets';
import type { LabelSet } from './labelsets';
import { Spread, SpreadField } from './spread';
import { Term, bump } from './term';
import { Topology } from './topology';

export interface SpreadDemand {
  readonly spread: Spread;
  readonly maxSkew: number;
  /** 1 if the VM itself is one of those that are counted. */
  readonly self: number;
}

export interface Relations {
  readonly labels: LabelSet;
  readonly affinity: readonly Term[];
  readonly antiAffinity: readonly Term[];
  readonly spreads: readonly SpreadDemand[];
  /** Preferred affinity (positive weight), anti-affinity (negative). */
  readonly preferred: readonly { readonly term: Term; readonly weight: number }[];
  readonly preferredSpreads: readonly SpreadDemand[];
}

/** Whether hostSelector and required host affinity allow a host. */
export function matchesHostRules(spec: VmSpec, host: HostState): boolean {
  if (!spec.hostSelector && !spec.hostAffinity) return true;
  const labels = hostLabels(host);
  if (spec.hostSelector && !matchesSelector(spec.hostSelector, labels)) return false;
  const required = spec.hostAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesHostTerm(term, labels));
}

/** Whether pool and selectors allow a host, whatever its state. */
function isEligible(spec: VmSpec, host: HostState): boolean {
  return (spec.pool === undefined || spec.pool === hostPool(host)) && matchesHostRules(spec, host);
}

export class RelationIndex {
  readonly #labels = new LabelIndex();
  readonly #terms = new Map<string, Term>();
  readonly #topologies = new Map<string, Topology>();
  readonly #spreads = new Map<string, Spread>();
  readonly #fields = new Map<string, SpreadField>();

  constructor(readonly hosts: HostTable) {}

  /** Whether any VM has wishes about others. */
  hasWishes = false;
  /** What VMs ask that ask nothing; one per label set. */
  readonly #plain = new Map<string, Relations>();

  /** What a VM asks of others; worked out once per VM. */
  of(vm: Vm): Relations {
    vm.relations ??= this.#isPlain(vm.spec) ? this.#plainOf(vm) : this.#compile(vm);
    return vm.relations;
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
    for (const topology of this.#topologies.values()) topology.setHost(slot, host);
  }

  #isPlain({ affinity, antiAffinity, topologySpread }: VmSpec): boolean {
    return affinity === undefined && antiAffinity === undefined && topologySpread === undefined;
  }

  #plainOf(vm: Vm): Relations {
    const known = this.#plain.get(vm.labelsKey);
    if (known) return known;
    const made = this.#compile(vm);
    this.#plain.set(vm.labelsKey, made);
    return made;
  }

  #compile(vm: Vm): Relations {
    const { spec } = vm;
    const labels = this.#labels.set(vm.labelsKey, spec.namespace, spec.labels ?? {});
    const required = (terms: readonly AffinityTerm[] | undefined): Term[] =>
      (terms ?? []).map((term) => this.#term(spec.namespace, term));
    const antiAffinity = required(spec.antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
    for (const term of antiAffinity) term.markRepelling();
    const spreads = (spec.topologySpread ?? []).map((spread) => ({ spread, demand: this.#spread(spec, spread) }));
    const hard = ({ spread }: { spread: TopologySpread }): boolean => spread.whenUnsatisfiable !== 'ScheduleAnyway';
    const preferred = this.#preferred(spec);
    if (preferred.length > 0) this.hasWishes = true;
    return {
      labels,
      affinity: required(spec.affinity?.requiredDuringSchedulingIgnoredDuringExecution),
      antiAffinity,
      spreads: spreads.filter(hard).map(({ demand }) => demand),
      preferred,
      preferredSpreads: spreads.filter((entry) => !hard(entry)).map(({ demand }) => demand),
    };
  }

  #preferred(spec: VmSpec): Relations['preferred'] {
    const read = (affinity: VmSpec['affinity'], sign: number): { term: Term; weight: number }[] =>
      (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
        term: this.#term(spec.namespace, podAffinityTerm),
        weight: sign * weight,
      }));
    return [...read(spec.affinity, 1), ...read(spec.antiAffinity, -1)];
  }

  #term(namespace: string, term: AffinityTerm): Term {
    const key = `${namespace}\0${term.topologyKey}\0${selectorKey(term.labelSelector)}`;
    const known = this.#terms.get(key);
    if (known) return known;
    const made = new Term(namespace, term.labelSelector, this.#topology(term.topologyKey), termText(term));
    this.#terms.set(key, made);
    this.#labels.add(made);
    return made;
  }

  #topology(key: string): Topology {
    const known = this.#topologies.get(key);
    if (known) return known;
    const made = new Topology(key);
    for (const slot of this.hosts.slots()) made.setHost(slot, this.hosts.spec(slot));
    this.#topologies.set(key, made);
    return made;
  }

  #spread(spec: VmSpec, { topologyKey, labelSelector, maxSkew }: TopologySpread): SpreadDemand {
    const term = this.#term(spec.namespace, { topologyKey, ...(labelSelector && { labelSelector }) });
    const self = matchesSelector(labelSelector, spec.labels) ? 1 : 0;
    const eligibility = `${eligibilityKey(spec)}\0${topologyKey}`;
    const key = `${eligibility}\0${spec.namespace}\0${selectorKey(labelSelector)}`;
    const known = this.#spreads.get(key);
    if (known) return { spread: known, maxSkew, self };
    const spread = new Spread(term, this.#field(eligibility, term.topology, spec));
    this.#spreads.set(key, spread);
    term.spreads.push(spread);
    return { spread, maxSkew, self };
  }

  #field(key: string, topology: Topology, spec: VmSpec): SpreadField {
    const known = this.#fields.get(key);
    if (known) return known;
    const made = new SpreadField(topology, this.hosts, (slot) => isEligible(spec, this.hosts.spec(slot)));
    this.#fields.set(key, made);
    return made;
  }
}
