/** Names that both sides derive, so that nothing has to be told. Pure. */
import { createHash } from 'node:crypto';

export const GROUP = 'xenfleet.io';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/**
 * Held on XenVM, XenDomain and XenHost by the operator: owner references cannot cross namespaces.
 */
export const FINALIZER = `${GROUP}/operator`;
/** Labels on XenDomain that lead back to its VM, for people and selectors. */
export const VM_NAME_LABEL = `${GROUP}/vm-name`;
export const VM_NAMESPACE_LABEL = `${GROUP}/vm-namespace`;
/** Label on a host's namespace, naming the host. */
export const HOST_LABEL = `${GROUP}/host`;

/**
 * Annotation on a namespace: until when (RFC 3339) guests of its deleted XenVMs may be ended
 * although the brake is closed. On the operator's own namespace it counts for the whole fleet.
 */
export const BRAKE_LIFTED_UNTIL = `${GROUP}/brake-lifted-until`;

export const AGENT_SERVICE_ACCOUNT = 'agent';
export const AGENT_LEASE = 'agent';
export const AGENT_ROLE = 'xen-fleet-agent';

const HOST_NAMESPACE_PREFIX = 'xenhost-';

export function hostNamespace(host: string): string {
  return HOST_NAMESPACE_PREFIX + host;
}

export function hostOfNamespace(namespace: string): string | undefined {
  return namespace.startsWith(HOST_NAMESPACE_PREFIX) ? namespace.slice(HOST_NAMESPACE_PREFIX.length) : undefined;
}

/**
 * Holder of a host's Lease: its machine, the boot of its Dom0, and the process. No slash is in the
 * first two.
 */
export function leaseHolder(machineID: string, bootID: string, process: string): string {
  return `${machineID}/${bootID}/${process}`;
}

/**
 * Namespace of the Lease by which operators agree who leads: every cluster has it once, wherever
 * operators are installed.
 */
export const LEADER_NAMESPACE = 'kube-system';
/** Name of that Lease. A cluster has one; the chart's ClusterRole names it too. */
export const LEADER_LEASE = 'xen-fleet-operator';

/**
 * Holder of the leader's Lease: the namespace that the operator is installed in, and the process.
 */
export function leaderHolder(namespace: string, process: string): string {
  return `${namespace}/${process}`;
}

/** Where the operator that leads is installed; undefined if its holder does not say. */
export function namespaceOfLeader(holderIdentity: string): string | undefined {
  const [namespace, process] = holderIdentity.split('/');
  return process === undefined ? undefined : namespace;
}

/** The boot that a Lease was last renewed in; undefined if its holder does not say. */
export function bootOfHolder(holderIdentity: string | undefined): string | undefined {
  return holderIdentity?.split('/')[1];
}

/** Name of the domain on its host. Namespaces have no dots, so the pair can be read back. */
export function domainName(namespace: string, name: string): string {
  return `${namespace}.${name}`;
}

/** Locally administered unicast MAC: 46 bits of a hash of the identity and the interface's name. */
export function derivedMac(uuid: string, networkInterface: string): string {
  const hash = createHash('sha256').update(`${uuid}/${networkInterface}`).digest();
  const bytes = [...hash.subarray(0, 6)];
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
