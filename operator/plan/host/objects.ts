/** What a host needs in the API: its namespace with objects, and the spec of its XenAgent. Pure. */
import type { XenAgent, XenAgentSpec } from '../../../crds/generated/types';
import {
  AGENT_LEASE,
  AGENT_ROLE,
  AGENT_SERVICE_ACCOUNT,
  API_VERSION,
  HOST_LABEL,
  hostNamespace,
} from '../../../common/names';
import type { AgentCatalog } from '../agent-catalog';
import { rosterFor } from '../roster';

export interface AgentSpecFacts {
  readonly fleetID: string;
  readonly nonce: string;
  /** The XenAgent as it is. */
  readonly agent: XenAgent | undefined;
  readonly catalog: AgentCatalog;
}

/**
 * What the agent must know. It is sorted, so that equal facts give equal specs, and cut, so that
 * the nonce can always be written.
 */
export function agentSpec(host: string, f: AgentSpecFacts, confirmedBootID: string | undefined): XenAgentSpec {
  const { fleetID, nonce, agent, catalog } = f;
  const { storagePools, networks } = catalog;
  const spec = { fleetID, nonce, ...rosterFor(host, agent, catalog.roster), storagePools, networks };
  return confirmedBootID === undefined ? spec : { ...spec, confirmedBootID };
}

/** The objects that a host needs beside its XenAgent, in the order in which they are made. */
export interface HostObjects {
  readonly namespace: object;
  readonly serviceAccount: object;
  readonly roleBinding: object;
  readonly lease: object;
}

export function hostObjects(name: string): HostObjects {
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
