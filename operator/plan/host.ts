/** One XenHost: what it needs in the API, whether it is Ready, and what its page shows. Pure; `now` is RFC 3339. */
import type {
  XenAgent,
  XenAgentSpec,
  XenHost,
  XenHostStatus,
  XenNetwork,
  XenStoragePool,
} from '../../crds/generated/types';
import { defined } from '../../common/defined';
import { findCondition, mergeConditions } from '../../common/conditions';
import { MIB } from '../../common/memory';
import {
  AGENT_LEASE,
  AGENT_ROLE,
  AGENT_SERVICE_ACCOUNT,
  API_VERSION,
  HOST_LABEL,
  hostNamespace,
} from '../../common/names';
import type { HostReason } from '../../common/reasons';
import type { HostView } from './world';

/** What is known of one host beside its own object. */
export interface HostFacts {
  readonly agent: XenAgent | undefined;
  readonly nonce: string;
  readonly fleetID: string;
  /** Milliseconds since its Lease was last seen to change, by our own clock; undefined: never seen. */
  readonly silentMs: number | undefined;
  readonly unknownAfterMs: number;
  readonly namespaceReady: boolean;
  /** The host is being deleted, and this is what it still holds. */
  readonly ending?: string | undefined;
}

interface Judgement {
  readonly state: HostView['state'];
  readonly reason: HostReason;
  readonly message: string;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

type Rule = (name: string, facts: HostFacts, report: NonNullable<XenAgent['status']>) => Judgement | undefined;

/** Asked in this order; the first that objects says what the host is. */
const RULES: readonly Rule[] = [
  (_name, { ending }) =>
    ending === undefined ? undefined : { state: 'NotReady', reason: 'HoldsDomains', message: ending },
  (name, _facts, { bootID }) =>
    bootID === undefined
      ? {
          state: 'Pending',
          reason: 'AgentNeverReported',
          message: `no agent has reported for ${name} yet; start one with --host ${name}`,
        }
      : undefined,
  (name, { silentMs, unknownAfterMs }) => {
    if (silentMs !== undefined && silentMs <= unknownAfterMs) return undefined;
    const since = silentMs === undefined ? 'since the operator started' : `for ${seconds(unknownAfterMs)} or more`;
    const message = `the agent of ${name} has not renewed its Lease ${since}; what runs there is unknown`;
    return { state: 'Unknown', reason: 'AgentSilent', message };
  },
  (name, facts, { fleetID = facts.fleetID }) =>
    fleetID === facts.fleetID
      ? undefined
      : {
          state: 'NotReady',
          reason: 'WrongFleet',
          message: `the Dom0 of ${name} belongs to fleet ${fleetID}, this one is ${facts.fleetID}`,
        },
  (name, facts, { nonce }) =>
    nonce === facts.nonce
      ? undefined
      : { state: 'NotReady', reason: 'AwaitingReport', message: `waiting for ${name} to report what it holds` },
  (name, _facts, { dom0 }) =>
    dom0?.memoryFixed === true
      ? undefined
      : {
          state: 'NotReady',
          reason: 'Dom0MemoryNotFixed',
          message: `Dom0 of ${name} has no fixed memory, so nothing can be sold: set dom0_mem=SIZE,max:SIZE on the command line of Xen, and autoballoon="off" in /etc/xen/xl.conf`,
        },
  (_name, _facts, { conditions }) => {
    const trouble = findCondition(conditions, 'Ready');
    if (trouble === undefined || trouble.status === 'True') return undefined;
    return { state: 'NotReady', reason: 'AgentTrouble', message: trouble.message };
  },
];

function judge(host: XenHost, facts: HostFacts): Judgement {
  for (const rule of RULES) {
    const objection = rule(host.metadata.name, facts, facts.agent?.status ?? {});
    if (objection !== undefined) return objection;
  }
  return { state: 'Ready', reason: 'AgentReporting', message: 'the agent reports' };
}

/** True where an administrator said that the last boot we know of is over. */
export function isDeclaredDead(host: XenHost, agent: XenAgent | undefined): boolean {
  const boot = agent?.status?.bootID ?? host.status?.bootID;
  return host.spec.declaredDead !== undefined && host.spec.declaredDead === boot;
}

/** True where the agent has reported to the leader of this nonce. */
export function hasAnswered(agent: XenAgent | undefined, nonce: string): boolean {
  return agent?.status?.nonce === nonce && agent.status.bootID !== undefined;
}

export function viewHost(host: XenHost, facts: HostFacts): HostView {
  const { state, message } = judge(host, facts);
  return {
    name: host.metadata.name,
    state,
    message,
    answered: hasAnswered(facts.agent, facts.nonce),
    dead: isDeclaredDead(host, facts.agent),
    namespaceReady: facts.namespaceReady,
  };
}

export interface FleetFacts {
  readonly fleetID: string;
  readonly nonce: string;
  readonly roster: readonly string[];
  readonly storagePools: readonly XenStoragePool[];
  readonly networks: readonly XenNetwork[];
}

/** What the agent must know; sorted, so that equal worlds give equal specs. */
export function agentSpec(fleet: FleetFacts): XenAgentSpec {
  const byName = <T extends { name: string }>(a: T, b: T): number => (a.name < b.name ? -1 : 1);
  return {
    fleetID: fleet.fleetID,
    nonce: fleet.nonce,
    roster: [...fleet.roster].sort(),
    storagePools: fleet.storagePools
      .map(({ metadata, spec: { driver, path, locality } }) => ({ name: metadata.name, driver, path, locality }))
      .sort(byName),
    networks: fleet.networks.map(({ metadata, spec }) => ({ name: metadata.name, bridge: spec.bridge })).sort(byName),
  };
}

/** The objects that a host needs, beside its XenAgent, in the order of making. */
export function hostObjects(name: string): {
  namespace: object;
  serviceAccount: object;
  roleBinding: object;
  lease: object;
} {
  const namespace = hostNamespace(name);
  const labels = { [HOST_LABEL]: name };
  return {
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    serviceAccount: {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: AGENT_SERVICE_ACCOUNT, namespace, labels },
    },
    roleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: AGENT_ROLE, namespace, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: AGENT_ROLE },
      subjects: [{ kind: 'ServiceAccount', name: AGENT_SERVICE_ACCOUNT, namespace }],
    },
    lease: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: AGENT_LEASE, namespace, labels },
      spec: {},
    },
  };
}

