/**
 * The skew of one term over the hosts that a kind of VM may use: VMs per domain, and how many
 * domains hold how many, so that the emptiest is known at once. VMs are counted on every host that
 * the pool and the selectors allow; a domain counts as a place only while one of its hosts could
 * take such a VM: it is ready and not cordoned, its taints are tolerated, and it has the VM's
 * networks and type. Otherwise a rack that is closed would hold back the others.
 */
import type { HostTable } from './hosts';
import type { Topology } from './topology';

/** What is counted: the VMs that a term matches. */
export interface Counted {
  readonly topology: Topology;
  readonly sets: readonly { readonly placed: ReadonlyMap<number, number> }[];
}

/** What one kind of VM says of hosts. */
export interface HostRules {
  /** Whether the pool and the selectors allow a host. */
  allows(slot: number): boolean;
  /** Whether a host that is ready could take such a VM. */
  isOpenTo(slot: number): boolean;
}

/**
 * Which hosts and domains count; shared by all terms over one topology that one kind of VM asks
 * about.
 */
export class SpreadField {
  /** Number of Spreads that use this field. */
  users = 0;
  #revision = -1;
  #eligible = new Uint8Array(0);
  readonly #open = new Set<number>();

  constructor(
    readonly key: string,
    readonly topology: Topology,
    readonly hosts: HostTable,
    readonly rules: HostRules,
  ) {}

  get openDomains(): number {
    return this.#fresh().#open.size;
  }

  isEligible(slot: number): boolean {
    return this.#fresh().#eligible[slot] === 1;
  }

  isOpen(domain: number): boolean {
    return this.#fresh().#open.has(domain);
  }

  #fresh(): this {
    if (this.#revision === this.hosts.placesRevision) return this;
    this.#revision = this.hosts.placesRevision;
    this.#eligible = new Uint8Array(this.hosts.size);
    this.#open.clear();
    for (const slot of this.hosts.slots()) {
      const domain = this.topology.domain(slot);
      if (domain < 0 || !this.rules.allows(slot)) continue;
      this.#eligible[slot] = 1;
      if (this.hosts.isPlace(slot) && this.rules.isOpenTo(slot)) this.#open.add(domain);
    }
    return this;
  }
}

export class Spread {
  /** Number of Relations that ask for this spread. */
  users = 0;
  #revision = -1;
  readonly #counts = new Map<number, number>();
  /** Number of VMs -> open domains that hold so many. */
  readonly #domainsWith = new Map<number, number>();
  #least = 0;

  constructor(
    readonly key: string,
    readonly counted: Counted,
    readonly field: SpreadField,
  ) {}

  /** How far a host's domain is ahead of the emptiest; undefined where the host is in no domain. */
  skew(slot: number): number | undefined {
    const domain = this.counted.topology.domain(slot);
    if (domain < 0) return undefined;
    if (this.#revision !== this.field.hosts.placesRevision) this.#recount();
    return (this.#counts.get(domain) ?? 0) - this.#least;
  }

  count(slot: number, domain: number, by: number): void {
    if (this.#revision !== this.field.hosts.placesRevision || !this.field.isEligible(slot)) return;
    const before = this.#counts.get(domain) ?? 0;
    this.#counts.set(domain, before + by);
    if (!this.field.isOpen(domain)) return;
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

  /** After a change of hosts: looks at the hosts that hold such VMs, not at all hosts. */
  #recount(): void {
    this.#revision = this.field.hosts.placesRevision;
    this.#counts.clear();
    this.#domainsWith.clear();
    for (const set of this.counted.sets) {
      for (const [slot, count] of set.placed) {
        if (!this.field.isEligible(slot)) continue;
        const domain = this.counted.topology.domain(slot);
        this.#counts.set(domain, (this.#counts.get(domain) ?? 0) + count);
      }
    }
    let others = this.field.openDomains;
    for (const [domain, count] of this.#counts) {
      if (!this.field.isOpen(domain)) continue;
      this.#shift(count, 1);
      others--;
    }
    if (others > 0) this.#shift(0, others);
    this.#least = this.#domainsWith.size === 0 ? 0 : Math.min(...this.#domainsWith.keys());
  }
}
