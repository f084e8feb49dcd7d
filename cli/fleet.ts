/**
 * The neutral fleet file: hosts, VMs and a policy, for any planner. Every complaint names the field
 * and the remedy.
 */
import { MIB } from '../common/memory';
import { HOSTNAME_KEY, MOST_HOSTS_FOR_PAIRS } from '../scheduler';
import type { HostState, PoolPolicy, Snapshot, VmSpec } from '../scheduler';

/** Wrong input: the message says where and what to do; the exit code is 2. */
export class InputError extends Error {}

export interface FleetNode {
  readonly name: string;
  readonly memMiB: number;
  readonly dom0MiB: number;
  readonly cpus: number;
  readonly dom0Cpus: number;
  readonly rack?: string | null;
  readonly offline?: boolean;
}

export interface FleetVm {
  readonly name: string;
  readonly memMiB: number;
  readonly vcpus: number;
  node: string | null;
  readonly group?: string | null;
}

export interface Fleet {
  readonly policy: { readonly vcpuRatio: number; readonly hostFailuresToTolerate?: number };
  readonly nodes: readonly FleetNode[];
  readonly vms: readonly FleetVm[];
}

const NAMESPACE = 'default';
const RACK_KEY = 'rack';
type Fields = Readonly<Record<string, unknown>>;

function fail(field: string, remedy: string): never {
  throw new InputError(`${field}: ${remedy}`);
}

function object(value: unknown, field: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  return fail(field, 'must be an object {…}');
}

function list(value: unknown, field: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(field, 'must be a list […]; give at least an empty one');
}

function whole(fields: Fields, key: string, field: string, least: 0 | 1 = 0): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  const range = least === 0 ? 'zero or more' : 'one or more';
  return fail(`${field}.${key}`, `must be a whole number, ${range}; it is ${JSON.stringify(value) ?? 'missing'}`);
}

function text(fields: Fields, key: string, field: string): string {
  const value = fields[key];
  return typeof value === 'string' && value !== '' ? value : fail(`${field}.${key}`, 'must be a name, e.g. "h1"');
}

function optional(fields: Fields, key: string, field: string): string | null {
  return fields[key] === undefined || fields[key] === null ? null : text(fields, key, field);
}

function readNode(value: unknown, index: number): FleetNode {
  const at = `nodes[${index}]`;
  const fields = object(value, at);
  const numbers = { memMiB: whole(fields, 'memMiB', at, 1), dom0MiB: whole(fields, 'dom0MiB', at) };
  if (numbers.dom0MiB > numbers.memMiB)
    fail(`${at}.dom0MiB`, `must not be more than memMiB, ${numbers.memMiB}; it is ${numbers.dom0MiB}`);
  const cpus = { cpus: whole(fields, 'cpus', at, 1), dom0Cpus: whole(fields, 'dom0Cpus', at) };
  const offline = fields.offline ?? false;
  if (typeof offline !== 'boolean') fail(`${at}.offline`, 'must be true or false');
  return {
    name: text(fields, 'name', at),
    ...numbers,
    ...cpus,
    rack: optional(fields, 'rack', at),
    offline: offline === true,
  };
}

function readVm(value: unknown, index: number): FleetVm {
  const at = `vms[${index}]`;
  const fields = object(value, at);
  const numbers = { memMiB: whole(fields, 'memMiB', at, 1), vcpus: whole(fields, 'vcpus', at, 1) };
  return {
    name: text(fields, 'name', at),
    ...numbers,
    node: optional(fields, 'node', at),
    group: optional(fields, 'group', at),
  };
}

function readPolicy(value: unknown, nodes: number): Fleet['policy'] {
  const fields = object(value ?? {}, 'policy');
  const vcpuRatio = fields.vcpuRatio ?? 4;
  if (typeof vcpuRatio !== 'number' || !(vcpuRatio > 0)) {
    return fail('policy.vcpuRatio', `must be a number above 0, e.g. 4; it is ${JSON.stringify(vcpuRatio)}`);
  }
  const failures = fields.hostFailuresToTolerate ?? 0;
  if (![0, 1, 2].includes(failures as number))
    fail('policy.hostFailuresToTolerate', `must be 0, 1 or 2; it is ${JSON.stringify(failures)}`);
  if (failures === 2 && nodes > MOST_HOSTS_FOR_PAIRS)
    fail(
      'policy.hostFailuresToTolerate',
      `is 2, which is judged for up to ${MOST_HOSTS_FOR_PAIRS} nodes; set it to 0 or 1`,
    );
  return { vcpuRatio, hostFailuresToTolerate: failures as number };
}

function checkNames(items: readonly { name: string }[], kind: string): void {
  const seen = new Map<string, number>();
  items.forEach(({ name }, index) => {
    const first = seen.get(name);
    if (first !== undefined)
      fail(`${kind}[${index}].name`, `"${name}" is ${kind}[${first}] already; give each its own`);
    seen.set(name, index);
  });
}

/** Checks a fleet file that was read as JSON. */
export function readFleet(json: unknown): Fleet {
  const fields = object(json, 'the fleet file');
  const nodes = list(fields.nodes, 'nodes').map(readNode);
  const vms = list(fields.vms, 'vms').map(readVm);
  checkNames(nodes, 'nodes');
  checkNames(vms, 'vms');
  const known = new Set(nodes.map(({ name }) => name));
  vms.forEach(({ node }, index) => {
    if (node !== null && !known.has(node))
      fail(`vms[${index}].node`, `there is no node "${node}"; name one of nodes, or null`);
  });
  return { policy: readPolicy(fields.policy, nodes.length), nodes, vms };
}

function toHost(node: FleetNode): HostState {
  return {
    name: node.name,
    ready: node.offline !== true,
    ...(node.offline === true && { notReadyReason: 'offline' }),
    ...(node.rack && { labels: { [RACK_KEY]: node.rack } }),
    totalBytes: node.memMiB * MIB,
    dom0Bytes: node.dom0MiB * MIB,
    hypervisorBytes: 0,
    cpus: node.cpus,
    dom0Vcpus: node.dom0Cpus,
    guestTypes: ['pvh'],
  };
}

/**
 * A group is required anti-affinity on the host; where there are racks, its VMs would rather not
 * share one either.
 */
function groupRules(group: string, racks: boolean): Partial<VmSpec> {
  const labelSelector = { matchLabels: { group } };
  const apart = { weight: 100, podAffinityTerm: { labelSelector, topologyKey: RACK_KEY } };
  return {
    labels: { group },
    antiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey: HOSTNAME_KEY }],
      ...(racks && { preferredDuringSchedulingIgnoredDuringExecution: [apart] }),
    },
  };
}

function toVm(vm: FleetVm, index: number, racks: boolean): VmSpec {
  return {
    key: vm.name,
    namespace: NAMESPACE,
    name: vm.name,
    type: 'pvh',
    vcpus: vm.vcpus,
    memoryBytes: vm.memMiB * MIB,
    overheadBytes: 0,
    createdAtMs: index,
    ...(vm.group && groupRules(vm.group, racks)),
    ...(vm.node !== null && { host: vm.node }),
  };
}

/**
 * Memory is taken as it is: no overhead of domains or hypervisor, so that answers compare with
 * other planners'.
 */
export function toSnapshot(fleet: Fleet): Snapshot & { readonly pools: readonly PoolPolicy[] } {
  const racks = fleet.nodes.some(({ rack }) => Boolean(rack));
  return {
    hosts: fleet.nodes.map(toHost),
    vms: fleet.vms.map((vm, index) => toVm(vm, index, racks)),
    pools: [{ name: 'default', ...fleet.policy }],
  };
}
