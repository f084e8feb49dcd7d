/**
 * The storage pools of a Dom0. A pool is opened before its first use: its marker is read, or made
 * in an empty folder, and remembered on the Dom0 before anything is made in the pool. From then on
 * the same marker must be there. So a folder whose file system is not mounted never passes for the
 * pool.
 */
import { createHash } from 'node:crypto';
import type { XenAgent } from '../../crds/generated/types';
import type { HostPort } from '../host/port';
import { howToMark } from '../reconcile/pools';
import type { Pool } from '../reconcile/pools';
import { busy } from '../xl/busy';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { parseMarker } from '../xl/marker';
import type { Marker } from '../xl/marker';
import { isStoragePath } from '../xl/policy';
import type { Policy } from '../xl/policy';
import { BUSY, NO_POOL } from '../host/exit-codes';

/** What the Dom0 remembers of its pools. */
export interface PoolMemory {
  /** ID in the marker of a pool that was used here before. */
  poolID(pool: Pool): string | undefined;
  /** Durable when the promise resolves. The pool must not be used before that. */
  rememberPool(pool: Pool, id: string): Promise<void>;
}

export interface PoolsOptions {
  readonly host: HostPort;
  readonly memory: PoolMemory;
  readonly agent: () => XenAgent | undefined;
}

const DEADLINE_MS = 60_000;

export class Pools {
  constructor(private readonly options: PoolsOptions) {}

  /** The marker that the pool's folder must hold. Asks the host only if it is not remembered. */
  async open(pool: Pool, policy: Policy): Promise<Marker | Failure> {
    const { host, memory } = this.options;
    const id = memory.poolID(pool);
    if (id !== undefined) return { name: pool.name, id };
    const args = [pool.path, pool.name, this.mayMark(pool, policy) ? 'mark' : 'look'];
    const result = await host.locked(lockOf(pool), 'open-pool', args, { deadlineMs: DEADLINE_MS });
    const what = `opening pool ${pool.name}`;
    if (result.code === NO_POOL) return noPool(pool, result.stderr);
    if (result.code === BUSY) return busy(what, 'pool');
    if (result.code !== 0) return explain(what, result);
    const marker = parseMarker(result.stdout);
    if (marker?.name !== pool.name) return noPool(pool, `its marker says ${JSON.stringify(result.stdout.trim())}`);
    await memory.rememberPool(pool, marker.id);
    return marker;
  }

  /** Name of the pool in a folder, by the XenAgent. For orders that name the folder alone. */
  nameAt(path: string): string | undefined {
    return this.options.agent()?.spec.storagePools?.find((pool) => pool.path === path)?.name;
  }

  /**
   * Only the empty folder of a local pool may be marked. That of a shared pool would get marked on
   * a host that has not mounted it, and then look like the pool. An administrator marks a shared
   * pool, once.
   */
  private mayMark({ name, path }: Pool, policy: Policy): boolean {
    const known = this.options.agent()?.spec.storagePools?.find((pool) => pool.name === name && pool.path === path);
    return known?.locality === 'local' && isStoragePath(policy, path);
  }
}

/**
 * Between the look whether a folder is empty and its marker nobody else may mark it, under whatever
 * name. One folder is one lock, so that a pool that hangs holds up no other one.
 */
function lockOf({ path }: Pool): string {
  return `pool-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

export function noPool(pool: Pool, words: string): Failure {
  const message = `storage pool ${pool.name} is not at ${pool.path} of the host (${words.trim()}): ${howToMark(pool)}`;
  return { reason: 'PoolMissing', message };
}
