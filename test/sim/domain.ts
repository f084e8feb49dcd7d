/** One domain of a simulated host, and the memory that it takes. */
import { randomBytes } from 'node:crypto';
import type { DomainConfig } from './domain-config';
import type { Behaviour } from './guest';

/** Xen's own codes, as `xl list -v` shows them. */
export const reasonCodes = { poweroff: 0, reboot: 1, suspend: 2, crash: 3, watchdog: 4, soft_reset: 5 } as const;
export type Reason = keyof typeof reasonCodes;

export interface Domain {
  readonly domid: number;
  readonly config: DomainConfig;
  /** As xenstore has it; empty while it is being built or is dying: `(null)`. */
  name: string;
  /** MiB granted by Xen, 0 until the build has populated it. */
  memoryMiB: number;
  /**
   * libxl has stored its configuration: before that, and for good where xl was killed, `list -l`
   * does not know it and no vCPU is up.
   */
  built: boolean;
  overheadMiB: number;
  vcpusOnline: number;
  paused: boolean;
  shutdown: Reason | undefined;
  dying: boolean;
  /** A monitor process acts on its end (`xl create` without -e). */
  monitored: boolean;
  behaviour: Behaviour;
  booted: boolean;
  /** What it was asked to do, also while it still boots. */
  asked: 'poweroff' | 'reboot' | undefined;
  startedNs: bigint | undefined;
  macs: string[];
  console: string;
  /** What waits for the guest to run again. */
  deferred: (() => void)[];
  timers: Set<() => void>;
}

/** A domain as it is made: no name yet, no memory, paused. */
export function newDomain(domid: number, config: DomainConfig, how: Pick<Domain, 'behaviour' | 'monitored'>): Domain {
  return {
    domid,
    config,
    name: '',
    memoryMiB: 0,
    built: false,
    overheadMiB: 0,
    vcpusOnline: config.vcpus,
    paused: true,
    shutdown: undefined,
    dying: false,
    booted: false,
    asked: undefined,
    startedNs: undefined,
    macs: config.nics.map(
      (nic) =>
        nic.mac ??
        `00:16:3e:${randomBytes(3)
          .toString('hex')
          .replace(/(..)(..)/, '$1:$2:')}`,
    ),
    console: '',
    deferred: [],
    timers: new Set(),
    ...how,
  };
}

/** What a domain takes beyond its RAM by libxl's own account (XEN.md 5.2), in MiB. */
export function overheadMiB(config: DomainConfig, hap: boolean): number {
  const k = config.type !== 'pv' && !hap ? 2 : 1;
  const shadowKiB = 4 * (256 * config.maxvcpus + k * config.maxmemMiB);
  const extraKiB = config.type === 'pv' ? 1024 : 2048;
  const needKiB = config.memoryMiB * 1024 + shadowKiB + extraKiB;
  return Math.ceil(needKiB / 2048) * 2 - config.memoryMiB;
}

/**
 * Xen itself: the frame table (32 bytes a page) and the machine-to-physical table (8 bytes a page).
 * A real host of 2047 MiB took 19.
 */
export function hypervisorMiB(totalMiB: number): number {
  return Math.floor((totalMiB * 40) / 4096);
}

export function takenMiB(domain: Domain): number {
  return domain.memoryMiB + domain.overheadMiB;
}
