/**
 * The closed set of reasons that conditions and events carry. Each is one word for a machine; the
 * message beside it is for a human. What each means and what to do about it is in reason-words/,
 * from which docs/reference/reasons.md is made.
 */

/** Why a domain is not as ordered; said by the agent on XenDomain, mirrored on the XenVM. */
export const DOMAIN_REASONS = [
  'Running',
  'Halted',
  'Starting',
  'Stopping',
  'Crashed',
  'RestartBackOff',
  'Finished',
  'Retired',
  'StaleEpoch',
  'ForeignFleet',
  'AwaitingConfirmation',
  'InvalidOrder',
  'PolicyRefused',
  'ImageMissing',
  'ImageTooLarge',
  'ImageNotRaw',
  'PoolMissing',
  'DiskMissing',
  'DiskInUse',
  'DiskNotOwned',
  'DiskFull',
  'StateNotWritable',
  'BridgeMissing',
  'KernelMissing',
  'OutOfMemory',
  'NameConflict',
  'DuplicateDomain',
  'ForeignDomain',
  'ZombieDomain',
  'Suspended',
  'ConfigRejected',
  'DependencyMissing',
  'ToolstackHung',
  'HostUnreachable',
  'CreateFailed',
] as const;
export type DomainReason = (typeof DOMAIN_REASONS)[number];

/** Why a XenVM is where it is; said by the operator. */
export const VM_REASONS = [
  ...DOMAIN_REASONS,
  'Scheduled',
  'Pending',
  'Unschedulable',
  'InvalidSpec',
  'NoRoom',
  'ClassNotFound',
  'ClassNotAllowed',
  'ImageNotAllowed',
  'PoolNotAllowed',
  'NetworkNotFound',
  'NetworkNotAllowed',
  'StoragePoolNotFound',
  'StoragePoolNotAllowed',
  'MacConflict',
  'IdentityConflict',
  'HostNotReporting',
  'HostUnknown',
  'WaitingForReceipt',
  'ReportImplausible',
  'Terminating',
  'BrakeClosed',
  'SpecChanged',
  'PoolPathChanged',
  'NotStalled',
  'UpToDate',
] as const;
export type VMReason = (typeof VM_REASONS)[number];

/** Beside those of conditions, Events of a XenVM carry these. */
export const VM_EVENT_REASONS = ['Terminated'] as const;
export type VMEventReason = (typeof VM_EVENT_REASONS)[number];

/** Whether an agent can work; said by itself on its XenAgent. */
export const AGENT_REASONS = ['AgentReporting', 'AgentTrouble', 'WrongFleet'] as const;
export type AgentReason = (typeof AGENT_REASONS)[number];

export const HOST_REASONS = [
  'AgentReporting',
  'AgentNeverReported',
  'AgentSilent',
  'InvalidSpec',
  'Dom0MemoryNotFixed',
  'AwaitingReport',
  'ReportTruncated',
  'WrongFleet',
  'HoldsDomains',
  'NamespaceTaken',
  'DeclaredDead',
  'DeclaredDeadButAlive',
  'Quarantined',
  'AgentTrouble',
  'MachineChanged',
] as const;
export type HostReason = (typeof HOST_REASONS)[number];

export const POOL_REASONS = [
  'NoFailuresToTolerate',
  'FailuresTolerated',
  'FailuresNotTolerated',
  'FailuresNotJudged',
  'AwaitingReports',
  'NotStalled',
] as const;
export type PoolReason = (typeof POOL_REASONS)[number];

/** Why agents are not told of a host, a network or a storage pool. */
export const CATALOG_REASONS = ['NameTooLong', 'TooMany'] as const;
export type CatalogReason = (typeof CATALOG_REASONS)[number];
