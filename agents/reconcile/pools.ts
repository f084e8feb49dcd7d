/**
 * Whether a folder is the storage pool that it should be. Pure. A pool proves itself by its marker
 * file. If its file system is not mounted, the mount point holds no such file.
 */
import { MARKER_FILE } from '../xl/marker';
import type { Marker } from '../xl/marker';

export interface Pool {
  readonly name: string;
  /** Absolute path of its folder on the Dom0. */
  readonly path: string;
}

/** Why the folder must not be used as this pool. Undefined if it may be. */
export function poolProblem(
  { name, path }: Pool,
  marker: Marker | undefined,
  rememberedID: string | undefined,
): string | undefined {
  const file = `${path}/${MARKER_FILE}`;
  if (!marker && rememberedID !== undefined)
    return `${path} holds no ${MARKER_FILE}, although this host has used pool ${name} there: mount the file system of the pool`;
  if (!marker) return `${path} holds no ${MARKER_FILE}: ${howToMark({ name, path })}`;
  if (marker.name !== name)
    return `${path} belongs to pool ${marker.name}, by its ${MARKER_FILE}: mount the file system of pool ${name} there`;
  if (rememberedID !== undefined && marker.id !== rememberedID)
    return `${file} has the ID ${marker.id}, and this host has used pool ${name} there with the ID ${rememberedID}: mount that file system again; if the new one is meant, write the old ID into its ${MARKER_FILE}`;
  return undefined;
}

export const howToMark = ({ name, path }: Pool): string =>
  `mount the pool there; if the folder is the pool, mark it with: echo "${name} $(cat /proc/sys/kernel/random/uuid)" > ${path}/${MARKER_FILE}`;
