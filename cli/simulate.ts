/**
 * The simulations: a fleet in; where its VMs would be, the moves, the refusals and the figures out.
 * The clock is handed in.
 */
import { MIB } from '../common/memory';
import { Planner, Scheduler, byUrgency, counterfactualText, isReached, message } from '../scheduler';
import type { Capacity, Counterfactual, Explanation, ObjectiveName, Plan, Snapshot, VmSpec } from '../scheduler';
import { InputError } from './fleet';

export interface Refused {
  readonly vm: string;
  readonly reason: string;
  readonly explanation: Explanation;
}

export interface Outcome {
  /** Key of the VM -> its host, of those that are somewhere else than before. */
  readonly assigned: ReadonlyMap<string, string>;
  readonly moves: readonly { readonly vm: string; readonly from: string; readonly to: string }[];
  readonly refused: readonly Refused[];
  readonly stats: {
    readonly objective: ObjectiveName;
    readonly cpuMs: number;
    readonly scoreBefore: number;
    readonly scoreAfter: number;
    readonly gibMoved: number;
    readonly placed?: number;
    readonly pending?: number;
    readonly hostsUsed?: number;
    readonly scoreWanted?: number;
    readonly reached?: boolean;
  };
}

export interface Options {
  readonly objective: ObjectiveName;
  readonly strategy?: 'balance' | 'pack';
  readonly untilScore?: number;
  readonly prefer?: 'moves' | 'bytes';
  readonly minGain?: number;
  /** CPU time used so far, in ms. */
  readonly cpuMs: () => number;
  /** Told what is being done, for people who wait. */
  readonly progress?: (what: string) => void;
}

/** What to call VMs: by their keys in a fleet file, by namespace and name in a cluster. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly nameOf: (spec: VmSpec) => string;
}

const GIB = 2 ** 30;

/** VMs that are alike are refused for the same reasons: each kind is asked about once. */
function explainAll(scheduler: Scheduler, specs: readonly VmSpec[], nameOf: Scene['nameOf']): Refused[] {
  const known = new Map<string, Explanation>();
  return specs.map((spec) => {
    const { key: _key, name: _name, createdAtMs: _createdAtMs, ...rest } = spec;
    const kind = JSON.stringify(rest);
    const explanation = known.get(kind) ?? scheduler.explain(spec);
    known.set(kind, explanation);
    return { vm: nameOf(spec), reason: message(explanation), explanation };
  });
}

export function place({ snapshot, nameOf }: Scene, options: Options): Outcome {
  options.progress?.(`reading ${snapshot.hosts.length} hosts and ${snapshot.vms.length} VMs into the ledger`);
  const planner = new Planner(snapshot);
  const queue = snapshot.vms.filter(({ host }) => host === undefined).sort(byUrgency);
  options.progress?.(`placing ${queue.length} VMs`);
  const start = options.cpuMs();
  const plan = planner.place(queue, { objective: options.objective, strategy: options.strategy ?? 'balance' });
  const cpuMs = options.cpuMs() - start;
  const assigned = new Map(plan.placed.map(({ key, host }) => [key, host]));
  const left = queue.filter(({ key }) => !assigned.has(key));
  const vms = snapshot.vms.map((spec) => ({ ...spec, ...hostOf(assigned.get(spec.key) ?? spec.host) }));
  if (left.length > 0) options.progress?.(`asking why ${left.length} VMs do not fit`);
  const refused = left.length === 0 ? [] : explainAll(new Scheduler({ ...snapshot, vms }), left, nameOf);
  const { scoreBefore, scoreAfter } = plan;
  const hostsUsed = new Set(vms.flatMap(({ host }) => host ?? [])).size;
  const counts = { placed: plan.placed.length, pending: left.length, hostsUsed };
  const stats = { objective: options.objective, cpuMs, scoreBefore, scoreAfter, gibMoved: 0, ...counts };
  return { assigned, moves: [], refused, stats };
}

const hostOf = (host: string | undefined): { host?: string } => (host === undefined ? {} : { host });

export function rebalance(scene: Scene, options: Options): Outcome {
  const { objective, untilScore, prefer = 'moves', minGain } = options;
  const goal = { prefer, ...(untilScore !== undefined && { untilScore }), ...(minGain !== undefined && { minGain }) };
  const compacts = options.strategy === 'pack';
  const outcome = movePlan(scene, options, (planner) =>
    compacts ? planner.compact() : planner.rebalance({ objective, ...goal }),
  );
  if (untilScore === undefined) return outcome;
  const { stats } = outcome;
  return {
    ...outcome,
    stats: { ...stats, scoreWanted: untilScore, reached: isReached(stats.scoreAfter, { untilScore }) },
  };
}

