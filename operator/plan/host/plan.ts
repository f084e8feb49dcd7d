/**
 * One XenHost: from what is known to the one next act. Pure.
 *
 *     finalizer ──▶ namespace ──▶ what the agent needs in it ──▶ XenAgent ──▶ shown
 *                     │ somebody deletes it: its orders are let go, which freezes their domains;
 *                     │ then all is made anew
 *
 *     deleted: held while it holds anything ──▶ orders let go ──▶ namespace deleted
 *              ──▶ name forgotten by those that keep the names ──▶ finalizer cleared
 */
import type { XenAgent, XenAgentSpec, XenDomain, XenHost } from '../../../crds/generated/types';
import { FINALIZER, HOST_LABEL, hostNamespace } from '../../../common/names';
import type { AgentCatalog } from '../agent-catalog';
import { sameSpec } from '../same';
import { agentSpec, hostObjects, newAgent, type HostObjects } from './objects';
import { confirmedBoot, isDeclaredDead, viewHost, type HostFacts } from './view';

/** The part of a Namespace that a plan needs. */
export interface NamespaceFacts {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface HostPlanFacts extends HostFacts {
  readonly host: XenHost;
  readonly namespace: NamespaceFacts | undefined;
  readonly hasLease: boolean;
  /** ServiceAccount and RoleBinding (unwatched) were made in this very namespace, not long ago. */
  readonly isEnsured: boolean;
  /** The orders in the namespace. */
  readonly orders: readonly XenDomain[];
  /** VMs that are claimed on the host. */
  readonly claims: number;
  readonly catalog: AgentCatalog;
  /** Agents that are told to remember the host. Only found if the host is being deleted. */
  readonly rememberedBy: readonly string[];
}

export type HostAction =
  | { readonly do: 'setFinalizers'; readonly finalizers: readonly string[] }
  | { readonly do: 'createNamespace'; readonly namespace: HostObjects['namespace'] }
  /** Objects that are there already are left as they are. */
  | { readonly do: 'ensureObjects'; readonly objects: HostObjects; readonly lease: boolean }
  | { readonly do: 'createAgent'; readonly agent: XenAgent }
  | { readonly do: 'updateAgent'; readonly agent: XenAgent }
  /** Clears our finalizer on the orders, which then go with their namespace. */
  | { readonly do: 'freeOrders'; readonly orders: readonly XenDomain[] }
  | { readonly do: 'deleteNamespace'; readonly namespace: NamespaceFacts }
  /** Nothing to do until something changes. `held`: why the host cannot be, or go, as it should. */
  | { readonly do: 'wait'; readonly held?: Held };

/** Something that an administrator must know before all else. */
export interface Held {
  readonly reason: 'HoldsDomains' | 'NamespaceTaken';
  readonly message: string;
}

export function planHost(f: HostPlanFacts): HostAction {
  const finalizers = f.host.metadata.finalizers ?? [];
  if (f.host.metadata.deletionTimestamp !== undefined) return planEnd(f, finalizers);
  if (!finalizers.includes(FINALIZER)) return { do: 'setFinalizers', finalizers: [...finalizers, FINALIZER] };
  return planNamespace(f) ?? planAgent(f) ?? { do: 'wait' };
}

function planNamespace({ host, namespace, orders, isEnsured, hasLease }: HostPlanFacts): HostAction | undefined {
  const { name } = host.metadata;
  const objects = hostObjects(name);
  if (namespace === undefined) return { do: 'createNamespace', namespace: objects.namespace };
  if (namespace.metadata.deletionTimestamp !== undefined) return freeOrders(orders) ?? { do: 'wait' };
  // Whoever may make namespaces could make this one first, and would own the agent's account and
  // the orders in it.
  if (namespace.metadata.labels?.[HOST_LABEL] !== name) return { do: 'wait', held: taken(name) };
  return isEnsured ? undefined : { do: 'ensureObjects', objects, lease: !hasLease };
}

function taken(name: string): Held {
  const namespace = hostNamespace(name);
  const message = `namespace ${namespace} was not made by the operator (it has no label ${HOST_LABEL}=${name}), and whoever made it may own what is in it: delete it, or name the host otherwise`;
  return { reason: 'NamespaceTaken', message };
}

function planAgent(f: HostPlanFacts, adapted: Adapted = (spec) => spec): HostAction | undefined {
  const spec = adapted(agentSpec(f.host.metadata.name, f, confirmedBoot(f.host, f)), f.agent);
  if (f.agent === undefined) return { do: 'createAgent', agent: newAgent(f.host.metadata.name, spec) };
  return sameSpec(f.agent.spec, spec) ? undefined : { do: 'updateAgent', agent: { ...f.agent, spec } };
}

type Adapted = (spec: XenAgentSpec, agent: XenAgent | undefined) => XenAgentSpec;

/**
 * A host that is to go keeps no names for others any more, but it forgets none either: if all hosts
 * are deleted by mistake, and held, the names are still there.
 */
const withRosterAsTold: Adapted = ({ roster: _roster, rosterEpoch: _epoch, ...spec }, agent) => {
  const { roster, rosterEpoch } = agent?.spec ?? {};
  return { ...spec, ...(roster && { roster }), ...(rosterEpoch !== undefined && { rosterEpoch }) };
};

/** A host goes only when it holds nothing: no claim, no order, no domain of the fleet. */
function planEnd(f: HostPlanFacts, finalizers: readonly string[]): HostAction {
  if (!finalizers.includes(FINALIZER)) return { do: 'wait' };
  const held = holds(f);
  // Until it goes it is a host like any: a leader that it never answers would know nothing of it.
  const asEver = held === undefined ? undefined : (planNamespace(f) ?? planAgent(f, withRosterAsTold));
  if (held !== undefined) return asEver ?? { do: 'wait', held: { reason: 'HoldsDomains', message: held } };
  const freed = freeOrders(f.orders);
  if (freed !== undefined) return freed;
  if (f.namespace === undefined && f.rememberedBy.length > 0) return { do: 'wait' };
  if (f.namespace === undefined)
    return { do: 'setFinalizers', finalizers: finalizers.filter((finalizer) => finalizer !== FINALIZER) };
  const isGoing = f.namespace.metadata.deletionTimestamp !== undefined;
  return isGoing ? { do: 'wait' } : { do: 'deleteNamespace', namespace: f.namespace };
}

function freeOrders(orders: readonly XenDomain[]): HostAction | undefined {
  const kept = orders.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER) === true);
  return kept.length === 0 ? undefined : { do: 'freeOrders', orders: kept };
}

function holds(f: HostPlanFacts): string | undefined {
  const { name } = f.host.metadata;
  if (f.claims > 0) return `${f.claims} VMs are claimed on ${name}: delete them, or move them first`;
  const isDead = isDeclaredDead(f.host, f);
  // An Absent order waits for a dead host. If the host itself ends, nothing is left to wait for.
  const orders = f.orders.filter(({ spec }) => !isDead || spec.desired !== 'Absent').length;
  if (orders > 0) return `${orders} orders stand on ${name}`;
  const report = f.agent?.status;
  if (isDead || report?.bootID === undefined) return undefined;
  if (!viewHost(f.host, f).answered)
    return `${name} does not report: start its agent, or set spec.declaredDead: ${report.bootID} once it is off for good`;
  const ours = (report.domains ?? []).filter((domain) => domain.kind !== 'foreign').length;
  return ours > 0 ? `${ours} domains of the fleet are still on ${name}` : undefined;
}
