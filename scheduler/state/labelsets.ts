/**
 * Distinct label sets of VMs and the terms whose selector matches them, linked both ways. Each new
 * set meets only the terms filed under one of its labels, each new term only the sets that carry
 * its rarest label.
 */
import { matchesSelector } from './labels';
import type { Labels } from '../types';
import { takeOut } from './term';
import type { LabelSet, Term } from './term';

const posting = (namespace: string, key: string, value: string): string => `${namespace}\0${key}\0${value}`;

function postings(namespace: string, labels: Labels = {}): string[] {
  return Object.entries(labels).map(([key, value]) => posting(namespace, key, value));
}

class Files<T> {
  readonly #lists = new Map<string, Set<T>>();

  get(key: string): ReadonlySet<T> | undefined {
    return this.#lists.get(key);
  }

  count(key: string): number {
    return this.#lists.get(key)?.size ?? 0;
  }

  add(key: string, item: T): void {
    const list = this.#lists.get(key);
    if (list) list.add(item);
    else this.#lists.set(key, new Set([item]));
  }

  delete(key: string, item: T): void {
    const list = this.#lists.get(key);
    list?.delete(item);
    if (list?.size === 0) this.#lists.delete(key);
  }

  /** The number of lists plus that of the entries in all of them. */
  get size(): number {
    let entries = this.#lists.size;
    for (const list of this.#lists.values()) entries += list.size;
    return entries;
  }
}

export class LabelIndex {
  readonly #sets = new Map<string, LabelSet>();
  readonly #setsByLabel = new Files<LabelSet>();
  readonly #setsByNamespace = new Files<LabelSet>();
  readonly #termsByLabel = new Files<Term>();
  /** Terms whose selector has no matchLabels to file them under. */
  readonly #termsByNamespace = new Files<Term>();
  /** The label under which a term is filed; none: under its namespace. */
  readonly #filedUnder = new Map<Term, string>();

  /** Call `release` once for each call of this. */
  acquire(key: string, namespace: string, labels: Labels): LabelSet {
    const set = this.#sets.get(key) ?? this.#make(key, namespace, labels);
    set.users++;
    return set;
  }

  release(set: LabelSet): void {
    set.users--;
    if (set.users > 0) return;
    this.#sets.delete(set.key);
    this.#setsByNamespace.delete(set.namespace, set);
    for (const label of postings(set.namespace, set.labels)) this.#setsByLabel.delete(label, set);
    for (const term of set.terms) takeOut(term.sets, set);
  }

  add(term: Term): void {
    const labels = postings(term.namespace, term.selector?.matchLabels);
    const rarest = labels.reduce<string | undefined>(
      (a, b) => (a === undefined || this.#setsByLabel.count(b) < this.#setsByLabel.count(a) ? b : a),
      undefined,
    );
    if (rarest === undefined) this.#termsByNamespace.add(term.namespace, term);
    else {
      this.#termsByLabel.add(rarest, term);
      this.#filedUnder.set(term, rarest);
    }
    const sets = rarest === undefined ? this.#setsByNamespace.get(term.namespace) : this.#setsByLabel.get(rarest);
    for (const set of sets ?? []) link(set, term);
  }

  delete(term: Term): void {
    const label = this.#filedUnder.get(term);
    this.#filedUnder.delete(term);
    if (label === undefined) this.#termsByNamespace.delete(term.namespace, term);
    else this.#termsByLabel.delete(label, term);
    for (const set of term.sets) takeOut(set.terms, term);
  }

  sizes(): Readonly<Record<string, number>> {
    return {
      labelSets: this.#sets.size,
      setsByLabel: this.#setsByLabel.size,
      setsByNamespace: this.#setsByNamespace.size,
      termsByLabel: this.#termsByLabel.size,
      termsByNamespace: this.#termsByNamespace.size,
      filedTerms: this.#filedUnder.size,
      matches: [...this.#sets.values()].reduce((sum, { terms }) => sum + terms.length, 0),
      repellers: [...this.#sets.values()].reduce((sum, { repellers }) => sum + repellers.length, 0),
      labelSetSlots: [...this.#sets.values()].reduce((sum, { placed }) => sum + placed.size, 0),
    };
  }

  #make(key: string, namespace: string, labels: Labels): LabelSet {
    const set: LabelSet = { key, namespace, labels, terms: [], repellers: [], placed: new Map(), users: 0 };
    this.#sets.set(key, set);
    this.#setsByNamespace.add(namespace, set);
    for (const term of this.#termsByNamespace.get(namespace) ?? []) link(set, term);
    for (const label of postings(namespace, labels)) {
      this.#setsByLabel.add(label, set);
      for (const term of this.#termsByLabel.get(label) ?? []) link(set, term);
    }
    return set;
  }
}

function link(set: LabelSet, term: Term): void {
  if (matchesSelector(term.selector, set.labels)) term.adopt(set);
}
