/** The storage driver for raw files. Scripts on the Dom0 make, grow and delete them. */
import { BUSY, MISSING, NO_POOL, NOT_RAW, NOT_YOURS } from '../host/exit-codes';
import type { ExecResult, HostPort } from '../host/port';
import type { Pool } from '../reconcile/pools';
import { busy } from '../xl/busy';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import type { Marker } from '../xl/marker';
import type { Policy } from '../xl/policy';
import type { DeleteDisk, MadeDisk, MakeDisk, StorageDriver } from './driver';
import { diskFileName, fileLayout } from './file-layout';
import { noPool } from './pools';
import type { Pools } from './pools';

const SAFE_IMAGE = /^[A-Za-z0-9][A-Za-z0-9._+-]*(\/[A-Za-z0-9][A-Za-z0-9._+-]*)*$/;
/** Copying an image may take long. The disk gets its name only when it is whole. */
const MAKE_DEADLINE_MS = 3_600_000;
const DELETE_DEADLINE_MS = 120_000;

export class FileDriver implements StorageDriver {
  readonly format = fileLayout.format;
  readonly target = fileLayout.target.bind(fileLayout);
  readonly usage = fileLayout.usage.bind(fileLayout);
  readonly find = fileLayout.find.bind(fileLayout);

  constructor(
    private readonly host: HostPort,
    private readonly pools: Pools,
  ) {}

  open(pool: Pool, policy: Policy): Promise<Marker | Failure> {
    return this.pools.open(pool, policy);
  }

  async make({ uuid, disk, fleetID, vm, policy, known }: MakeDisk): Promise<MadeDisk | Failure> {
    if (disk.image !== undefined && !SAFE_IMAGE.test(disk.image))
      return {
        reason: 'InvalidOrder',
        message: `the image of disk ${disk.name} is no file name under the image directory`,
      };
    const pool = { name: disk.pool, path: disk.path };
    const marker = await this.pools.open(pool, policy);
    if ('reason' in marker) return marker;
    const file = diskFileName(uuid, disk.name);
    const args = [
      ...[known ? 'known' : 'make', pool.path, pool.name, marker.id, file, String(disk.sizeBytes)],
      ...[policy.imageDir, disk.image ?? '-', fleetID, vm.namespace, vm.name, disk.readOnly === true ? 'ro' : 'rw'],
    ];
    const result = await this.host.locked(uuid, 'make-disk', args, { deadlineMs: MAKE_DEADLINE_MS });
    switch (result.code) {
      case NOT_YOURS:
        return notOwned(`disk ${disk.name} is not given to ${vm.namespace}/${vm.name}`, result);
      case NOT_RAW:
        return { reason: 'ImageNotRaw', message: `disk ${disk.name} was not made: ${result.stderr.trim()}` };
      case MISSING:
        return {
          reason: 'DiskMissing',
          message: `disk ${disk.name} was made before, and pool ${pool.name} does not hold ${pool.path}/${file}: mount the file system that holds it, or restore it from a backup; it is never made anew`,
        };
      default:
        return failureOf(`making disk ${disk.name}`, pool, result) ?? madeDisk(disk.name, result);
    }
  }

  async delete(call: DeleteDisk): Promise<Failure | undefined> {
    const marker = await this.pools.open(call.pool, call.policy);
    if ('reason' in marker) return marker;
    const { uuid, name, pool, vm } = call;
    const args = [pool.path, pool.name, marker.id, diskFileName(uuid, name), vm.namespace, vm.name];
    const result = await this.host.locked(uuid, 'delete-disk', args, { deadlineMs: DELETE_DEADLINE_MS });
    if (result.code === NOT_YOURS) return notOwned(`disk ${call.name} is not deleted`, result);
    return failureOf(`deleting disk ${call.name}`, call.pool, result);
  }
}

/** What every script about disks may answer. */
function failureOf(what: string, pool: Pool, result: ExecResult): Failure | undefined {
  switch (result.code) {
    case 0:
      return undefined;
    case NO_POOL:
      return noPool(pool, result.stderr);
    case BUSY:
      return busy(what, 'domain');
    default:
      return explain(what, result);
  }
}

/** Goes by the size that the host tells: that the script has ended well is not enough. */
function madeDisk(name: string, result: ExecResult): MadeDisk | Failure {
  const [, bytes] = /^(?:made|grown|kept) (\d+)\n$/.exec(result.stdout) ?? [];
  if (bytes !== undefined) return { sizeBytes: Number(bytes) };
  return { reason: 'CreateFailed', message: `the host did not say how large disk ${name} is` };
}

const notOwned = (what: string, { stderr }: ExecResult): Failure => ({
  reason: 'DiskNotOwned',
  message: `${what} (${stderr.trim()}): docs/storage.md tells how an administrator gives or removes it`,
});
