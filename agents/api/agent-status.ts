/** The status of a XenAgent: what the host is, has and runs. Pure; the times come in. */
import type { XenAgent, XenAgentStatus } from '../../crds/generated/types';
import { mergeConditions } from '../../common/conditions';
import type { Observation } from '../xl/observe';
import type { DomainRow, Listing } from '../xl/list';
import { poolProblem } from '../reconcile/pools';
import type { Pool } from '../reconcile/pools';
import type { DomainRecord } from '../reconcile/record';

export interface AgentStatusInput {
  readonly agent: XenAgent;
  readonly version: string;
  readonly bootID: string;
  readonly fleet: { readonly fleetID: string; readonly roster: readonly string[] } | undefined;
  readonly observation: Observation;
  readonly listing: Listing;
  readonly records: ReadonlyMap<string, DomainRecord>;
  /** ID in the marker of a pool that was used here before. */
  readonly poolID: (pool: Pool) => string | undefined;
  readonly hasOrder: (uuid: string) => boolean;
  readonly policyDigest: string | undefined;
  readonly trouble: string | undefined;
  readonly nonce: string | undefined;
  readonly nowMs: number;
}

type Domain = NonNullable<XenAgentStatus['domains']>[number];

const MAX_DOMAINS = 4096;
const MAX_LISTED = 8192;
const DISK_FILE = /^(.*)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z0-9][-a-z0-9]*)\.raw$/;

export function agentStatus(input: AgentStatusInput): XenAgentStatus {
  const { agent, observation, fleet, listing } = input;
  const dom0 = listing.rows.find((row) => row.domid === 0);
  const { facts } = observation;
  return {
    observedGeneration: agent.metadata.generation ?? 0,
    ...(input.nonce !== undefined && { nonce: input.nonce }),
    agentVersion: input.version,
    bootID: input.bootID,
    ...(observation.hostname !== undefined && { hostname: observation.hostname }),
    ...(fleet && { fleetID: fleet.fleetID, roster: [...fleet.roster].sort() }),
    ...(input.policyDigest !== undefined && { policyDigest: input.policyDigest }),
    ...(facts && {
      cpus: facts.cpus,
      xen: { version: facts.xenVersion, guestTypes: [...facts.guestTypes], virtCaps: facts.virtCaps },
      memory: { totalMiB: facts.totalMiB, freeMiB: facts.freeMiB },
    }),
    ...(dom0 && {
      dom0: { vcpus: dom0.vcpus, memoryMiB: dom0.memoryMiB, memoryFixed: facts?.dom0MemoryFixed ?? false },
    }),
    storagePools: pools(input),
    networks: networks(input),
    domains: domains(input).slice(0, MAX_DOMAINS),
    records: records(input).slice(0, MAX_LISTED),
    retainedDisks: retainedDisks(input).slice(0, MAX_LISTED),
    conditions: conditions(input),
  };
}

/** The kubelet's rule for what moves by itself: not worth a write of its own unless it moved far, and that not often. */
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

