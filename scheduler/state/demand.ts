/**
 * A VM as the filters read it: amounts worked out once, and two class keys. VMs of one `shape` get
 * the same answer from every filter that looks at hosts alone; of one `sizeKey`, from those that
 * look at what the host has left, too.
 */
import { domainOverheadBytes } from '../../common/memory';
import { labelsKey, selectorKey } from './labels';
import type { AffinityTerm, TopologySpread, VmAffinity, VmSpec } from '../types';
import { eligibilityKey } from './eligibility';
import type { Relations } from './term';

export interface DiskBytes {
  /** Bytes of the disks that are still to be made. */
  readonly toMake: number;
  /** Bytes of all disks: a made one is sparse, and may come to occupy its whole size. */
  readonly all: number;
}

export interface Vm {
  readonly spec: VmSpec;
  readonly key: string;
  /** maxmem + overhead. */
  readonly needBytes: number;
  readonly vcpus: number;
  readonly dedicated: boolean;
  /** Device models that Dom0 runs for it: one for an HVM guest. */
  readonly hvm: 0 | 1;
  readonly shapeKey: string;
  readonly sizeKey: string;
  readonly labelsKey: string;
  readonly relationsKey: string;
  /** Bytes in each pool that the VM uses. */
  readonly diskBytes: ReadonlyMap<string, DiskBytes>;
  /**
   * What it asks of other VMs; filled in when the world is asked, and no answer once it is dropped.
   */
  relations?: Relations;
}

const NO_DISKS: ReadonlyMap<string, DiskBytes> = new Map();
const NO_BYTES: DiskBytes = { toMake: 0, all: 0 };

function diskDemand(spec: VmSpec): ReadonlyMap<string, DiskBytes> {
  if (!spec.disks?.length) return NO_DISKS;
  const bytes = new Map<string, DiskBytes>();
  for (const { pool, sizeBytes, made, madeOn, madeBytes = sizeBytes } of spec.disks) {
    const { toMake, all } = bytes.get(pool) ?? NO_BYTES;
    const existing = made === true || madeOn !== undefined ? madeBytes : 0;
    bytes.set(pool, { toMake: toMake + Math.max(0, sizeBytes - existing), all: all + sizeBytes });
  }
  return bytes;
}

function shapeKey(spec: VmSpec): string {
  const { type, pool, deniedPools, hostSelector, hostAffinity, tolerations, networks, disks } = spec;
  if (!pool && !deniedPools && !hostSelector && !hostAffinity && !tolerations && !networks && !disks) return type;
  const places = disks?.map((disk) => [disk.pool, disk.madeOn]);
  const selector = hostSelector && selectorKey(hostSelector);
  return JSON.stringify([type, pool, deniedPools, selector, hostAffinity, tolerations, networks, places]);
}

/**
 * VMs of one key carry the same labels and ask the same of others. A VM that asks nothing has its
 * labels' key, which no other VM can have: a key of more begins with another character.
 */
function relationsKey(spec: VmSpec, labels: string): string {
  const { affinity, antiAffinity, topologySpread } = spec;
  if (!affinity && !antiAffinity && !topologySpread) return labels;
  const rules = [affinityKey(affinity), affinityKey(antiAffinity), topologySpread?.map(spreadKey)];
  const eligibility = topologySpread ? eligibilityKey(spec) : '';
  return `\0${JSON.stringify([labels, rules, eligibility])}`;
}

function affinityKey(affinity: VmAffinity | undefined): unknown {
  if (!affinity) return 0;
  const termKey = (term: AffinityTerm): string => `${term.topologyKey}\0${selectorKey(term.labelSelector)}`;
  return [
    affinity.requiredDuringSchedulingIgnoredDuringExecution?.map(termKey),
    affinity.preferredDuringSchedulingIgnoredDuringExecution?.map((wish) => [
      wish.weight,
      termKey(wish.podAffinityTerm),
    ]),
  ];
}

function spreadKey({ maxSkew, topologyKey, whenUnsatisfiable, labelSelector }: TopologySpread): unknown {
  return [maxSkew, topologyKey, whenUnsatisfiable, selectorKey(labelSelector)];
}

export function compileVm(spec: VmSpec): Vm {
  const needBytes = spec.memoryBytes + (spec.overheadBytes ?? domainOverheadBytes(spec));
  const diskBytes = diskDemand(spec);
  const shape = shapeKey(spec);
  const dedicated = spec.dedicated === true;
  const hvm = (spec.hvm ?? spec.type === 'hvm') ? 1 : 0;
  const labels = labelsKey(spec.namespace, spec.labels);
  const disks = diskBytes.size === 0 ? '' : [...diskBytes.values()].map(({ toMake }) => toMake).join();
  return {
    spec,
    key: spec.key,
    needBytes,
    vcpus: spec.vcpus,
    dedicated,
    hvm,
    shapeKey: shape,
    sizeKey: `${shape}|${needBytes}|${dedicated ? 'd' : ''}${hvm ? 'h' : ''}${spec.vcpus}|${disks}`,
    labelsKey: labels,
    relationsKey: relationsKey(spec, labels),
    diskBytes,
  };
}
