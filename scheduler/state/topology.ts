/** One topology key: which domain each host is in. Every host is a domain of its own under the hostname key. */
import { HOSTNAME_KEY } from '../types';
import type { HostState } from '../types';

const NO_DOMAIN = -1;

export class Topology {
  readonly #domains: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #perHost: boolean;

  constructor(readonly key: string) {
    this.#perHost = key === HOSTNAME_KEY;
  }

  domain(slot: number): number {
    return this.#perHost ? slot : (this.#domains[slot] ?? NO_DOMAIN);
  }

  setHost(slot: number, host: HostState | undefined): void {
    const name = host?.labels?.[this.key];
    this.#domains[slot] = name === undefined ? NO_DOMAIN : this.#id(name);
  }

  #id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#ids.set(name, this.#ids.size);
    return this.#ids.size - 1;
  }
}
