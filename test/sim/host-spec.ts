/** What a simulated host is made of: its size, its speed, its files. */
import type { Behaviour } from './guest';

export interface HostSpec {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly dom0MiB: number;
  readonly dom0Vcpus: number;
  /** Without it the host has no `dom0_mem=` on Xen's command line: Dom0 would balloon. */
  readonly dom0Fixed: boolean;
  readonly xenVersion: string;
  readonly virtCaps: string;
  /** Time that a create and a destroy take; 0 for benches. */
  readonly createMs: number;
  readonly destroyMs: number;
  readonly guests: Behaviour;
}

export const defaultHostSpec: HostSpec = {
  name: 'sim',
  cpus: 16,
  memoryMiB: 65536,
  dom0MiB: 4096,
  dom0Vcpus: 2,
  dom0Fixed: true,
  xenVersion: '4.17.7',
  virtCaps: 'pv hvm hap gnttab-v1 gnttab-v2',
  createMs: 0,
  destroyMs: 0,
  guests: { bootMs: 300, shutdownMs: 1200, deaf: false, pvDrivers: false },
};

/** What a host has besides Xen: which files and bridges exist. Paths are the Dom0's. */
export interface HostFiles {
  exists(path: string): boolean;
  hasBridge(name: string): boolean;
  /** A cfg named on a command line, relative to where that was typed. */
  readCfg(path: string, cwd: string): string | undefined;
  /** A new boot: the boot ID changes, /run is empty. */
  booted(bootId: string): void;
}