/** Keys sorted: the server gives them back in its own order. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function pools({ agent, observation, poolID }: AgentStatusInput): NonNullable<XenAgentStatus['storagePools']> {
  return (agent.spec.storagePools ?? []).map(({ name, path }) => {
    const space = observation.pools?.find((pool) => pool.path === path);
    if (!space) return { name, present: false, message: `the host has no folder ${path}` };
    const marker = observation.markers?.get(path);
    const problem = poolProblem({ name, path }, marker, poolID({ name, path }));
    if (problem !== undefined || !marker) return { name, present: false, message: problem ?? '' };
    const disks = (observation.disks ?? []).filter((disk) => disk.path.startsWith(`${path}/`));
    const usedBytes = disks.reduce((sum, disk) => sum + disk.usedBytes, 0);
    const diskBytes = disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
    const { totalBytes, freeBytes } = space;
    return { name, present: true, totalBytes, freeBytes, usedBytes, diskBytes, id: marker.id };
  });
}

function networks({ agent, observation }: AgentStatusInput): NonNullable<XenAgentStatus['networks']> {
  return (agent.spec.networks ?? []).map(({ name, bridge }) =>
    observation.bridges?.includes(bridge) === true
      ? { name, present: true }
      : { name, present: false, message: `the host has no bridge ${bridge}` },
  );
}

function domains(input: AgentStatusInput): Domain[] {
  return input.listing.rows
    .filter((row) => row.domid !== 0)
    .map((row) => domain(input, row))
    .sort((a, b) => (a.uuid < b.uuid ? -1 : a.uuid > b.uuid ? 1 : (a.domid ?? 0) - (b.domid ?? 0)));
}

function domain(input: AgentStatusInput, row: DomainRow): Domain {
  const detail = input.observation.details?.get(row.domid);
  const record = input.records.get(row.uuid);
  const applied = record?.started?.applied;
  const type = detail?.type ?? applied?.type;
  return {
    uuid: row.uuid,
    ...(row.name !== null && { name: row.name }),
    domid: row.domid,
    kind: kindOf(input, row.uuid),
    state: row.state,
    ...(type !== undefined && { type }),
    vcpus: row.vcpus,
    memoryMiB: Math.max(row.memoryMiB, detail?.maxMemoryMiB ?? applied?.memory?.maxMiB ?? 0),
    ...(record && { namespace: record.vm.namespace, vmName: record.vm.name }),
  };
}

function kindOf({ observation, records: held, hasOrder }: AgentStatusInput, uuid: string): Domain['kind'] {
  const record = held.get(uuid);
  if (record && record.frozen !== true && hasOrder(uuid)) return 'ours';
  return record || observation.marked?.has(uuid) === true ? 'orphan' : 'foreign';
}

function records({ records: held }: AgentStatusInput): NonNullable<XenAgentStatus['records']> {
  return [...held.values()]
    .map((record) => ({
      uuid: record.uuid,
      namespace: record.vm.namespace,
      name: record.vm.name,
      epoch: record.epoch,
      ...(record.retiredEpoch !== undefined && { retiredEpoch: record.retiredEpoch }),
      ...(record.frozen === true && { frozen: true }),
    }))
    .sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
}

/**
 * Disks that no live record here has in its order. Their owner is the one in the file beside them,
 * which outlives the record; of disks without one the record's owner counts.
 */
function retainedDisks({ observation, records: held }: AgentStatusInput): NonNullable<XenAgentStatus['retainedDisks']> {
  return (observation.disks ?? []).flatMap(({ path, sizeBytes }) => {
    const [, folder, uuid, disk] = DISK_FILE.exec(path) ?? [];
    if (folder === undefined || uuid === undefined || disk === undefined) return [];
    const record = held.get(uuid);
    const isLive = record !== undefined && (record.retiredEpoch ?? 0) < record.epoch;
    if (isLive && record.order.disks?.some(({ name, path: at }) => name === disk && at === folder) === true) return [];
    const owner = observation.owners?.get(path.replace(/raw$/, 'owner')) ?? record?.vm;
    return [{ uuid, disk, path: folder, sizeBytes, ...(owner && { namespace: owner.namespace, vmName: owner.name }) }];
  });
}

function conditions({ agent, fleet, trouble, nowMs }: AgentStatusInput): NonNullable<XenAgentStatus['conditions']> {
  const observedGeneration = agent.metadata.generation ?? 0;
  const wrongFleet = fleet !== undefined && fleet.fleetID !== agent.spec.fleetID;
  const wrong = `the host belongs to fleet ${fleet?.fleetID ?? ''}; every order of this one is refused`;
  const [status, reason, message] = wrongFleet
    ? (['False', 'WrongFleet', wrong] as const)
    : trouble !== undefined
      ? (['False', 'AgentTrouble', trouble] as const)
      : (['True', 'AgentReporting', 'the agent sees its host'] as const);
  const now = new Date(nowMs).toISOString().replace(/\.\d+/, '');
  return mergeConditions(
    agent.status?.conditions,
    [{ type: 'Ready', status, reason, message, observedGeneration }],
    now,
  );
}
