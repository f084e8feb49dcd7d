/** The work order of a claim: everything is granted in it, and nothing is left to look up. Pure. */
import type { XenDomain, XenDomainSpec, XenVM } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { API_VERSION, FINALIZER, hostNamespace, VM_NAME_LABEL, VM_NAMESPACE_LABEL } from '../../../common/names';
import { covers, wantedReservation, type Reservation } from './reservation';
import type { Wanted } from './resolve';
import { sameSpec } from '../same';

export const DEFAULT_GRACE_SECONDS = 60;

/** What an order takes from its claim. */
export interface Incarnation {
  readonly epoch: number;
  /** The boot of the host's Dom0 in which the order may start its domain. */
  readonly bootID?: string;
}

/**
 * Halted keeps the domain off. Manual keeps it as it is, whatever the policy was before: a new VM
 * stays off until it gets another policy.
 */
export function desiredOf(vm: XenVM, before: Pick<XenDomainSpec, 'desired'> | undefined): 'Running' | 'Stopped' {
  const { runPolicy = 'Always' } = vm.spec;
  if (runPolicy === 'Manual') return before?.desired === 'Running' ? 'Running' : 'Stopped';
  return runPolicy === 'Halted' ? 'Stopped' : 'Running';
}

function identityOf(vm: XenVM): XenDomainSpec['vm'] {
  const { namespace = '', name, uid = '' } = vm.metadata;
  return { namespace, name, uid };
}

/** The whole order. Fields that ask for nothing are left out, so that orders can be compared. */
export function orderSpec(vm: XenVM, wanted: Wanted, { epoch, bootID }: Incarnation, fleetID: string): XenDomainSpec {
  const { boot, type, runPolicy = 'Always', shutdown } = vm.spec;
  const cpu = defined({ weight: wanted.cpuWeight, capPercent: wanted.cpuCapPercent });
  const disks = wanted.disks.map(({ name, device, sizeBytes, pool, path, driver, image, readOnly, made }) =>
    defined({ name, device, sizeBytes, pool, path, driver, image, readOnly: readOnly || undefined, made }),
  );
  const networks = wanted.networks.map(({ name, bridge, mac }) => ({ name, bridge, mac }));
  return defined({
    fleetID,
    vm: identityOf(vm),
    epoch,
    bootID,
    desired: desiredOf(vm, undefined),
    type,
    runPolicy,
    gracePeriodSeconds: shutdown?.gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    vcpus: { count: wanted.vcpus, max: wanted.vcpus },
    memory: { targetMiB: wanted.memoryMiB, maxMiB: wanted.memoryMiB },
    cpu: Object.keys(cpu).length > 0 ? cpu : undefined,
    boot,
    disks: disks.length > 0 ? disks : undefined,
    networks: networks.length > 0 ? networks : undefined,
  });
}

/**
 * A new order in the size that its claim reserved: an edit in between must find room first.
 * Undefined if no order can be made of what is reserved: nothing is reserved yet, a disk is
 * reserved in another pool than the spec names now, or the guest needs a device model.
 */
export function withinReserved(spec: XenDomainSpec, wanted: Wanted, held: Reservation): XenDomainSpec | undefined {
  if (covers(held, wantedReservation(wanted))) return spec;
  const reserved = new Map(held.disks.map((disk) => [disk.name, disk]));
  const hasMoved = wanted.disks.some(({ name, pool }) => (reserved.get(name)?.pool ?? pool) !== pool);
  if (held.vcpus === 0 || held.memoryMiB === 0 || hasMoved || (wanted.hvm && !held.hvm)) return undefined;
  const disks = (spec.disks ?? []).flatMap((disk) => {
    const { sizeBytes } = reserved.get(disk.name) ?? {};
    return sizeBytes === undefined ? [] : [{ ...disk, sizeBytes }];
  });
  return defined({
    ...spec,
    vcpus: { count: held.vcpus, max: held.vcpus },
    memory: { targetMiB: held.memoryMiB, maxMiB: held.memoryMiB },
    disks: disks.length > 0 ? disks : undefined,
  });
}

/**
 * An order after an edit. If the new size is more than what is reserved, the whole size that was
 * granted stays until there is room, and so does the type of guest if Dom0 has no room for a device
 * model. All else of the edit is applied.
 */
export function keepingSize(
  spec: XenDomainSpec,
  before: XenDomainSpec,
  wanted: Wanted,
  held: Reservation,
): XenDomainSpec {
  const { vcpus, memory, cpu, disks, type, boot } = before;
  const grants = vcpus !== undefined && memory !== undefined;
  if (!grants || covers(held, wantedReservation(wanted))) return spec;
  const guest = wanted.hvm && !held.hvm ? { type, boot } : {};
  return defined({ ...spec, vcpus, memory, cpu, disks, ...guest });
}

/**
 * Whether two orders ask the same of a host. That a disk is known to exist is told with a new order
 * or with the next change: the agent that made the disk knows it anyway. An order without a driver
 * is from the time when all disks were files.
 */
export function sameOrder(a: XenDomainSpec, b: XenDomainSpec): boolean {
  const unknown = ({ disks, ...rest }: XenDomainSpec): object => ({
    ...rest,
    disks: disks?.map(({ made: _made, driver = 'file', ...disk }) => ({ ...disk, driver })),
  });
  return sameSpec(unknown(a), unknown(b));
}

/**
 * An order that ends what may be there: afterwards nobody can start an older epoch on that host.
 * `doomed`: disks that go with the deleted VM.
 */
export function tombstoneSpec(
  vm: XenVM,
  epoch: number,
  fleetID: string,
  doomed: XenDomainSpec['deleteDisks'] = [],
): XenDomainSpec {
  const gracePeriodSeconds = vm.spec.shutdown?.gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const deleteDisks = doomed.length > 0 ? { deleteDisks: [...doomed] } : {};
  return { fleetID, vm: identityOf(vm), epoch, desired: 'Absent', gracePeriodSeconds, ...deleteDisks };
}

export function newOrder(host: string, uuid: string, spec: XenDomainSpec): XenDomain {
  return {
    apiVersion: API_VERSION,
    kind: 'XenDomain',
    metadata: {
      name: uuid,
      namespace: hostNamespace(host),
      finalizers: [FINALIZER],
      labels: { [VM_NAMESPACE_LABEL]: spec.vm.namespace, [VM_NAME_LABEL]: spec.vm.name },
    },
    spec,
  };
}
