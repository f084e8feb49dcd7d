/** One XenHost as decisions see it: Ready or why not, believed or not, dead or not. Pure. */
import type { XenAgent, XenHost } from '../../../crds/generated/types';
import { findCondition } from '../../../common/conditions';
import { QuantityError } from '../../../common/quantity';
import type { HostReason } from '../../../common/reasons';
import { reservedBytes } from '../reserve';
import type { HostView } from '../vm/facts';

/** What is known of one host besides its own object. */
export interface HostFacts {
  readonly agent: XenAgent | undefined;
  readonly nonce: string;
  readonly fleetID: string;
  /** Milliseconds since its Lease last changed, by our own clock. Undefined if never seen. */
  readonly silentMs: number | undefined;
  /** Milliseconds since this process began to listen for the Lease. */
  readonly watchedMs: number;
  /** The boot in which the Lease was last renewed, if its holder names one. */
  readonly beatBootID?: string | undefined;
  /** That boot was heard after this process had read `spec.declaredDead`, which names it. */
  readonly livedSinceDeclared?: boolean;
  readonly unknownAfterMs: number;
  readonly namespaceReady: boolean;
  /** The machine that the host is. Undefined before first contact. */
  readonly machineID?: string | undefined;
  /** Why the host cannot be, or go, as it should. */
  readonly held?: { readonly reason: HostReason; readonly message: string } | undefined;
}

