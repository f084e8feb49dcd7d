/** What is preferred among the hosts that fit. */
import { balance } from './balance';
import { pack } from './pack';
import { preferUntainted, preferredHosts, preferredSpread, preferredVms } from './preferred';
import type { Scorer } from './scorer';

export const SCORERS: readonly Scorer[] = [balance, preferUntainted, preferredHosts, preferredVms, preferredSpread];
export const PACKING_SCORERS: readonly Scorer[] = SCORERS.map((scorer) => (scorer === balance ? pack : scorer));
