/** The marker file of a storage pool. Pure. */

/** The line in a marker file: name of the pool, and an ID that tells file systems apart. */
export interface Marker {
  readonly name: string;
  readonly id: string;
}

/** Its name in the folder of every pool. */
export const MARKER_FILE = '.xenfleet-pool';
/** Stands for the ID of a marker that an administrator wrote without one. */
const NO_ID = '-';

export function parseMarker(line: string): Marker | undefined {
  const [, name, id = NO_ID] = /^([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?: ([A-Za-z0-9-]{1,64}))?\s*$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, id };
}
