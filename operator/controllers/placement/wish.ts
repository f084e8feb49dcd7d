/** What the placement loop was asked for one VM, and what it knew when it last said no. */
import type { VmSpec } from '../../../scheduler';
import type { Rank } from './fair-queue';
import type { Stamp } from './gains';

/** A host for a VM, or more room for it where it is. */
export type WishKind = 'place' | 'grow';

export interface Wish {
  readonly uid: string;
  readonly kind: WishKind;
  readonly epoch: number;
  readonly spec: VmSpec;
  readonly shape: string;
  /** The loop's knowledge when the VM was refused; undefined while the wish waits for its turn. */
  parked?: Stamp;
}

/** VMs of one shape get the same answer: it holds all that is asked for, but not who asks. */
export function shapeOf(spec: VmSpec): string {
  return JSON.stringify({ ...spec, key: '', name: '', createdAtMs: 0 });
}

export function isSame(a: Wish, b: Wish): boolean {
  return a.uid === b.uid && a.kind === b.kind && a.epoch === b.epoch && a.shape === b.shape;
}

export function rankOf({ spec: { namespace, priority = 0, createdAtMs = 0 } }: Wish): Rank {
  return { namespace, priority, createdAtMs };
}
