/** The account of disk pools: local bytes per host, and one account for the fleet of what hosts share. */
import type { HostState, HostStorage } from '../types';

interface Account {
  /** What each host says is free; the least counts. */
  readonly reports: Map<string, number>;
  /** The least of the reports, once it was asked for. */
  leastBytes: number | undefined;
  promisedBytes: number;
}

function least(account: Account): number {
  account.leastBytes ??= [...account.reports.values()].reduce((a, b) => Math.min(a, b), Infinity);
  return account.leastBytes;
}

const newAccount = (): Account => ({ reports: new Map(), leastBytes: undefined, promisedBytes: 0 });
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
      account.reports.set(host.name, pool.freeBytes);
      account.leastBytes = undefined;
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

  freeBytes(host: string, pool: string): number {
    const account = this.#hosts.get(host)?.get(pool);
    if (!account) return 0;
    return least(account) - account.promisedBytes;
  }

  /** Promises bytes of the pools on a host, or gives them back (sign -1). */
  promise(host: string, diskBytes: ReadonlyMap<string, number>, sign: 1 | -1): void {
    for (const [pool, bytes] of diskBytes) {
      const account = this.#hosts.get(host)?.get(pool);
      if (account) account.promisedBytes += sign * bytes;
    }
  }

  /** True if a change on one host can change the answer for others. */
  isFleetWide(host: string, diskBytes: ReadonlyMap<string, number>): boolean {
    for (const [pool, bytes] of diskBytes)
      if (bytes > 0 && !this.#keys.get(host)?.includes(`${pool}@${host}`)) return true;
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
      if (account) account.leastBytes = undefined;
    }
  }

  /** Of a pool that no host offers nothing is promised either. */
  #dropUnreported(keys: readonly string[]): void {
    for (const key of keys) if (this.#accounts.get(key)?.reports.size === 0) this.#accounts.delete(key);
  }
}
