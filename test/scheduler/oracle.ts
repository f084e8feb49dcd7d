/**
 * A second opinion on placements, worked out from the plain data alone: slow, naive and independent
 * of the library.
 */
import { MIB, domainOverheadBytes, hypervisorBytes } from '../../common/memory';
import { HOSTNAME_KEY } from '../../scheduler';
import type { HostState, VmSpec } from '../../scheduler';

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
const need = (vm: VmSpec): number => vm.memoryBytes + domainOverheadBytes(vm);

/**
 * HVM guests that Dom0 carries: what an administrator says, else 64 MiB for each beside 512 MiB of
 * its own.
 */
const carried = ({ mostHvmGuests, dom0Bytes }: HostState): number =>
  mostHvmGuests ?? Math.floor(Math.max(0, dom0Bytes - 512 * MIB) / (64 * MIB));

/** Every resource that some host is short of. */
export function overcommitted(hosts: readonly HostState[], vms: readonly VmSpec[]): string[] {
  return hosts.flatMap((host) => {
    const here = vms.filter((vm) => vm.host === host.name);
    const memory = sum(here.map(need)) + host.dom0Bytes + hypervisorBytes(host.totalBytes) + (host.reservedBytes ?? 0);
    const whole = sum(here.filter((vm) => vm.dedicated).map((vm) => vm.vcpus));
    const shared = sum(here.filter((vm) => !vm.dedicated).map((vm) => vm.vcpus)) + host.dom0Vcpus;
    const disks = sum(here.flatMap((vm) => (vm.disks ?? []).map((disk) => disk.sizeBytes)));
    const hvm = here.filter(({ type }) => type === 'hvm').length;
    return [
      ...(hvm > 0 && hvm + (host.foreignHvmGuests ?? 0) > carried(host) ? [`${host.name} HVM guests`] : []),
      ...(memory > host.totalBytes ? [`${host.name} memory`] : []),
      ...(whole > host.cpus - host.dom0Vcpus ? [`${host.name} CPUs`] : []),
      ...(shared > 4 * (host.cpus - whole) ? [`${host.name} vCPUs`] : []),
      ...(disks > sum((host.storage ?? []).map((pool) => pool.freeBytes)) ? [`${host.name} disks`] : []),
    ];
  });
}

function domain(host: HostState | undefined, key: string): string | undefined {
  return key === HOSTNAME_KEY ? host?.name : host?.labels?.[key];
}

/** Pairs of VMs of which one's required anti-affinity forbids the other's place. */
export function brokenAntiAffinity(hosts: readonly HostState[], vms: readonly VmSpec[]): string[] {
  const hostOf = (vm: VmSpec): HostState | undefined => hosts.find(({ name }) => name === vm.host);
  return vms.flatMap((vm) =>
    (vm.antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term) => {
      const here = domain(hostOf(vm), term.topologyKey);
      const app = term.labelSelector?.matchLabels?.app;
      if (here === undefined || vm.host === undefined) return [];
      return vms
        .filter((other) => other.key !== vm.key && other.labels?.app === app && other.host !== undefined)
        .filter((other) => domain(hostOf(other), term.topologyKey) === here)
        .map((other) => `${vm.name} with ${other.name}`);
    }),
  );
}

/**
 * VMs whose required affinity no VM meets yet: the first of a group may start anywhere, and no
 * member is left behind.
 */
export function brokenAffinity(hosts: readonly HostState[], vms: readonly VmSpec[]): string[] {
  const hostOf = (vm: VmSpec): HostState | undefined => hosts.find(({ name }) => name === vm.host);
  return vms.flatMap((vm) =>
    (vm.affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term) => {
      const here = domain(hostOf(vm), term.topologyKey);
      const app = term.labelSelector?.matchLabels?.app;
      const near = vms.some((other) => other.labels?.app === app && domain(hostOf(other), term.topologyKey) === here);
      return here !== undefined && near ? [] : [`${vm.name} without ${app}`];
    }),
  );
}
