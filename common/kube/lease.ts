/** Leases of coordination.k8s.io/v1: the object and its arithmetic. */
import type { KubeObject, ResourceType } from './types';

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}
export const LEASES: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** The wire text of a MicroTime: six digits, always; API clients in Go refuse fewer. */
export const microTime = (wallMs: number): string => new Date(wallMs).toISOString().replace('Z', '000Z');

export interface Renewal {
  readonly identity: string;
  readonly leaseDurationSeconds: number;
  readonly wallMs: number;
}

/** The spec after a renewal, or a taking over, by `identity`. */
export function renewedSpec(before: LeaseSpec | undefined, renewal: Renewal): LeaseSpec {
  const now = microTime(renewal.wallMs);
  const mine = before?.holderIdentity === renewal.identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    ...before,
    holderIdentity: renewal.identity,
    leaseDurationSeconds: renewal.leaseDurationSeconds,
    acquireTime: mine ? (before.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: mine || before?.renewTime === undefined ? transitions : transitions + 1,
  };
}
