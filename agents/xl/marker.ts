/** The marker file of a storage pool. Pure. */

/** The one line of a marker file: the pool's name, then an ID that tells one file system from another. */
export interface Marker {
  readonly name: string;
  readonly id: string;
}

/** In the folder of every pool. */
export const MARKER_FILE = '.xenfleet-pool';
/** Of a marker that an administrator wrote without an ID. */
const NO_ID = '-';

export function parseMarker(line: string): Marker | undefined {
  const [, name, id = NO_ID] = /^([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?: ([A-Za-z0-9-]{1,64}))?\s*$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, id };
}
