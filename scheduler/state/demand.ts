/**
 * A VM as the filters read it: amounts worked out once, and two class keys. VMs of one `shape` get the same answer from
 * every filter that looks at hosts alone; of one `sizeKey`, from those that look at what the host has left, too.
 */
import { domainOverheadBytes } from '../../common/memory';
import { labelsKey, selectorKey } from '../labels';
import type { VmSpec } from '../types';
import type { Relations } from './relations';

export interface DiskBytes {
  /** Of disks that are still to be made. */
  readonly toMake: number;
  /** Of all disks: a made one is sparse, and may grow to its size. */
  readonly all: number;
}

export interface Vm {
  readonly spec: VmSpec;
  readonly key: string;
  /** maxmem + overhead. */
  readonly needBytes: number;
  readonly vcpus: number;
  readonly dedicated: boolean;
  readonly shapeKey: string;
  readonly sizeKey: string;
  readonly labelsKey: string;
  /** Bytes in each pool that the VM uses. */
  readonly diskBytes: ReadonlyMap<string, DiskBytes>;
  /** What it asks of other VMs; filled in when the world takes it in. */
  relations?: Relations;
}

const NO_DISKS: ReadonlyMap<string, DiskBytes> = new Map();
const NO_BYTES: DiskBytes = { toMake: 0, all: 0 };

function diskDemand(spec: VmSpec): ReadonlyMap<string, DiskBytes> {
  if (!spec.disks?.length) return NO_DISKS;
  const bytes = new Map<string, DiskBytes>();
  for (const { pool, sizeBytes, made, madeOn } of spec.disks) {
    const { toMake, all } = bytes.get(pool) ?? NO_BYTES;
    const isMade = made === true || madeOn !== undefined;
    bytes.set(pool, { toMake: toMake + (isMade ? 0 : sizeBytes), all: all + sizeBytes });
  }
  return bytes;
}

function shapeKey(spec: VmSpec): string {
  const { type, pool, hostSelector, hostAffinity, tolerations, networks, disks } = spec;
  if (!pool && !hostSelector && !hostAffinity && !tolerations && !networks && !disks) return type;
  const places = disks?.map((disk) => [disk.pool, disk.madeOn]);
  const selector = hostSelector && selectorKey(hostSelector);
  return JSON.stringify([type, pool, selector, hostAffinity, tolerations, networks, places]);
}

/** Hosts that count as places for a VM, whatever their state: the key of who shares a topology spread. */
export function eligibilityKey(spec: VmSpec): string {
  const required = spec.hostAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!spec.pool && !spec.hostSelector && !required) return '';
  return JSON.stringify([spec.pool, spec.hostSelector && selectorKey(spec.hostSelector), required]);
}

export function compileVm(spec: VmSpec): Vm {
  const needBytes = spec.memoryBytes + (spec.overheadBytes ?? domainOverheadBytes(spec));
  const diskBytes = diskDemand(spec);
  const shape = shapeKey(spec);
  const dedicated = spec.dedicated === true;
  const disks = diskBytes.size === 0 ? '' : [...diskBytes.values()].map(({ toMake }) => toMake).join();
  return {
    spec,
    key: spec.key,
    needBytes,
    vcpus: spec.vcpus,
    dedicated,
    shapeKey: shape,
    sizeKey: `${shape}|${needBytes}|${dedicated ? 'd' : ''}${spec.vcpus}|${disks}`,
    labelsKey: labelsKey(spec.namespace, spec.labels),
    diskBytes,
  };
}