export function evacuate(scene: Scene, options: Options, hosts: readonly string[]): Outcome {
  for (const host of hosts) {
    if (!scene.snapshot.hosts.some(({ name }) => name === host)) {
      throw new InputError(`--hosts: there is no node "${host}" in the fleet; name one of its nodes`);
    }
  }
  return movePlan(scene, options, (planner) => planner.evacuate(hosts, options.objective));
}

function movePlan({ snapshot, nameOf }: Scene, options: Options, make: (planner: Planner) => Plan): Outcome {
  options.progress?.(`reading ${snapshot.hosts.length} hosts and ${snapshot.vms.length} VMs into the ledger`);
  const planner = new Planner(snapshot);
  options.progress?.('planning');
  const start = options.cpuMs();
  const plan = make(planner);
  const cpuMs = options.cpuMs() - start;
  const names = new Map(snapshot.vms.map((spec) => [spec.key, nameOf(spec)]));
  const nameOfKey = (key: string): string => names.get(key) ?? key;
  const moves = plan.moves.map(({ key, from, to }) => ({ vm: nameOfKey(key), from, to }));
  const assigned = new Map(plan.moves.map(({ key, to }) => [key, to]));
  const refused = plan.refused.map(({ key, explanation }) => ({
    vm: nameOfKey(key),
    reason: message(explanation),
    explanation,
  }));
  const { scoreBefore, scoreAfter, bytesMoved } = plan;
  const hostsUsed = new Set(snapshot.vms.flatMap(({ key, host }) => assigned.get(key) ?? host ?? [])).size;
  const gibMoved = bytesMoved / GIB;
  const stats = { objective: options.objective, cpuMs, scoreBefore, scoreAfter, gibMoved, hostsUsed };
  return { assigned, moves, refused, stats };
}

export interface Explained {
  readonly vm: string;
  readonly host?: string;
  readonly reason: string;
  readonly explanation: Explanation;
  /** What would help, each proved by asking again. */
  readonly counterfactuals: readonly (Counterfactual & { readonly text: string })[];
}

/** Why a VM is pending and what would help, or where it would go. */
export function explain({ snapshot, nameOf }: Scene, name: string): Explained {
  const spec = snapshot.vms.find((vm) => nameOf(vm) === name);
  if (!spec) throw new InputError(`--vm: there is no VM "${name}" in the fleet; name one of its vms`);
  const scheduler = new Scheduler(snapshot);
  const host = scheduler.find(spec);
  const explanation = scheduler.explain(spec);
  const help = host === undefined ? scheduler.counterfactuals(spec) : [];
  const counterfactuals = help.map((found) => ({ ...found, text: counterfactualText(found) }));
  return { vm: name, ...hostOf(host), reason: message(explanation), explanation, counterfactuals };
}

export interface Size {
  readonly vcpus: number;
  readonly memMiB: number;
}

/**
 * How many more VMs of each size fit; the sizes of the fleet's own VMs unless others are asked for.
 */
export function capacities({ snapshot }: Scene, asked: readonly Size[]): (Size & Capacity)[] {
  const planner = new Planner(snapshot);
  const own = new Map(
    snapshot.vms.map(({ vcpus, memoryBytes }) => [`${vcpus}:${memoryBytes}`, { vcpus, memMiB: memoryBytes / MIB }]),
  );
  const sizes = asked.length > 0 ? asked : [...own.values()];
  const sorted = [...sizes].sort((a, b) => a.vcpus - b.vcpus || a.memMiB - b.memMiB);
  // Overhead is counted as the fleet's VMs count it: not at all in a fleet file, by the model in a
  // cluster.
  const overheadBytes = snapshot.vms[0]?.overheadBytes;
  const like = { key: 'probe', namespace: 'default', name: 'probe', type: 'pvh' } as const;
  return sorted.map((size) => {
    const spec: VmSpec = { ...like, vcpus: size.vcpus, memoryBytes: size.memMiB * MIB };
    return { ...size, ...planner.capacity(overheadBytes === undefined ? spec : { ...spec, overheadBytes }) };
  });
}
