/** All storage drivers, by the word that orders and pools use. */
import type { HostPort } from '../host/port';
import type { DiskLayout, DriverName, StorageDriver } from './driver';
import { FileDriver } from './file';
import { fileLayout } from './file-layout';
import type { Pools } from './pools';

const DEFAULT: DriverName = 'file';

const LAYOUTS: Readonly<Record<DriverName, DiskLayout>> = { file: fileLayout };

export const layouts: readonly DiskLayout[] = Object.values(LAYOUTS);

export const layoutOf = (driver: DriverName = DEFAULT): DiskLayout => LAYOUTS[driver];

export class StorageDrivers {
  private readonly byName: Readonly<Record<DriverName, StorageDriver>>;

  constructor(host: HostPort, pools: Pools) {
    this.byName = { file: new FileDriver(host, pools) };
  }

  of(driver: DriverName = DEFAULT): StorageDriver {
    return this.byName[driver];
  }
}
