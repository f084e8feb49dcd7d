/** The status of a XenAgent: what the host is, has and runs. Pure; times are arguments. */
import type { XenAgentStatus } from '../../crds/generated/types';
import { xenAgentStatusBounds } from '../../crds/generated/bounds';
import { mergeConditions } from '../../common/conditions';
import { defined } from '../../common/defined';
import { fit } from '../../common/fit';
import type { AgentReason } from '../../common/reasons';
import { reportedRecords, within } from './agent-records';
import type { Bound } from './agent-records';
import { compare, poolStatuses, retainedDisks } from './agent-storage';
import type { StorageInput } from './agent-storage';
import type { DomainRow, Listing } from '../xl/list';
import type { Observation } from '../xl/observe';
import { isProved, ownerOf } from '../reconcile/owner';

export interface AgentStatusInput extends StorageInput {
  readonly version: string;
  readonly bootID: string;
  readonly machineID: string | undefined;
  readonly fleet: Required<Pick<XenAgentStatus, 'fleetID' | 'roster' | 'rosterEpoch'>> | undefined;
  readonly listing: Listing;
  readonly hasOrder: (uuid: string) => boolean;
  readonly policyDigest: string | undefined;
  readonly trouble: string | undefined;
  readonly nonce: string | undefined;
  readonly nowMs: number;
}

type Domain = NonNullable<XenAgentStatus['domains']>[number];

/** With all else that is told, these stay well below the 1.5 MiB that etcd takes. */
const DOMAINS: Bound = { entries: 4096, bytes: 320 * 1024 };
const RECORDS: Bound = { entries: 8192, bytes: 320 * 1024 };
const RETAINED_DISKS: Bound = { entries: 512, bytes: 96 * 1024 };
/** For names that somebody else gave. */
const MAX_TEXT = 128;

/** The API never refuses it for the size of a text or a number, whatever the host says. */
export function agentStatus(input: AgentStatusInput): XenAgentStatus {
  return fit(wholeStatus(input), xenAgentStatusBounds);
}

function wholeStatus(input: AgentStatusInput): XenAgentStatus {
  const { agent, fleet } = input;
  const told = lists(input);
  return {
    observedGeneration: agent.metadata.generation ?? 0,
    ...(input.nonce !== undefined && { nonce: input.nonce }),
    agentVersion: input.version,
    bootID: input.bootID,
    ...(input.machineID !== undefined && { machineID: input.machineID }),
    ...hostname(input),
    ...(fleet && { ...fleet, roster: [...fleet.roster].sort() }),
    ...(input.policyDigest !== undefined && { policyDigest: input.policyDigest }),
    ...hardware(input),
    storagePools: poolStatuses(input),
    networks: networks(input),
    ...told,
    conditions: conditions(input),
  };
}

// What could not be told this time is reported as before, since its absence proves nothing.

function hostname({ agent, observation }: AgentStatusInput): Pick<XenAgentStatus, 'hostname'> {
  const name = observation.hostname ?? agent.status?.hostname;
  return name === undefined ? {} : { hostname: name };
}

function hardware({
  agent: { status },
  observation,
  listing,
}: AgentStatusInput): Pick<XenAgentStatus, 'cpus' | 'xen' | 'memory' | 'dom0'> {
  const { facts } = observation;
  const row = listing.rows.find(({ domid }) => domid === 0);
  const problem = memoryProblem(observation, status);
  const fixed = { memoryFixed: problem === undefined, ...(problem !== undefined && { memoryProblem: problem }) };
  const dom0 = row && { vcpus: row.vcpus, memoryMiB: row.memoryMiB, ...fixed };
  const known = facts
    ? {
        cpus: Math.min(facts.cpus, observation.poolCpus ?? facts.cpus),
        xen: { version: facts.xenVersion, guestTypes: [...facts.guestTypes], virtCaps: facts.virtCaps },
        memory: { totalMiB: facts.totalMiB, freeMiB: facts.freeMiB },
      }
    : { cpus: status?.cpus, xen: status?.xen, memory: status?.memory };
  return defined({ ...known, dom0 });
}

const TAKES_FROM_DOM0 =
  'autoballoon is on in /etc/xen/xl.conf, so xl takes memory from Dom0 for a guest that finds none free';

function memoryProblem({ facts, autoballoons }: Observation, status: XenAgentStatus | undefined): string | undefined {
  if (autoballoons === true) return TAKES_FROM_DOM0;
  if (facts) return facts.dom0MemoryProblem;
  const { memoryFixed, memoryProblem: before } = status?.dom0 ?? {};
  return memoryFixed === true ? undefined : (before ?? 'xl info has not told the memory of Dom0 yet');
}

type Lists = Pick<XenAgentStatus, 'domains' | 'records' | 'retainedDisks' | 'retainedDiskCount' | 'truncated'>;

function lists(input: AgentStatusInput): Lists {
  const foundDomains = within(domains(input), DOMAINS);
  const foundRecords = within(reportedRecords(input), RECORDS);
  const { status } = input.agent;
  const unseen = input.observation.disks === undefined;
  const disks = unseen ? (status?.retainedDisks ?? []) : retainedDisks(input);
  const retainedDiskCount = unseen ? (status?.retainedDiskCount ?? 0) : disks.length;
  const foundDisks = within(disks, RETAINED_DISKS);
  // Cut disks do not count here: `retainedDiskCount` says how many there are.
  const cut = foundDomains.cut || foundRecords.cut;
  return {
    domains: foundDomains.kept,
    records: foundRecords.kept,
    retainedDisks: foundDisks.kept,
    retainedDiskCount,
    ...(cut && { truncated: true }),
  };
}

