/**
 * One topology key: which domain each host is in. Every host is a domain of its own under the
 * hostname key.
 */
import { HOSTNAME_KEY } from '../types';
import type { HostState } from '../types';

const NO_DOMAIN = -1;

export class Topology {
  /** Number of terms that use this topology. */
  users = 0;
  readonly #domains: number[] = [];
  readonly #ids = new Map<string, number>();
  /**
   * By domain: its name, and the hosts in it. The number of a domain without hosts is given to the
   * next one.
   */
  readonly #names: (string | undefined)[] = [];
  readonly #hostsIn: number[] = [];
  readonly #free: number[] = [];
  readonly #perHost: boolean;

  constructor(readonly key: string) {
    this.#perHost = key === HOSTNAME_KEY;
  }

  /** Named domains that have hosts. */
  get size(): number {
    return this.#ids.size;
  }

  domain(slot: number): number {
    return this.#perHost ? slot : (this.#domains[slot] ?? NO_DOMAIN);
  }

  /** Call while no VM is counted on the slot. */
  setHost(slot: number, host: HostState | undefined): void {
    if (this.#perHost) return;
    const name = host?.labels?.[this.key];
    const before = this.#domains[slot] ?? NO_DOMAIN;
    if (name === this.#names[before]) return;
    if (before >= 0) this.#leave(before);
    this.#domains[slot] = name === undefined ? NO_DOMAIN : this.#enter(name);
  }

  #enter(name: string): number {
    const id = this.#ids.get(name) ?? this.#free.pop() ?? this.#names.length;
    this.#ids.set(name, id);
    this.#names[id] = name;
    this.#hostsIn[id] = (this.#hostsIn[id] ?? 0) + 1;
    return id;
  }

  #leave(id: number): void {
    const left = (this.#hostsIn[id] ?? 0) - 1;
    this.#hostsIn[id] = left;
    if (left > 0) return;
    this.#ids.delete(this.#names[id] ?? '');
    this.#names[id] = undefined;
    this.#free.push(id);
  }
}
