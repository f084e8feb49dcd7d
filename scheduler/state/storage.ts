/**
 * The account of disk pools: local bytes per host, and one account for the fleet of what hosts
 * share.
 */
import type { HostState, HostStorage } from '../types';
import type { DiskBytes } from './demand';

interface Room {
  readonly freeBytes: number;
  readonly promisableBytes: number;
}

interface Account {
  /** What each host says; the least counts. */
  readonly reports: Map<string, Room>;
  /** The least of the reports, once it was asked for. */
  least: Room | undefined;
  /** Promised to disks that are still to be made, and to all. */
  toMakeBytes: number;
  allBytes: number;
}

const ENDLESS: Room = { freeBytes: Infinity, promisableBytes: Infinity };

function least(account: Account): Room {
  account.least ??= [...account.reports.values()].reduce(
    (a, b) => ({
      freeBytes: Math.min(a.freeBytes, b.freeBytes),
      promisableBytes: Math.min(a.promisableBytes, b.promisableBytes),
    }),
    ENDLESS,
  );
  return account.least;
}

const newAccount = (): Account => ({ reports: new Map(), least: undefined, toMakeBytes: 0, allBytes: 0 });
const accountKey = (host: string, pool: HostStorage): string =>
  pool.locality === 'local' ? `${pool.name}@${host}` : pool.name;

export class StorageLedger {
  readonly #accounts = new Map<string, Account>();
  /** Host -> pool -> account. */
  readonly #hosts = new Map<string, Map<string, Account>>();
  readonly #keys = new Map<string, readonly string[]>();

  setHost(host: HostState): void {
    const before = this.#keys.get(host.name) ?? [];
    this.#forgetReports(before, host.name);
    const pools = new Map<string, Account>();
    for (const pool of host.storage ?? []) {
      const key = accountKey(host.name, pool);
      const account = this.#accounts.get(key) ?? newAccount();
      const { freeBytes, promisableBytes = Infinity } = pool;
      account.reports.set(host.name, { freeBytes, promisableBytes });
      account.least = undefined;
      this.#accounts.set(key, account);
      pools.set(pool.name, account);
    }
    this.#hosts.set(host.name, pools);
    this.#keys.set(
      host.name,
      (host.storage ?? []).map((pool) => accountKey(host.name, pool)),
    );
    this.#dropUnreported(before);
  }

  deleteHost(name: string): void {
    const before = this.#keys.get(name) ?? [];
    this.#forgetReports(before, name);
    this.#dropUnreported(before);
    this.#hosts.delete(name);
    this.#keys.delete(name);
  }

  has(host: string, pool: string): boolean {
    return this.#hosts.get(host)?.has(pool) ?? false;
  }

  /** Room for disks to be made: never more than there is, and never promised twice. */
  freeBytes(host: string, pool: string): number {
    const account = this.#hosts.get(host)?.get(pool);
    if (!account) return 0;
    const { freeBytes, promisableBytes } = least(account);
    return Math.min(freeBytes - account.toMakeBytes, promisableBytes - account.allBytes);
  }

  /** Promises bytes of the pools on a host, or gives them back (sign -1). */
  promise(host: string, diskBytes: ReadonlyMap<string, DiskBytes>, sign: 1 | -1): void {
    for (const [pool, { toMake, all }] of diskBytes) {
      const account = this.#hosts.get(host)?.get(pool);
      if (!account) continue;
      account.toMakeBytes += sign * toMake;
      account.allBytes += sign * all;
    }
  }

  /** True if a change on one host can change the answer for others. */
  isFleetWide(host: string, diskBytes: ReadonlyMap<string, DiskBytes>): boolean {
    for (const [pool, { all }] of diskBytes)
      if (all > 0 && !this.#keys.get(host)?.includes(`${pool}@${host}`)) return true;
    return false;
  }

  sizes(): Readonly<Record<string, number>> {
    const reports = [...this.#accounts.values()].reduce((sum, account) => sum + account.reports.size, 0);
    return { storageAccounts: this.#accounts.size, storageReports: reports, storageHosts: this.#hosts.size };
  }

  #forgetReports(keys: readonly string[], host: string): void {
    for (const key of keys) {
      const account = this.#accounts.get(key);
      account?.reports.delete(host);
      if (account) account.least = undefined;
    }
  }

  /** Of a pool that no host offers nothing is promised either. */
  #dropUnreported(keys: readonly string[]): void {
    for (const key of keys) if (this.#accounts.get(key)?.reports.size === 0) this.#accounts.delete(key);
  }
}
