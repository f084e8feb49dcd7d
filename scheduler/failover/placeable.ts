import type { Vm } from '../state/demand';

/** Restarted elsewhere at all: wanted, and not held by a disk. */
export function isPlaceable({ spec }: Vm): boolean {
  return spec.protected !== false && !spec.disks?.some((disk) => disk.madeOn !== undefined);
}
