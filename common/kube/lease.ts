/** Leases of coordination.k8s.io/v1, and the agent's heartbeat. */
import type { Clock } from '../ports';
import type { KubeClient } from './client';
import type { KubeObject, ObjectRef, ResourceType } from './types';

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

export interface HeartbeatOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** The Lease is made by the operator; until it is there, beats fail. */
  readonly lease: ObjectRef;
  readonly holderIdentity: string;
  /** Default 25. */
  readonly leaseDurationSeconds?: number;
  /** Default 10 000. */
  readonly intervalMs?: number;
  readonly onBeat?: (error?: unknown) => void;
}

/** Renews a Lease that exists already, one write per interval; needs the verbs get and update only. */
export class Heartbeat {
  constructor(readonly options: HeartbeatOptions) {}
  start(): void {
    throw new Error('to come');
  }
  stop(): Promise<void> {
    throw new Error('to come');
  }
}
