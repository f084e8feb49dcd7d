/**
 * The closed set of reasons that conditions and events carry. Each is one word for a machine; the
 * message beside it is for a human. The words in reason-words/ are the set: what each means, and
 * what to do about it. docs/reference/reasons.md is made from them.
 */
import type { DISK_WORDS } from './reason-words/domain-disks';
import type { HOST_SIDE_WORDS } from './reason-words/domain-host';
import type { LIFE_WORDS } from './reason-words/domain-running';
import type { KIND_WORDS } from './reason-words/kinds';
import type { VM_EVENT_WORDS, VM_WORDS } from './reason-words/vm';

/** Why a domain is not as ordered; said by the agent on XenDomain, mirrored on the XenVM. */
export type DomainReason = keyof typeof LIFE_WORDS | keyof typeof DISK_WORDS | keyof typeof HOST_SIDE_WORDS;

/** Why a XenVM is where it is; said by the operator. */
export type VMReason = DomainReason | keyof typeof VM_WORDS;

/** Beside those of conditions, Events of a XenVM carry these. */
export type VMEventReason = keyof typeof VM_EVENT_WORDS;

/** What is said on a kind that shares its reasons with no other, such as `ReasonOf<'XenPool'>`. */
export type ReasonOf<K extends keyof typeof KIND_WORDS> = keyof (typeof KIND_WORDS)[K];

/** Whether an agent can work; said by itself on its XenAgent. */
export type AgentReason = ReasonOf<'XenAgent'>;
export type HostReason = ReasonOf<'XenHost'>;
export type PoolReason = ReasonOf<'XenPool'>;
export type OperationReason = ReasonOf<'XenVMOperation'>;

/** Why agents are not told of a host, a network or a storage pool. */
export type CatalogReason = ReasonOf<'XenHost, XenNetwork, XenStoragePool (Events)'>;
