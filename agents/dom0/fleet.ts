/** What the Dom0 remembers of its fleet. */
import { parseObject } from './json';

export interface Fleet {
  readonly fleetID: string;
  readonly roster: string[];
  /** Epoch of the roster. One with a lower or equal epoch is not taken up. */
  readonly rosterEpoch: number;
}

/** Throws if the file is unreadable: if it counted as absent, another fleet could take the host. */
export function parseFleet(text: string): Fleet {
  const value = parseObject(text);
  const { fleetID, roster, rosterEpoch = 0 } = value ?? {};
  if (typeof fleetID !== 'string' || !Array.isArray(roster) || typeof rosterEpoch !== 'number')
    throw new Error('fleet.json is unreadable');
  return { fleetID, roster: roster.filter((name) => typeof name === 'string'), rosterEpoch };
}
