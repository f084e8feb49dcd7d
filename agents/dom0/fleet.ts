/** What the Dom0 remembers of its fleet. */
import { parseObject } from './json';

export interface Fleet {
  readonly fleetID: string;
  readonly roster: string[];
  /** Of the roster: one that is not above it is not taken up. */
  readonly rosterEpoch: number;
}

/** An unreadable fleet file is not an absent one: then the host could be taken by another fleet. */
export function parseFleet(text: string): Fleet {
  const value = parseObject(text);
  const { fleetID, roster, rosterEpoch = 0 } = value ?? {};
  if (typeof fleetID !== 'string' || !Array.isArray(roster) || typeof rosterEpoch !== 'number')
    throw new Error('fleet.json is unreadable');
  return { fleetID, roster: roster.filter((name) => typeof name === 'string'), rosterEpoch };
}
