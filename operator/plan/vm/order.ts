/** The work order that a claim stands for: everything granted, nothing left to look up. Pure. */
import type { XenDomain, XenDomainSpec, XenVM } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { API_VERSION, FINALIZER, hostNamespace, VM_NAME_LABEL, VM_NAMESPACE_LABEL } from '../../../common/names';
import type { Wanted } from './resolve';

export const DEFAULT_GRACE_SECONDS = 60;

/** What of a claim its order carries. */
export interface Incarnation {
  readonly epoch: number;
  /** The boot of the host's Dom0 in which the order may start its domain. */
  readonly bootID?: string;
}

/** Halted keeps the domain off; Manual waits for an operation that starts it. */
export function desiredOf(vm: XenVM): 'Running' | 'Stopped' {
  return vm.spec.runPolicy === 'Halted' || vm.spec.runPolicy === 'Manual' ? 'Stopped' : 'Running';
}

function identityOf(vm: XenVM): XenDomainSpec['vm'] {
  const { namespace = '', name, uid = '' } = vm.metadata;
  return { namespace, name, uid };
}

/** The order in full. Optional fields are left out where nothing is asked, so that comparing means something. */
export function orderSpec(vm: XenVM, wanted: Wanted, { epoch, bootID }: Incarnation, fleetID: string): XenDomainSpec {
  const { boot, type, runPolicy = 'Always', shutdown } = vm.spec;
  const cpu = defined({ weight: wanted.cpuWeight, capPercent: wanted.cpuCapPercent });
  const disks = wanted.disks.map(({ name, device, sizeBytes, pool, path, image, readOnly }) =>
    defined({ name, device, sizeBytes, pool, path, image, readOnly: readOnly || undefined }),
  );
  const networks = wanted.networks.map(({ name, bridge, mac }) => ({ name, bridge, mac }));
  return defined({
    fleetID,
    vm: identityOf(vm),
    epoch,
    bootID,
    desired: desiredOf(vm),
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

/** An order that ends what is there, if anything: nobody can bring an older epoch to life on that host afterwards. */
export function tombstoneSpec(vm: XenVM, epoch: number, fleetID: string): XenDomainSpec {
  const gracePeriodSeconds = vm.spec.shutdown?.gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return { fleetID, vm: identityOf(vm), epoch, desired: 'Absent', gracePeriodSeconds };
}

/** Disks that go with a deleted VM: only those whose owner said so. Taken from the order: it knows where they are. */
export function disksToDelete(vm: XenVM, order: XenDomainSpec): XenDomainSpec['deleteDisks'] {
  const doomed = new Set((vm.spec.disks ?? []).filter((d) => d.deletionPolicy === 'Delete').map((d) => d.name));
  return (order.disks ?? []).filter((d) => doomed.has(d.name)).map(({ name, path }) => ({ name, path }));
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
