/** What is preferred among the hosts that fit. */
import { balance } from './balance';
import { preferUntainted, preferredHosts, preferredSpread, preferredVms } from './preferred';
import type { Scorer } from './scorer';

export const SCORERS: readonly Scorer[] = [balance, preferUntainted, preferredHosts, preferredVms, preferredSpread];
