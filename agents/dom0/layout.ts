/** Where the agent keeps its files on a Dom0. */

export interface Layout {
  /**
   * Put before paths in our own command lines. The host port puts it before all other paths itself.
   * Empty on a real Dom0.
   */
  readonly root: string;
  readonly stateDir: string;
  readonly policyFile: string;
}

export const DEFAULT_STATE_DIR = '/var/lib/xenfleet';
export const DEFAULT_POLICY_FILE = '/etc/xenfleet/policy.json';
export const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

export const fleetFile = (layout: Layout): string => `${layout.stateDir}/fleet.json`;
/** Told by the firmware. It stays the same for the life of a server, and differs elsewhere. */
export const PRODUCT_UUID_FILE = '/sys/class/dmi/id/product_uuid';
/** A random word, made once: it tells servers apart whose firmware tells the same, or nothing. */
export const machineFile = (layout: Layout): string => `${layout.stateDir}/machine`;
/** Names the agent process that began last on this Dom0. */
export const agentFile = (layout: Layout): string => `${layout.stateDir}/agent`;
/** Written now and then, to see that it can be written. */
export const probeFile = (layout: Layout): string => `${layout.stateDir}/probe`;
export const poolsFile = (layout: Layout): string => `${layout.stateDir}/pools.json`;
export const recordDir = (layout: Layout): string => `${layout.stateDir}/domains`;
export const recordFile = (layout: Layout, uuid: string): string => `${recordDir(layout)}/${uuid}.json`;
/** Each file holds the highest epoch of its UUID that is refused. The folder keeps its old name. */
export const refusedDir = (layout: Layout): string => `${layout.stateDir}/fence`;
export const refusedFile = (layout: Layout, uuid: string): string => `${refusedDir(layout)}/${uuid}`;
export const cfgFile = (layout: Layout, uuid: string): string => `${layout.stateDir}/cfg/${uuid}.cfg`;