/**
 * Free memory and space move by themselves, so, by the rule of the kubelet, they are not worth a
 * write unless they moved far and the last write is a minute old.
 */
export function isWorthWriting(before: XenAgentStatus | undefined, after: XenAgentStatus, quietMs: number): boolean {
  if (!before || text(withoutSpace(before)) !== text(withoutSpace(after))) return true;
  if (quietMs < 60_000) return false;
  if (Math.abs((before.memory?.freeMiB ?? 0) - (after.memory?.freeMiB ?? 0)) >= 16) return true;
  return (after.storagePools ?? []).some((pool, index) => {
    const was = before.storagePools?.[index]?.freeBytes ?? 0;
    return Math.abs((pool.freeBytes ?? 0) - was) > Math.max(256 * 1024 * 1024, was * 0.05);
  });
}

function withoutSpace(status: XenAgentStatus): object {
  const { memory, storagePools, ...rest } = status;
  return {
    ...rest,
    totalMiB: memory?.totalMiB,
    pools: storagePools?.map(({ freeBytes: _free, usedBytes: _used, ...pool }) => pool),
  };
}

/** Keys are sorted, since the server returns them in its own order. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function networks({ agent, observation }: AgentStatusInput): NonNullable<XenAgentStatus['networks']> {
  return (agent.spec.networks ?? []).map(({ name, bridge }) => {
    if (observation.bridges?.includes(bridge) === true) return { name, present: true };
    if (observation.openVSwitches?.includes(bridge) === true)
      return { name, present: false, message: `bridge ${bridge} is one of Open vSwitch: guests need a Linux bridge` };
    if (observation.bridges) return { name, present: false, message: `the host has no bridge ${bridge}` };
    const before = agent.status?.networks?.find((network) => network.name === name);
    return before ?? { name, present: false, message: `the host has not told yet whether there is a bridge ${bridge}` };
  });
}

function domains(input: AgentStatusInput): Domain[] {
  return input.listing.rows
    .filter((row) => row.domid !== 0)
    .map((row) => domain(input, row))
    .sort((a, b) => rankOf(a) - rankOf(b) || compare(a.uuid, b.uuid) || (a.domid ?? 0) - (b.domid ?? 0));
}

/** Orphans come first, as nobody else knows of them. Foreign domains come last. */
const rankOf = ({ kind }: Domain): number => ['orphan', 'ours', 'foreign'].indexOf(kind);

function domain(input: AgentStatusInput, row: DomainRow): Domain {
  const detail = input.observation.details?.get(row.domid);
  const record = input.records.get(row.uuid);
  const applied = record?.started?.applied;
  const type = detail?.type ?? applied?.type;
  const { kind, ...owner } = ownerOfRow(input, row.uuid);
  return {
    uuid: row.uuid,
    ...(row.name !== null && { name: row.name.slice(0, MAX_TEXT) }),
    domid: row.domid,
    kind,
    state: row.state,
    ...(type !== undefined && { type }),
    vcpus: row.vcpus,
    memoryMiB: Math.max(row.memoryMiB, detail?.maxMemoryMiB ?? applied?.memory?.maxMiB ?? toldBefore(input, row)),
    ...owner,
  };
}

function toldBefore({ agent: { status }, bootID }: AgentStatusInput, { uuid, domid }: DomainRow): number {
  const before = status?.domains?.find((one) => one.uuid === uuid && one.domid === domid);
  return status?.bootID === bootID ? (before?.memoryMiB ?? 0) : 0;
}

/**
 * Whose a domain is: by the record if that is proved, else by a mark of this fleet. The name is
 * told only if it is proved.
 */
function ownerOfRow(
  { observation, records: held, hasOrder, fleet }: AgentStatusInput,
  uuid: string,
): Pick<Domain, 'kind' | 'namespace' | 'vmName' | 'epoch'> {
  const record = held.get(uuid);
  const { marks } = observation;
  const mark = marks?.get(uuid);
  // While the marks cannot be read, a create that was begun proves the domain.
  const unread = marks === undefined && record?.creating !== undefined;
  if (record && (unread || isProved(record, mark, ownerOf(record)))) {
    const kind = record.frozen !== true && hasOrder(uuid) ? 'ours' : 'orphan';
    return { kind, namespace: record.vm.namespace, vmName: record.vm.name };
  }
  if (record || !mark || mark.fleetID !== fleet?.fleetID) return { kind: 'foreign' };
  return { kind: 'orphan', namespace: mark.namespace, vmName: mark.name, epoch: mark.epoch };
}

function conditions({ agent, fleet, trouble, nowMs }: AgentStatusInput): NonNullable<XenAgentStatus['conditions']> {
  const observedGeneration = agent.metadata.generation ?? 0;
  const wrongFleet = fleet !== undefined && fleet.fleetID !== agent.spec.fleetID;
  const wrong = `the host belongs to fleet ${fleet?.fleetID ?? ''}; every order of this one is refused`;
  const [status, reason, message]: readonly ['True' | 'False', AgentReason, string] = wrongFleet
    ? ['False', 'WrongFleet', wrong]
    : trouble !== undefined
      ? ['False', 'AgentTrouble', trouble]
      : ['True', 'AgentReporting', 'the agent sees its host'];
  const now = new Date(nowMs).toISOString().replace(/\.\d+/, '');
  return mergeConditions(
    agent.status?.conditions,
    [{ type: 'Ready', status, reason, message, observedGeneration }],
    now,
  );
}
