/**
 * Judges of a world. They believe the hosts' own record, the history of the API and the acts, and
 * no code of the product.
 */
import type { Machine } from '../machine';
import type { World } from '../world';
import type { Domain } from '../../sim/domain';
import type { SimEvent } from '../../sim/record';

export interface Violation {
  readonly atMs: number;
  /** Of docs/architecture.md, such as S1; or a word. */
  readonly rule: string;
  readonly what: string;
}

export interface Oracle {
  /** Something happened on a host. */
  readonly onEvent?: (event: SimEvent, machine: Machine) => void;
  /** All faults are over, and there was time to mend what they did. */
  readonly atEnd?: () => void;
}

export type NewOracle = (world: World, accuse: (rule: string, what: string) => void) => Oracle;

/** It executes, or is paused in the middle of it. */
export const isLive = ({ startedNs, shutdown, dying }: Domain): boolean =>
  startedNs !== undefined && shutdown === undefined && !dying;

export const liveDomains = ({ host }: Machine): Domain[] => [...host.xen.domains.values()].filter(isLive);
