/** The acts that end or clear away a domain, each under the lock of its UUID on the Dom0, each with a closed set of outcomes. */
import { diskFileName } from '../../common/names';
import type { DomainRecord } from '../reconcile/record';
import type { DeletedDisk } from '../reconcile/types';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { refusalText } from '../xl/order';
import { checkPolicy } from '../xl/policy';
import type { Policy } from '../xl/policy';
import type { ExecResult, HostPort } from '../host/port';
import { ABSENT, BUSY, EXISTS, NO_POOL, NOT_YOURS, UNKNOWN } from '../host/exit-codes';
import type { Layout } from './layout';
import { noPool } from '../storage/pools';
import type { Pools } from '../storage/pools';

/** timeout(1)'s. */
const TIMED_OUT = 124;

/** done: what was asked is true now. unclear: look again before anything else. */
export type ActOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'unclear'; readonly failure: Failure }
  | { readonly kind: 'failed'; readonly failure: Failure };

const ACT_DEADLINE_MS = 120_000;

export class Toolstack {
  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
    private readonly pools: Pools,
  ) {}

  /** Asks the guest; presses the power button of one that has no PV drivers. A guest that does not answer in time stays asked. */
  async shutdown(uuid: string, seconds: number): Promise<ActOutcome> {
    const polite = await this.run(uuid, 'shutdown', [uuid, String(seconds)]);
    const noDrivers = polite.code !== null && polite.stderr.includes('PV control interface not available');
    const result = noDrivers ? await this.run(uuid, 'shutdown', [uuid, '-F', String(seconds)]) : polite;
    return [ABSENT, TIMED_OUT].includes(result.code ?? 0) ? { kind: 'done' } : outcomeOf('xl shutdown', result);
  }

  /** Every domain of the UUID, or only the one that is `still` so. */
  async destroy(uuid: string, still?: { domid: number; state: 'shutdown' | 'paused' }): Promise<ActOutcome> {
    const args = still ? [uuid, String(still.domid), still.state === 'paused' ? 'p' : 's'] : [uuid];
    return outcomeOf('xl destroy', await this.run(uuid, 'destroy', args));
  }

  async retire(uuid: string, epoch: number): Promise<ActOutcome> {
    return outcomeOf('retiring', await this.run(uuid, 'retire', [this.layout.stateDir, uuid, String(epoch)]));
  }

  /** A disk of this VM; where its pool is not mounted it fails, since the disk is there still. */
  async deleteDisk(uuid: string, disk: DeletedDisk, vm: DomainRecord['vm'], policy: Policy): Promise<ActOutcome> {
    const refusal = checkPolicy(policy, { deleteDisks: [disk] });
    if (refusal) return { kind: 'failed', failure: { reason: 'PolicyRefused', message: refusalText(refusal) } };
    const name = disk.pool ?? this.pools.nameAt(disk.path);
    if (name === undefined) {
      const message = `deleteDisks[${disk.name}].pool is missing, and the host knows no pool at ${disk.path}: add the XenStoragePool that the disk is in`;
      return { kind: 'failed', failure: { reason: 'InvalidOrder', message } };
    }
    const pool = { name, path: disk.path };
    const marker = await this.pools.open(pool, policy);
    if ('reason' in marker) return { kind: 'failed', failure: marker };
    const args = [pool.path, pool.name, marker.id, diskFileName(uuid, disk.name), vm.namespace, vm.name];
    const result = await this.run(uuid, 'delete-disk', args);
    if (result.end === 'exited' && result.code === NO_POOL)
      return { kind: 'failed', failure: noPool(pool, result.stderr) };
    if (result.end === 'exited' && result.code === NOT_YOURS) {
      const message = `disk ${disk.name} is not deleted (${result.stderr.trim()}): docs/storage.md tells how an administrator gives or removes it`;
      return { kind: 'failed', failure: { reason: 'DiskNotOwned', message } };
    }
    return outcomeOf(`deleting disk ${disk.name}`, result);
  }

  private run(uuid: string, script: string, args: readonly string[]): Promise<ExecResult> {
    return this.host.locked(uuid, script, args, { deadlineMs: ACT_DEADLINE_MS });
  }
}

export function outcomeOf(what: string, result: ExecResult): ActOutcome {
  if (result.end === 'exited' && result.code === 0) return { kind: 'done' };
  const failure = explain(what, result);
  const unclear = result.end !== 'exited' || [UNKNOWN, EXISTS, BUSY].includes(result.code ?? 0);
  return { kind: unclear ? 'unclear' : 'failed', failure };
}