export interface Judgement {
  readonly state: HostView['state'];
  readonly reason: HostReason;
  readonly message: string;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

type Rule = (
  name: string,
  facts: HostFacts,
  report: NonNullable<XenAgent['status']>,
  host: XenHost,
) => Judgement | undefined;

/** Asked in this order. The first rule that objects says what the host is. */
const RULES: readonly Rule[] = [
  (_name, { held }) => held && { state: 'NotReady', ...held },
  (name, _facts, _report, { spec }) =>
    spec.quarantined === true
      ? {
          state: 'NotReady',
          reason: 'Quarantined',
          message: `an administrator has quarantined ${name}: nothing that it reports is believed`,
        }
      : undefined,
  (name, facts, { bootID }, host) => {
    if (bootID === undefined || host.spec.declaredDead !== bootID) return undefined;
    const words = `boot ${bootID} of ${name} was declared over`;
    if (isDeclaredDead(host, facts)) return { state: 'Unknown', reason: 'DeclaredDead', message: words };
    const state = isSilent(facts) ? 'Unknown' : 'NotReady';
    const message = isRefuted(host, facts)
      ? `${words}, but its agent was heard after that, so the word is void and nothing is moved away. Take spec.declaredDead back; once the host is off for good, set it again`
      : `${words}, but its agent was heard less than ${seconds(facts.unknownAfterMs)} ago: nothing is moved away until it has been silent for so long`;
    return { state, reason: 'DeclaredDeadButAlive', message };
  },
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
  (name, { machineID }, report) =>
    isOtherMachine(machineID, report)
      ? {
          state: 'NotReady',
          reason: 'MachineChanged',
          message: `an agent on machine ${report.machineID} reports as ${name}, which is machine ${machineID}: stop that agent; or, if the server was replaced or its Dom0 installed anew, set spec.machineID: ${report.machineID} of the XenHost`,
        }
      : undefined,
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
  (name, _facts, { truncated }) =>
    truncated === true
      ? {
          state: 'NotReady',
          reason: 'ReportTruncated',
          message: `${name} holds more domains and records than a report has room for, so nobody knows all that is there: move VMs away, or delete some`,
        }
      : undefined,
  (name, _facts, { dom0 }) =>
    dom0?.memoryFixed === true
      ? undefined
      : {
          state: 'NotReady',
          reason: 'Dom0MemoryNotFixed',
          message: `Dom0 of ${name} has no fixed memory, so nothing can be sold${dom0?.memoryProblem === undefined ? '' : ` (${dom0.memoryProblem})`}: set dom0_mem=SIZE,max:SIZE on the command line of Xen, and autoballoon="off" in /etc/xen/xl.conf`,
        },
  (_name, _facts, { conditions }) => {
    const trouble = findCondition(conditions, 'Ready');
    if (trouble === undefined || trouble.status === 'True') return undefined;
    return { state: 'NotReady', reason: 'AgentTrouble', message: trouble.message };
  },
];

export function judge(host: XenHost, facts: HostFacts): Judgement {
  for (const rule of RULES) {
    const objection = rule(host.metadata.name, facts, facts.agent?.status ?? {}, host);
    if (objection !== undefined) return objection;
  }
  const reserved = reservedBytes(host);
  if (reserved instanceof QuantityError) {
    const message = `spec.reserved.memory: ${reserved.message}. Until then nothing new is placed here`;
    return { state: 'NotReady', reason: 'InvalidSpec', message };
  }
  return { state: 'Ready', reason: 'AgentReporting', message: 'the agent reports' };
}

/** Nothing was heard of the host for so long that it may be off. */
function isSilent({ silentMs, watchedMs, unknownAfterMs }: HostFacts): boolean {
  return (silentMs ?? watchedMs) > unknownAfterMs;
}

/**
 * The boot was heard after it had been declared over. Then the declaration was a slip, and counts
 * no more, not even if the host falls silent later, until somebody takes it back. Returns that
 * boot.
 */
export function refutedDeath({ spec, status }: XenHost, { livedSinceDeclared }: HostFacts): string | undefined {
  const { declaredDead } = spec;
  return livedSinceDeclared === true || status?.refutedDeath === declaredDead ? declaredDead : undefined;
}

const isRefuted = (host: XenHost, facts: HostFacts): boolean => refutedDeath(host, facts) !== undefined;

/**
 * An administrator said that the last boot we know of is over, and no sign of life contradicts: the
 * host is silent, or renews the Lease from another boot, and was not heard since it was declared.
 * This proves that nothing of that boot runs.
 */
export function isDeclaredDead(host: XenHost, facts: HostFacts): boolean {
  const boot = facts.agent?.status?.bootID ?? host.status?.bootID;
  if (host.spec.declaredDead === undefined || host.spec.declaredDead !== boot) return false;
  if (isRefuted(host, facts)) return false;
  return isSilent(facts) || (facts.beatBootID !== undefined && facts.beatBootID !== boot);
}

/** Whether the reports of this host count for the whereabouts of VMs. */
export function isBelieved(host: XenHost, facts: HostFacts): boolean {
  const { fleetID = facts.fleetID } = facts.agent?.status ?? {};
  return host.spec.quarantined !== true && fleetID === facts.fleetID && !isDeclaredDead(host, facts);
}

/** The machine that the host is: the one that an administrator names, else the first to report. */
export const machineOf = (host: XenHost | undefined): string | undefined =>
  host?.spec.machineID ?? host?.status?.machineID;

/**
 * True for a copied Dom0, or an agent that was started with the wrong name. Agents of an older
 * version name no machine.
 */
export function isOtherMachine(machineID: string | undefined, report: XenAgent['status']): boolean {
  return machineID !== undefined && report?.machineID !== undefined && report.machineID !== machineID;
}

/** The agent has reported to the leader of this nonce, from the right machine. */
function hasReported(host: XenHost | undefined, agent: XenAgent | undefined, nonce: string): boolean {
  const { status } = agent ?? {};
  return status?.nonce === nonce && status.bootID !== undefined && !isOtherMachine(machineOf(host), status);
}

/** The agent has reported so, and has told all that the host holds. */
export function hasAnswered(host: XenHost | undefined, agent: XenAgent | undefined, nonce: string): boolean {
  return hasReported(host, agent, nonce) && agent?.status?.truncated !== true;
}

/**
 * The boot in which the agent may start guests: the last that reported to this leader. None while
 * the host counts as dead.
 */
export function confirmedBoot(host: XenHost, facts: HostFacts): string | undefined {
  const { agent, nonce } = facts;
  if (isDeclaredDead(host, facts)) return undefined;
  return hasReported(host, agent, nonce) ? agent?.status?.bootID : agent?.spec.confirmedBootID;
}

export function viewHost(host: XenHost, facts: HostFacts): HostView {
  const { state, message } = judge(host, facts);
  const quarantined = host.spec.quarantined === true;
  return {
    name: host.metadata.name,
    state,
    message,
    answered: !quarantined && hasAnswered(host, facts.agent, facts.nonce),
    bootID: facts.agent?.status?.bootID,
    dead: isDeclaredDead(host, facts),
    quarantined,
    namespaceReady: facts.namespaceReady,
  };
}
