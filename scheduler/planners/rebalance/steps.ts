/** The best single move or swap that a host takes part in, and how to take it. */
import type { HostPicker } from '../../host-picker';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import { loadOf } from '../shared/load';
import type { Load } from '../shared/load';
import type { Objective } from '../shared/objective';
import { StepRules } from './step-rules';
import { UnevenHosts } from './uneven-hosts';

export interface Step {
  /** The host that looked for a step. */
  readonly seeker: number;
  readonly vm: Vm;
  readonly from: number;
  readonly to: number;
  /** The VM that goes the other way. */
  readonly back: Vm | undefined;
  /** Gain in score for what is moved: gain / bytes^costExponent. */
  readonly value: number;
}

interface Source {
  readonly vm: Vm;
  readonly load: Load;
  readonly cost: number;
}

/** How steps are valued and which are looked at. */
export interface Style {
  /** 0: only the gain counts; 1: only the gain per byte. */
  readonly costExponent: number;
  readonly swaps: boolean;
  /** Every host is asked before every step, not only those that come to the top of the queue. */
  readonly exact: boolean;
}

/** Hosts with which swaps are tried: those with which single moves go best. */
const PARTNERS = 48;

interface Flow {
  bytes: number;
  vcpus: number;
  pcpus: number;
  hvm: number;
}

export class StepFinder {
  readonly #world: World;
  readonly #flow: Flow = { bytes: 0, vcpus: 0, pcpus: 0, hvm: 0 };
  /** VMs that stay. */
  pinned = new Set<string>();
  readonly #sources: (readonly Source[] | undefined)[] = [];
  #found: Step | undefined;
  readonly #peers: UnevenHosts;
  readonly #rules: StepRules;

  constructor(
    readonly picker: HostPicker,
    readonly objective: Objective,
    readonly minGain: number,
    readonly style: Style,
  ) {
    this.#world = picker.world;
    this.#peers = new UnevenHosts(this.#world, objective);
    this.#rules = new StepRules(picker, objective.name);
  }

  take({ vm, from, to, back }: Step): void {
    const { hosts } = this.#world;
    this.#world.add(vm, hosts.spec(to).name);
    if (back) this.#world.add(back, hosts.spec(from).name);
    this.#sources[from] = undefined;
    this.#sources[to] = undefined;
    this.#peers.stepTaken();
  }

  /** Looks at more hosts from now on; false if there are no more that are worth it. */
  widen(): boolean {
    return this.#peers.widen();
  }

  /** The hosts worth looking at, worst first. */
  peers(): readonly number[] {
    return this.#peers.list();
  }

  best(seeker: number): Step | undefined {
    this.#found = undefined;
    const own = this.#on(seeker);
    const others: { slot: number; after: number }[] = [];
    for (const slot of this.peers()) {
      if (slot === seeker) continue;
      const out = this.#moves(seeker, own, seeker, slot);
      const after = this.style.exact ? out : Math.min(out, this.#moves(seeker, this.#on(slot), slot, seeker));
      others.push({ slot, after });
    }
    if (!this.style.swaps) return this.#found;
    if (others.length > PARTNERS) others.sort((a, b) => a.after - b.after);
    for (const { slot } of others.slice(0, PARTNERS)) this.#swaps(seeker, slot);
    return this.#found;
  }

  /** For each kind of VM on a host, the move off it that harms least; the largest first. */
  forced(from: number): Step[] {
    const sources = [...this.#on(from)].sort((a, b) => b.cost - a.cost);
    return sources.flatMap((source) => {
      let least = Infinity;
      let best: Step | undefined;
      for (const to of this.#world.hosts.slots()) {
        if (to === from || !this.objective.isOnline(to) || !this.#rules.hasRoom(to, source.load)) continue;
        const after = this.objective.spreadAfter(from, to, source.load);
        if (after >= least || !this.#rules.canMove(source.vm, from, to)) continue;
        best = { seeker: from, vm: source.vm, from, to, back: undefined, value: 0 };
        least = after;
      }
      return best ? [best] : [];
    });
  }

  /** Considers moving any of some VMs; the least deviation that one of them would leave. */
  #moves(seeker: number, sources: readonly Source[], from: number, to: number): number {
    if (!this.objective.isOnline(to)) return Infinity;
    let least = Infinity;
    const spread = this.objective.spread();
    for (const source of sources) {
      const after = this.objective.spreadAfter(from, to, source.load);
      if (after < least) least = after;
      const penalty =
        source.vm.relations?.preferred.length === 0 && this.objective.isOnline(from)
          ? 0
          : this.objective.penaltyOfMove(source.vm, from, to);
      const gain = spread - after - penalty;
      const value = gain / source.cost;
      if (!this.#isBetter(gain, value) || !this.#rules.hasRoom(to, source.load)) continue;
      if (!this.#rules.canMove(source.vm, from, to)) continue;
      this.#found = { seeker, vm: source.vm, from, to, back: undefined, value };
    }
    return least;
  }

  #swaps(from: number, to: number): void {
    if (!this.objective.isOnline(to) || !this.objective.isOnline(from)) return;
    const spread = this.objective.spread();
    const flow = this.#flow;
    for (const mine of this.#on(from)) {
      for (const theirs of this.#on(to)) {
        flow.bytes = mine.load.bytes - theirs.load.bytes;
        flow.vcpus = mine.load.vcpus - theirs.load.vcpus;
        flow.pcpus = mine.load.pcpus - theirs.load.pcpus;
        flow.hvm = mine.load.hvm - theirs.load.hvm;
        const gain = spread - this.objective.spreadAfter(from, to, flow);
        const value = gain / (mine.cost + theirs.cost);
        if (!this.#isBetter(gain, value) || !this.#rules.hasRoom(to, flow)) continue;
        this.#considerSwap(mine, theirs, { from, to, gain });
      }
    }
  }

  #considerSwap(mine: Source, theirs: Source, { from, to, gain }: { from: number; to: number; gain: number }): void {
    const flow = this.#flow;
    const reverse = { bytes: -flow.bytes, vcpus: -flow.vcpus, pcpus: -flow.pcpus, hvm: -flow.hvm };
    if (!this.#rules.hasRoom(from, reverse)) return;
    const penalty = this.objective.penaltyOfMove(mine.vm, from, to) + this.objective.penaltyOfMove(theirs.vm, to, from);
    const value = (gain - penalty) / (mine.cost + theirs.cost);
    if (!this.#isBetter(gain - penalty, value)) return;
    if (!this.#rules.canSwap(mine.vm, from, theirs.vm, to)) return;
    this.#found = { seeker: from, vm: mine.vm, from, to, back: theirs.vm, value };
  }

  /** Never true of what is not a number: such a step could not be compared with others. */
  #isBetter(gain: number, value: number): boolean {
    return gain >= this.minGain && value > (this.#found?.value ?? 0);
  }

  /** One of each kind of VM on a host: VMs that nothing sets apart are moved alike. */
  #on(slot: number): readonly Source[] {
    const known = this.#sources[slot];
    if (known) return known;
    const kinds = new Map<string, Source>();
    for (const vm of this.#world.vmsOn(this.#world.hosts.spec(slot).name)) {
      if (this.#world.placed.get(vm.key)?.inboundHost !== undefined || this.pinned.has(vm.key)) continue;
      const kind = this.picker.isFree(vm) ? vm.sizeKey : vm.key;
      if (!kinds.has(kind))
        kinds.set(kind, { vm, load: loadOf(vm), cost: Math.pow(vm.needBytes, this.style.costExponent) });
    }
    const sources = [...kinds.values()];
    this.#sources[slot] = sources;
    return sources;
  }
}
