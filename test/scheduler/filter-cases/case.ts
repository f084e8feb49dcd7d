/** One row per rule and edge: what the host is, what is there, what is asked; and who refuses. */
import type { FilterName, HostState, PoolPolicy, VmSpec } from '../../../scheduler';
import { GIB } from '../fleet';

export interface Case {
  readonly name: string;
  readonly host?: Partial<HostState>;
  readonly vm?: Partial<VmSpec>;
  readonly placed?: readonly Partial<VmSpec>[];
  readonly policy?: Partial<PoolPolicy>;
  /** The filters that refuse the host; none: it fits. */
  readonly refused?: readonly FilterName[];
  readonly reason?: RegExp;
  readonly short?: number;
  readonly unresolvable?: boolean;
}

export const ssd = { name: 'ssd', freeBytes: 20 * GIB, locality: 'local' } as const;
