/**
 * The VMs of a queue that was placed, as parcels that may still be put elsewhere, and the hosts as
 * bins of them. What the squeezer finds is adopted if every rule of the scheduler agrees; the
 * failures to be tolerated are among them.
 */
import { Placer } from '../../placer';
import type { Vm } from '../../state/demand';
import type { Relations } from '../../state/term';
import type { Term } from '../../state/term';
import type { World } from '../../state/world';
import { HOSTNAME_KEY } from '../../types';
import { Squeezer } from './squeeze';
import type { Bin, Item } from './squeeze';

interface Parcel extends Item {
  readonly vm: Vm;
}

interface HostBin extends Bin<Parcel> {
  readonly slot: number;
  /** VMs that stay. */
  readonly fixed: readonly Vm[];
}

/** Sets of VMs looked at to empty one host. */
const WORK_PER_HOST = 300_000;
/** Hosts that are tried before giving up: those least used. */
const TRIES = 3;
/** Of many hosts those with the most room take part. */
const MOST_HOSTS = 64;
const NOBODY: readonly Parcel[] = [];

/**
 * VMs of the queue, of those in the world and of those that wait, and the hosts that are open to
 * them.
 */
export class Parcels {
  readonly #placer: Placer;
  readonly #movable: ReadonlySet<Vm>;
  #bins: HostBin[];
  /** Sets of VMs looked at. */
  work = 0;

  constructor(
    readonly world: World,
    readonly vms: readonly Vm[],
    slots: readonly number[],
  ) {
    this.#placer = new Placer(world);
    this.#movable = this.#findMovable();
    this.#bins = this.#makeBins(slots);
  }

  /** Empties one more host; false if none was found that could be. */
  emptyOne(): boolean {
    const candidates = this.#bins.filter(({ items, fixed }) => items.size > 0 && fixed.length === 0);
    for (const bin of candidates.slice(0, TRIES)) {
      if (!this.#squeeze((squeezer) => squeezer.empty(bin, WORK_PER_HOST))) continue;
      this.#bins = this.#bins.filter((one) => one !== bin);
      return this.#adopt();
    }
    return false;
  }

  /**
   * Finds places for all VMs of the queue that have none; false (and all as it was) if that was not
   * possible.
   */
  insertAll(): boolean {
    const left = this.vms.filter(({ key }) => !this.world.placed.has(key));
    if (!left.every((vm) => this.#movable.has(vm))) return false;
    return this.#squeeze((squeezer) => squeezer.insert(left.map(toParcel), WORK_PER_HOST)) && this.#adopt();
  }

  #squeeze(find: (squeezer: Squeezer<Parcel>) => boolean): boolean {
    const squeezer = new Squeezer<Parcel>(this.#bins, (parcel, bin) => this.#inTheWay(parcel, bin as HostBin));
    const found = find(squeezer);
    this.work += squeezer.work;
    return found;
  }

  /** VMs that nobody else's place depends on, but for keeping off a host. */
  #findMovable(): Set<Vm> {
    const { placed, relations } = this.world;
    const wanted = new Set<Term>();
    for (const { vm } of placed.values()) for (const term of relations.of(vm).affinity) wanted.add(term);
    const isPlain = (vm: Vm): boolean => {
      const { affinity, spreads, antiAffinity, labels } = relations.of(vm);
      const apart = [...antiAffinity, ...labels.repellers];
      return (
        affinity.length + spreads.length + vm.diskBytes.size === 0 &&
        !vm.dedicated &&
        vm.spec.inboundHost === undefined &&
        apart.every(({ topology }) => topology.key === HOSTNAME_KEY) &&
        labels.terms.every((term) => !wanted.has(term) && term.spreads.length === 0)
      );
    };
    return new Set(this.vms.filter(isPlain));
  }

  /** The least used first. */
  #makeBins(slots: readonly number[]): HostBin[] {
    const { hosts } = this.world;
    const bins = slots.map((slot): HostBin => {
      const vms = this.world.vmsOn(hosts.spec(slot).name);
      const parcels = vms.filter((vm) => this.#movable.has(vm)).sort((a, b) => a.needBytes - b.needBytes);
      const fixed = vms.filter((vm) => !this.#movable.has(vm));
      const [freeBytes, freeVcpus, freeHvm] = [hosts.freeBytes(slot), hosts.freeVcpus(slot), hosts.freeHvm(slot)];
      return { slot, freeBytes, freeVcpus, freeHvm, items: new Set(parcels.map(toParcel)), fixed };
    });
    const { bytes, vcpus } = hosts.totals();
    const load = ({ items }: HostBin): number =>
      [...items].reduce((sum, item) => sum + item.bytes / bytes + item.vcpus / vcpus, 0);
    return bins.sort((a, b) => load(a) - load(b)).slice(0, MOST_HOSTS);
  }

  #inTheWay({ vm }: Parcel, { slot, fixed, items }: HostBin): readonly Parcel[] | undefined {
    if (!this.#placer.picker.allows(vm, slot)) return undefined;
    const { relations } = this.world;
    const own = relations.of(vm);
    if (own.antiAffinity.length + own.labels.repellers.length === 0) return NOBODY;
    if (fixed.some((other) => areApart(own, relations.of(other)))) return undefined;
    return [...items].filter((other) => areApart(own, relations.of(other.vm)));
  }

  /**
   * Takes the parcels to their bins in the world, or leaves it as it was if a rule is against it.
   */
  #adopt(): boolean {
    const { world } = this;
    const placer = this.#placer;
    const moves = this.#bins.flatMap(({ slot, items }) => {
      const to = world.hosts.spec(slot).name;
      return [...items].flatMap(({ vm }) => {
        const from = world.placed.get(vm.key)?.host;
        return from === to ? [] : { vm, slot, from, to };
      });
    });
    for (const { vm } of moves) placer.take(vm.key);
    const fits = moves.every(({ vm, slot, to }) => {
      const fit = placer.picker.fits(vm, slot);
      if (fit) placer.put(vm, to);
      return fit;
    });
    if (fits && placer.failover.holds()) return true;
    for (const { vm } of moves) placer.take(vm.key);
    for (const { vm, from } of moves) if (from !== undefined) placer.put(vm, from);
    return false;
  }
}

function toParcel(vm: Vm): Parcel {
  return { vm, bytes: vm.needBytes, vcpus: vm.vcpus, hvm: vm.hvm, penalty: 0 };
}

/** Whether one's required anti-affinity keeps the other off its host. */
function areApart(a: Relations, b: Relations): boolean {
  return (
    a.antiAffinity.some((term) => b.labels.terms.includes(term)) ||
    b.antiAffinity.some((term) => a.labels.terms.includes(term))
  );
}
