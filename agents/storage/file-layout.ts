/** Disks as raw files in the folder of a pool, each with an owner file beside it. Pure. */
import type { DiskLayout, DiskPlace, DisksUsage, FoundDisk, PoolUsage } from './driver';
import type { Observation } from '../xl/observe';

const DISK_FILE = /^(.*)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z0-9][-a-z0-9]*)\.raw$/;

/** Name of a disk's file in the folder of its pool. The UUID keeps two VMs from sharing one. */
export const diskFileName = (uuid: string, disk: string): string => `${uuid}.${disk}.raw`;

/** The name that make-disk.sh gives it. */
const ownerFile = ({ path, uuid, name }: DiskPlace): string => `${path}/${uuid}.${name}.owner`;

export const fileLayout: DiskLayout = {
  format: 'raw',

  target: ({ path, uuid, name }) => `${path}/${diskFileName(uuid, name)}`,

  usage(path, { pools, disks }): PoolUsage {
    if (!pools) return { kind: 'unknown' };
    const space = pools.find((pool) => pool.path === path);
    if (!space) return { kind: 'missing', message: `the host has no folder ${path}` };
    const { totalBytes, freeBytes } = space;
    return { kind: 'present', totalBytes, freeBytes, ...(disks && { disks: sumOf(path, disks) }) };
  },

  find({ disks = [], owners }): FoundDisk[] {
    return disks.flatMap(({ path: file, sizeBytes }) => {
      const [, path, uuid, name] = DISK_FILE.exec(file) ?? [];
      if (path === undefined || uuid === undefined || name === undefined) return [];
      const owner = owners?.get(ownerFile({ path, uuid, name }));
      return [{ path, uuid, name, sizeBytes, ...(owner && { owner }) }];
    });
  },
};

function sumOf(path: string, disks: NonNullable<Observation['disks']>): DisksUsage {
  const inside = disks.filter((disk) => disk.path.startsWith(`${path}/`));
  return {
    usedBytes: inside.reduce((sum, disk) => sum + disk.usedBytes, 0),
    diskBytes: inside.reduce((sum, disk) => sum + disk.sizeBytes, 0),
  };
}