export function newAgent(host: string, spec: XenAgentSpec): XenAgent {
  const metadata = { name: host, namespace: hostNamespace(host), labels: { [HOST_LABEL]: host } };
  return { apiVersion: API_VERSION, kind: 'XenAgent', metadata, spec };
}

/** The ledger's figures of a host, as its page shows them. */
export interface HostFigures {
  readonly vms: number;
  readonly vcpus: number;
  readonly committedBytes: number;
  readonly freeBytes: number;
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / MIB)}Mi`;

export function showHost(
  host: XenHost,
  facts: HostFacts,
  figures: HostFigures | undefined,
  now: string,
): XenHostStatus {
  const { state, reason, message } = judge(host, facts);
  const { bootID = host.status?.bootID, xen, cpus, memory } = facts.agent?.status ?? {};
  const words = { Ready: 'True', NotReady: 'False', Pending: 'False', Unknown: 'Unknown' } as const;
  const observedGeneration = host.metadata.generation ?? 0;
  const ready = { type: 'Ready', status: words[state], reason, message, observedGeneration };
  return defined({
    observedGeneration,
    phase: host.metadata.deletionTimestamp === undefined ? state : ('Terminating' as const),
    bootID,
    xenVersion: xen?.version,
    capacity: defined({ cpus, memory: memory?.totalMiB === undefined ? undefined : `${memory.totalMiB}Mi` }),
    ...(figures && {
      committed: { vms: figures.vms, vcpus: figures.vcpus, memory: mebibytes(figures.committedBytes) },
      free: { memory: mebibytes(figures.freeBytes) },
    }),
    conditions: mergeConditions(host.status?.conditions, [ready], now),
  });
}
