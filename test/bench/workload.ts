/** The VMs of a scene: small Linux guests of a few sizes. Pure. */
import type { XenVM } from '../../crds/generated/types';
import { API_VERSION } from '../../common/names';
import { seeded } from '../seeded';

export interface WorkloadOptions {
  readonly vms: number;
  readonly seed: number;
  /** First part of every name. */
  readonly prefix: string;
  /** With one blank disk each. */
  readonly disks: boolean;
}

export const TENANT = 'bench';
const SIZES = [
  { vcpus: 1, memory: '256Mi' },
  { vcpus: 1, memory: '512Mi' },
  { vcpus: 2, memory: '1Gi' },
  { vcpus: 2, memory: '2Gi' },
] as const;

export function workload({ vms, seed, prefix, disks }: WorkloadOptions): XenVM[] {
  const next = seeded(seed);
  return Array.from({ length: vms }, (_, index) => ({
    apiVersion: API_VERSION,
    kind: 'XenVM',
    metadata: { name: `${prefix}-${index + 1}`, namespace: TENANT },
    spec: {
      resources: SIZES[Math.floor(next() * SIZES.length)] ?? SIZES[0],
      type: 'pvh',
      boot: { kernel: 'debian/vmlinuz', ramdisk: 'debian/initrd.gz', cmdline: 'root=/dev/xvda ro console=hvc0' },
      networks: [{ name: 'eth0', network: 'public' }],
      ...(disks && { disks: [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'local' }] }),
    },
  }));
}

/** Room for all of them on each host, whatever the seed. */
export function hostSize(vms: number): { cpus: number; memoryMiB: number } {
  return { cpus: 8 + vms, memoryMiB: 8192 + vms * 2560 };
}
