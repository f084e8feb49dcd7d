/**
 * The disks of one order on the Dom0: they are made before a start and deleted for good. The driver
 * of each pool does the work.
 */
import type { DomainRecord } from '../reconcile/record';
import type { DeletedDisk } from '../reconcile/types';
import { layoutOf } from '../storage/drivers';
import type { StorageDrivers } from '../storage/drivers';
import type { Pools } from '../storage/pools';
import type { DiskTarget } from '../xl/cfg';
import type { Failure } from '../xl/errors';
import { refusalText } from '../xl/order';
import type { RunOrder } from '../xl/order';
import { checkPolicy } from '../xl/policy';
import type { Policy } from '../xl/policy';

export interface MakeDisks {
  readonly uuid: string;
  readonly order: RunOrder;
  /** Names of disks that were made before. They are never made again. */
  readonly known: readonly string[];
  readonly policy: Policy;
}

export interface MadeDisks {
  /** Names of the disks that are there now. */
  readonly disks: readonly string[];
  /** How large each is, as the host says. */
  readonly diskSizes: Readonly<Record<string, number>>;
  readonly failure?: Failure;
}

export class Disks {
  constructor(
    private readonly drivers: StorageDrivers,
    private readonly pools: Pools,
  ) {}

  /** What each disk of an order is on the host, by its name. */
  targets(uuid: string, { disks = [] }: RunOrder): ReadonlyMap<string, DiskTarget> {
    return new Map(
      disks.map(({ name, path, driver }) => {
        const layout = layoutOf(driver);
        return [name, { format: layout.format, path: layout.target({ uuid, name, path }) }];
      }),
    );
  }

  /** Makes one disk after the other. The first that fails ends it. */
  async make({ uuid, order, known, policy }: MakeDisks): Promise<MadeDisks> {
    const { fleetID, vm, disks = [] } = order;
    const diskSizes: Record<string, number> = {};
    const end = (): MadeDisks => ({ disks: Object.keys(diskSizes), diskSizes });
    for (const disk of disks) {
      const call = { uuid, disk, fleetID, vm, policy, known: known.includes(disk.name) };
      const made = await this.drivers.of(disk.driver).make(call);
      if ('reason' in made) return { ...end(), failure: made };
      diskSizes[disk.name] = made.sizeBytes;
    }
    return end();
  }

  /**
   * Deletes a disk of this VM. Undefined if it is gone. Fails if its pool is not mounted, since the
   * disk still exists then.
   */
  async delete(uuid: string, disk: DeletedDisk, vm: DomainRecord['vm'], policy: Policy): Promise<Failure | undefined> {
    const refusal = checkPolicy(policy, { deleteDisks: [disk] });
    if (refusal) return { reason: 'PolicyRefused', message: refusalText(refusal) };
    const name = disk.pool ?? this.pools.nameAt(disk.path);
    if (name === undefined) {
      const message = `deleteDisks[${disk.name}].pool is missing, and the host knows no pool at ${disk.path}: add the XenStoragePool that the disk is in`;
      return { reason: 'InvalidOrder', message };
    }
    const pool = { name, path: disk.path };
    return this.drivers.of(disk.driver).delete({ uuid, name: disk.name, pool, policy, vm });
  }
}
