/**
 * What memory a domain and the hypervisor take beyond what is sold. Two published formulas exist
 * for a domain (libxl's and XAPI's); the larger one is charged, so that a host which is full by the
 * account is never short in truth. The device model of an HVM guest, a QEMU process, lives in
 * Dom0's memory and is in neither: Dom0 carries only so many of them.
 */

export const MIB = 1024 * 1024;

export interface DomainSize {
  readonly type: 'pv' | 'pvh' | 'hvm';
  readonly vcpus: number;
  /**
   * The size of maxmem, not of memory: page tables are sized for the most that the domain may ever
   * have.
   */
  readonly memoryBytes: number;
  /** The host has no hardware-assisted paging: HVM and PVH guests run on shadow page tables. */
  readonly shadowPaging?: boolean;
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** libxl: target + shadow pool + 1 or 2 MiB, rounded up to 2 MiB. */
export function libxlOverheadMiB(size: DomainSize): number {
  const memoryMiB = Math.ceil(size.memoryBytes / MIB);
  const perMiB = size.type !== 'pv' && size.shadowPaging ? 2 : 1;
  const shadowMiB = (256 * size.vcpus + perMiB * memoryMiB) / 256;
  const fixedMiB = size.type === 'pv' ? 1 : 2;
  return roundUp(memoryMiB + shadowMiB + fixedMiB, 2) - memoryMiB;
}

/**
 * XAPI, multiplier 1: a shadow pool of 256 pages per vCPU and 2 pages per MiB, 40 pages per vCPU, 1
 * or 2 MiB.
 */
export function xapiOverheadMiB(size: DomainSize): number {
  const memoryMiB = Math.ceil(size.memoryBytes / MIB);
  const poolMiB = Math.ceil((256 * size.vcpus + 2 * memoryMiB) / 256);
  const vcpuMiB = Math.ceil((40 * size.vcpus) / 256);
  return poolMiB + vcpuMiB + (size.type === 'pv' ? 1 : 2);
}

/** What a domain takes beyond its maxmem. */
export function domainOverheadBytes(size: DomainSize): number {
  return Math.max(libxlOverheadMiB(size), xapiOverheadMiB(size)) * MIB;
}

/** What Dom0 keeps for itself: its kernel, xenstored, the toolstack, the agent. */
export const DOM0_OWN_BYTES = 512 * MIB;

/** What the device model of one HVM guest may take in Dom0. */
export const DEVICE_MODEL_BYTES = 64 * MIB;

/**
 * HVM guests whose device models a Dom0 of this size carries, unless an administrator knows better.
 * None where its size is not known: what the kernel would end are the guests of customers.
 */
export function mostHvmGuests(dom0Bytes: number): number {
  return Math.max(0, Math.floor((dom0Bytes - DOM0_OWN_BYTES) / DEVICE_MODEL_BYTES));
}

/**
 * A model of Xen's own memory, not a measurement: frame table (32 bytes per page),
 * machine-to-physical table (8 bytes per page) and 16 MiB of heap. It errs on the safe side: a real
 * 4.17 host of 2 GiB used 19 MiB where this says 36.
 */
export function hypervisorBytes(totalBytes: number): number {
  return roundUp(totalBytes / 128 + totalBytes / 512 + 16 * MIB, MIB);
}
