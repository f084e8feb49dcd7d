/**
 * The skew of one term over the hosts that a kind of VM may use: VMs per domain, and how many domains hold how many, so
 * that the emptiest is known at once. VMs are counted on every host that the pool and the selectors allow; a domain
 * counts as a place only while one of its hosts is ready and not cordoned, lest a dead rack hold back the others.
 */
import type { HostTable } from './hosts';
import type { Term } from './term';

export class Spread {
  #revision = -1;
  #eligible = new Uint8Array(0);
  readonly #counts = new Map<number, number>();
  readonly #open = new Set<number>();
  /** Number of VMs -> open domains that hold so many. */
  readonly #domainsWith = new Map<number, number>();
  #least = 0;

  constructor(
    readonly term: Term,
    readonly hosts: HostTable,
    /** Whether the pool and the selectors allow a host. */
    readonly allows: (slot: number) => boolean,
  ) {}

  /** What the domain of a host holds, its skew against the emptiest; undefined where the host is in no domain. */
  skew(slot: number): number | undefined {
    const domain = this.term.topology.domain(slot);
    if (domain < 0) return undefined;
    this.#refresh();
    return (this.#counts.get(domain) ?? 0) - this.#least;
  }

  count(slot: number, domain: number, by: number): void {
    if (this.#revision !== this.hosts.revision || this.#eligible[slot] !== 1) return;
    const before = this.#counts.get(domain) ?? 0;
    this.#counts.set(domain, before + by);
    if (!this.#open.has(domain)) return;
    this.#shift(before, -1);
    this.#shift(before + by, 1);
    if (before + by < this.#least) this.#least = before + by;
    else while (this.#domainsWith.size > 0 && !this.#domainsWith.has(this.#least)) this.#least++;
  }

  #shift(count: number, by: number): void {
    const next = (this.#domainsWith.get(count) ?? 0) + by;
    if (next === 0) this.#domainsWith.delete(count);
    else this.#domainsWith.set(count, next);
  }

  /** Counts anew after a change of hosts. */
  #refresh(): void {
    if (this.#revision === this.hosts.revision) return;
    this.#revision = this.hosts.revision;
    this.#eligible = new Uint8Array(this.hosts.size);
    for (const index of [this.#counts, this.#open, this.#domainsWith]) index.clear();
    for (const slot of this.hosts.slots()) this.#admit(slot);
    for (const set of this.term.sets) for (const [slot, count] of set.placed) this.#recount(slot, count);
    for (const domain of this.#open) this.#shift(this.#counts.get(domain) ?? 0, 1);
    this.#least = this.#domainsWith.size === 0 ? 0 : Math.min(...this.#domainsWith.keys());
  }

  #admit(slot: number): void {
    const domain = this.term.topology.domain(slot);
    if (domain < 0 || !this.allows(slot)) return;
    this.#eligible[slot] = 1;
    const host = this.hosts.spec(slot);
    if (host.ready && host.cordoned !== true) this.#open.add(domain);
  }

  #recount(slot: number, count: number): void {
    if (this.#eligible[slot] !== 1) return;
    const domain = this.term.topology.domain(slot);
    this.#counts.set(domain, (this.#counts.get(domain) ?? 0) + count);
  }
}
