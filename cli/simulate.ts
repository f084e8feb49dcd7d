/** The simulations: a fleet in, the fleet as it would be out, with the moves, the refusals and the figures. Pure but for the clock handed in. */
import { MIB } from '../common/memory';
import { Planner, Scheduler, byUrgency, counterfactualText, message } from '../operator/scheduler';
import type { Capacity, Counterfactual, Explanation, ObjectiveName, VmSpec } from '../operator/scheduler';
import { InputError, toSnapshot } from './fleet';
import type { Fleet, FleetVm } from './fleet';

export interface Refused {
  readonly vm: string;
  readonly reason: string;
  readonly explanation: Explanation;
}

export interface Outcome {
  readonly vms: readonly FleetVm[];
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
  };
}

export interface Options {
  readonly objective: ObjectiveName;
  readonly strategy?: 'balance' | 'pack';
  readonly untilScore?: number;
  readonly minGain?: number;
  /** CPU time used so far, in ms. */
  readonly cpuMs: () => number;
}

const GIB = 2 ** 30;

/** VMs that are alike are refused for the same reasons: each kind is asked about once. */
function explainAll(scheduler: Scheduler, specs: readonly VmSpec[]): Refused[] {
  const known = new Map<string, Explanation>();
  return specs.map((spec) => {
    const kind = JSON.stringify([spec.vcpus, spec.memoryBytes, spec.labels]);
    const explanation = known.get(kind) ?? scheduler.explain(spec);
    known.set(kind, explanation);
    return { vm: spec.name, reason: message(explanation), explanation };
  });
}

export function place(fleet: Fleet, options: Options): Outcome {
  const snapshot = toSnapshot(fleet);
  const planner = new Planner(snapshot);
  const start = options.cpuMs();
  const queue = snapshot.vms.filter(({ host }) => host === undefined).sort(byUrgency);
  const plan = planner.place(queue, { objective: options.objective, strategy: options.strategy ?? 'balance' });
  const cpuMs = options.cpuMs() - start;
  const hosts = new Map(plan.placed.map(({ key, host }) => [key, host]));
  const vms = fleet.vms.map((vm) => ({ ...vm, node: vm.node ?? hosts.get(vm.name) ?? null }));
  const refusedKeys = new Set(plan.refused);
  const left = queue.filter(({ key }) => refusedKeys.has(key));
  const refused = left.length === 0 ? [] : explainAll(new Scheduler(toSnapshot({ ...fleet, vms })), left);
  const { scoreBefore, scoreAfter } = plan;
  const hostsUsed = new Set(vms.map(({ node }) => node).filter((node) => node !== null)).size;
  const counts = { placed: plan.placed.length, pending: left.length, hostsUsed };
  return {
    vms,
    moves: [],
    refused,
    stats: { objective: options.objective, cpuMs, scoreBefore, scoreAfter, gibMoved: 0, ...counts },
  };
}

export function rebalance(fleet: Fleet, options: Options): Outcome {
  const { objective, untilScore, minGain } = options;
  const goal = { ...(untilScore !== undefined && { untilScore }), ...(minGain !== undefined && { minGain }) };
  return movePlan(fleet, options, (planner) => planner.rebalance({ objective, ...goal }));
}

export function evacuate(fleet: Fleet, options: Options, hosts: readonly string[]): Outcome {
  for (const host of hosts) {
    if (!fleet.nodes.some(({ name }) => name === host))
      throw new InputError(`--hosts: there is no node "${host}" in the fleet; name one of its nodes`);
  }
  return movePlan(fleet, options, (planner) => planner.evacuate(hosts, options.objective));
}

function movePlan(
  fleet: Fleet,
  options: Options,
  make: (planner: Planner) => ReturnType<Planner['rebalance']>,
): Outcome {
  const planner = new Planner(toSnapshot(fleet));
  const start = options.cpuMs();
  const plan = make(planner);
  const cpuMs = options.cpuMs() - start;
  const hosts = new Map(plan.moves.map(({ key, to }) => [key, to]));
  const vms = fleet.vms.map((vm) => ({ ...vm, node: hosts.get(vm.name) ?? vm.node }));
  const moves = plan.moves.map(({ key, from, to }) => ({ vm: key, from, to }));
  const refused = plan.refused.map(({ key, explanation }) => ({ vm: key, reason: message(explanation), explanation }));
  const { scoreBefore, scoreAfter, bytesMoved } = plan;
  return {
    vms,
    moves,
    refused,
    stats: { objective: options.objective, cpuMs, scoreBefore, scoreAfter, gibMoved: bytesMoved / GIB },
  };
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
export function explain(fleet: Fleet, name: string): Explained {
  const snapshot = toSnapshot(fleet);
  const spec = snapshot.vms.find((vm) => vm.name === name);
  if (!spec) throw new InputError(`--vm: there is no VM "${name}" in the fleet; name one of its vms`);
  const scheduler = new Scheduler(snapshot);
  const host = scheduler.find(spec);
  const explanation = scheduler.explain(spec);
  const help = host === undefined ? scheduler.counterfactuals(spec) : [];
  const counterfactuals = help.map((found) => ({ ...found, text: counterfactualText(found) }));
  return { vm: name, ...(host !== undefined && { host }), reason: message(explanation), explanation, counterfactuals };
}

export interface Size {
  readonly vcpus: number;
  readonly memMiB: number;
}

/** How many more VMs of each size fit; the sizes of the fleet's own VMs unless others are asked for. */
export function capacities(fleet: Fleet, asked: readonly Size[]): (Size & Capacity)[] {
  const planner = new Planner(toSnapshot(fleet));
  const own = new Map(fleet.vms.map(({ vcpus, memMiB }) => [`${vcpus}:${memMiB}`, { vcpus, memMiB }]));
  const sizes = asked.length > 0 ? asked : [...own.values()];
  const sorted = [...sizes].sort((a, b) => a.vcpus - b.vcpus || a.memMiB - b.memMiB);
  return sorted.map((size) => ({ ...size, ...planner.capacity(probe(size)) }));
}

function probe({ vcpus, memMiB }: Size): VmSpec {
  return {
    key: 'probe',
    namespace: 'default',
    name: 'probe',
    type: 'pvh',
    vcpus,
    memoryBytes: memMiB * MIB,
    overheadBytes: 0,
  };
}
