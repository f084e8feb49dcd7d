/**
 * Distinct label sets of VMs and the terms whose selector matches them, linked both ways. Each new set meets only the
 * terms filed under one of its labels, each new term only the sets that carry its rarest label.
 */
import { matchesSelector } from '../labels';
import type { Labels } from '../types';
import type { Term } from './term';

export interface LabelSet {
  readonly namespace: string;
  readonly labels: Labels;
  /** Terms that select VMs with these labels. */
  readonly terms: Term[];
  /** Of these, the ones that are somebody's required anti-affinity. */
  readonly repellers: Term[];
  /** Slot -> number of VMs with these labels. */
  readonly placed: Map<number, number>;
}

const posting = (namespace: string, key: string, value: string): string => `${namespace}\0${key}\0${value}`;

function file<T>(index: Map<string, T[]>, key: string, item: T): void {
  const list = index.get(key);
  if (list) list.push(item);
  else index.set(key, [item]);
}

export class LabelIndex {
  readonly #sets = new Map<string, LabelSet>();
  readonly #setsByLabel = new Map<string, LabelSet[]>();
  readonly #setsByNamespace = new Map<string, LabelSet[]>();
  readonly #termsByLabel = new Map<string, Term[]>();
  /** Terms whose selector has no matchLabels to file them under. */
  readonly #termsByNamespace = new Map<string, Term[]>();

  set(key: string, namespace: string, labels: Labels): LabelSet {
    const known = this.#sets.get(key);
    if (known) return known;
    const set: LabelSet = { namespace, labels, terms: [], repellers: [], placed: new Map() };
    this.#sets.set(key, set);
    file(this.#setsByNamespace, namespace, set);
    for (const term of this.#termsByNamespace.get(namespace) ?? []) link(set, term);
    for (const [name, value] of Object.entries(labels)) {
      file(this.#setsByLabel, posting(namespace, name, value), set);
      for (const term of this.#termsByLabel.get(posting(namespace, name, value)) ?? []) link(set, term);
    }
    return set;
  }

  add(term: Term): void {
    const postings = Object.entries(term.selector?.matchLabels ?? {}).map(([k, v]) => posting(term.namespace, k, v));
    const size = (key: string): number => this.#setsByLabel.get(key)?.length ?? 0;
    const rarest = postings.reduce<string | undefined>(
      (a, b) => (a === undefined || size(b) < size(a) ? b : a),
      undefined,
    );
    if (rarest === undefined) file(this.#termsByNamespace, term.namespace, term);
    else file(this.#termsByLabel, rarest, term);
    const sets = rarest === undefined ? this.#setsByNamespace.get(term.namespace) : this.#setsByLabel.get(rarest);
    for (const set of sets ?? []) link(set, term);
  }
}

function link(set: LabelSet, term: Term): void {
  if (!matchesSelector(term.selector, set.labels)) return;
  set.terms.push(term);
  if (term.repels) set.repellers.push(term);
  term.adopt(set);
}
