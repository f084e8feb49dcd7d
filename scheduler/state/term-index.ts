/**
 * Every term, topology, spread and field that some VM asks for, once. Who acquires one releases it
 * again; what nobody holds any more is dropped, so that a VM that is edited again and again, or
 * gone, leaves nothing behind.
 */
import { matchesSelector, selectorKey } from './labels';
import type { AffinityTerm, HostState, TopologySpread, VmSpec } from '../types';
import { eligibilityKey, isEligible, isOpenTo } from './eligibility';
import type { HostTable } from './hosts';
import { LabelIndex } from './labelsets';
import { Spread, SpreadField } from './spread';
import { Term, takeOut } from './term';
import type { SpreadDemand } from './term';
import { Topology } from './topology';

export class TermIndex {
  readonly labels = new LabelIndex();
  readonly #terms = new Map<string, Term>();
  readonly #topologies = new Map<string, Topology>();
  readonly #spreads = new Map<string, Spread>();
  readonly #fields = new Map<string, SpreadField>();

  constructor(readonly hosts: HostTable) {}

  acquire(namespace: string, asked: AffinityTerm): Term {
    const key = `${namespace}\0${asked.topologyKey}\0${selectorKey(asked.labelSelector)}`;
    const term = this.#terms.get(key) ?? this.#makeTerm(key, namespace, asked);
    term.users++;
    return term;
  }

  release(term: Term): void {
    term.users--;
    if (term.users > 0) return;
    this.#terms.delete(term.key);
    this.labels.delete(term);
    term.topology.users--;
    if (term.topology.users === 0) this.#topologies.delete(term.topology.key);
  }

  acquireSpread(spec: VmSpec, { topologyKey, labelSelector, maxSkew }: TopologySpread): SpreadDemand {
    const term = this.acquire(spec.namespace, { topologyKey, ...(labelSelector && { labelSelector }) });
    const self = matchesSelector(labelSelector, spec.labels) ? 1 : 0;
    const eligibility = `${eligibilityKey(spec)}\0${topologyKey}`;
    const key = `${eligibility}\0${term.key}`;
    const spread = this.#spreads.get(key) ?? this.#makeSpread(key, term, this.#field(eligibility, term.topology, spec));
    spread.users++;
    return { spread, term, maxSkew, self };
  }

  releaseSpread({ spread, term }: SpreadDemand): void {
    spread.users--;
    if (spread.users === 0) {
      this.#spreads.delete(spread.key);
      takeOut(term.spreads, spread);
      spread.field.users--;
      if (spread.field.users === 0) this.#fields.delete(spread.field.key);
    }
    this.release(term);
  }

  /** Call while no VM is counted on the slot: its domains may change. */
  setHost(slot: number, host: HostState | undefined): void {
    for (const topology of this.#topologies.values()) topology.setHost(slot, host);
  }

  sizes(): Readonly<Record<string, number>> {
    const terms = [...this.#terms.values()];
    return {
      terms: terms.length,
      topologies: this.#topologies.size,
      domains: [...this.#topologies.values()].reduce((sum, { size }) => sum + size, 0),
      spreads: this.#spreads.size,
      spreadFields: this.#fields.size,
      termSets: terms.reduce((sum, { sets }) => sum + sets.length, 0),
      termSpreads: terms.reduce((sum, { spreads }) => sum + spreads.length, 0),
      termCounters: terms.reduce((sum, { matching, repelling, needing }) => {
        return sum + matching.size + repelling.size + needing.size;
      }, 0),
      ...this.labels.sizes(),
    };
  }

  #makeTerm(key: string, namespace: string, asked: AffinityTerm): Term {
    const topology = this.#topologies.get(asked.topologyKey) ?? this.#makeTopology(asked.topologyKey);
    const term = new Term(key, namespace, topology, asked);
    topology.users++;
    this.#terms.set(key, term);
    this.labels.add(term);
    return term;
  }

  #makeTopology(key: string): Topology {
    const topology = new Topology(key);
    for (const slot of this.hosts.slots()) topology.setHost(slot, this.hosts.spec(slot));
    this.#topologies.set(key, topology);
    return topology;
  }

  #makeSpread(key: string, term: Term, field: SpreadField): Spread {
    const spread = new Spread(key, term, field);
    field.users++;
    this.#spreads.set(key, spread);
    term.spreads.push(spread);
    return spread;
  }

  #field(key: string, topology: Topology, spec: VmSpec): SpreadField {
    const known = this.#fields.get(key);
    if (known) return known;
    const field = new SpreadField(key, topology, this.hosts, {
      allows: (slot) => isEligible(spec, this.hosts.spec(slot)),
      isOpenTo: (slot) => isOpenTo(spec, this.hosts.spec(slot)),
    });
    this.#fields.set(key, field);
    return field;
  }
}
