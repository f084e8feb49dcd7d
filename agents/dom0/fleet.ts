/** What the Dom0 remembers of its fleet. */
import type { XenAgent } from '../../crds/generated/types';
import { parseObject } from './json';

export interface Fleet {
  readonly fleetID: string;
  readonly roster: string[];
  /** Epoch of the roster. One with a lower or equal epoch is not taken up. */
  readonly rosterEpoch: number;
}

type Told = Pick<XenAgent['spec'], 'fleetID' | 'roster' | 'rosterEpoch'>;

/** Throws if the file is unreadable: if it counted as absent, another fleet could take the host. */
export function parseFleet(text: string): Fleet {
  const value = parseObject(text);
  const { fleetID, roster, rosterEpoch = 0 } = value ?? {};
  if (typeof fleetID !== 'string' || !Array.isArray(roster) || typeof rosterEpoch !== 'number')
    throw new Error('fleet.json is unreadable');
  return { fleetID, roster: roster.filter((name) => typeof name === 'string'), rosterEpoch };
}

/**
 * What to remember of a fleet that is told. Undefined if nothing: a restored backup names the hosts
 * of that time, so what this Dom0 remembers is newer; and a host does not change its fleet.
 */
export function fleetToRemember(known: Fleet | undefined, told: Told): Fleet | undefined {
  const { fleetID, roster = [], rosterEpoch = 0 } = told;
  const isNewer = known?.fleetID === fleetID && rosterEpoch > known.rosterEpoch;
  return known === undefined || isNewer ? { fleetID, roster, rosterEpoch } : undefined;
}
