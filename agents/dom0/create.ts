/**
 * Makes a domain: policy, cfg, dry run, disks, then the one call that starts it. The cfg and its dry run leave nothing behind, so they
 * do not wait for `saved`, the record that must be durable before anything is made.
 */
import { diskFileName } from '../../common/names';
import type { HostPort } from '../host/port';
import type { CreateOutcome } from '../reconcile/outcome';
import { renderCfg } from '../xl/cfg';
import type { CfgInput } from '../xl/cfg';
import { compareDryRun, differenceText } from '../xl/dryrun';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { markText } from '../xl/mark';
import { refusalText } from '../xl/order';
import type { OrderDisk, RunOrder } from '../xl/order';
import { checkPolicy } from '../xl/policy';
import type { Policy, PolicyResult } from '../xl/policy';
import { BUSY, EXISTS, MISSING, NO_POOL, NOT_RAW, NOT_YOURS, RETIRED, UNKNOWN } from '../host/exit-codes';
import { cfgFile } from './layout';
import type { Layout } from './layout';
import { noPool } from '../storage/pools';
import type { Pools } from '../storage/pools';

export interface CreateCall {
  readonly uuid: string;
  readonly order: RunOrder;
  /** Names of disks that were made before: they are never made again. */
  readonly knownDisks: readonly string[];
  readonly policy: PolicyResult;
  readonly saved: Promise<void>;
}

const SAFE_IMAGE = /^[A-Za-z0-9][A-Za-z0-9._+-]*(\/[A-Za-z0-9][A-Za-z0-9._+-]*)*$/;
const DRY_RUN_DEADLINE_MS = 30_000;
/** Copying an image may take long; the disk appears under its name only when whole. */
const DISK_DEADLINE_MS = 3_600_000;
/** Scrubbing and building hundreds of GiB takes minutes. */
const CREATE_DEADLINE_MS = 600_000;

export class Creator {
  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
    private readonly pools: Pools,
  ) {}

  async create({ uuid, order, knownDisks, policy, saved }: CreateCall): Promise<CreateOutcome> {
    if (!policy.ok) return failed('PolicyRefused', policy.message);
    const refusal = checkPolicy(policy.policy, order);
    if (refusal) return failed('PolicyRefused', refusalText(refusal));
    const input: CfgInput = { uuid, order, imageDir: policy.policy.imageDir };
    const cfg = renderCfg(input);
    if (!cfg.ok) return failed('InvalidOrder', refusalText(cfg.refusal));
    const path = cfgFile(this.layout, uuid);
    // Made anew before every use, so it need not outlive a power loss.
    const dryRun = this.host.putFile(path, cfg.text, { durable: false }).then(() => this.dryRun(path, input));
    const [misread, disks] = await Promise.all([
      dryRun,
      saved.then(() => this.makeDisks(input, { known: knownDisks, policy: policy.policy })),
    ]);
    if (disks.failure) return { kind: 'failed', failure: disks.failure, disks: disks.made };
    if (misread) return { kind: 'failed', failure: misread, disks: disks.made };
    return this.start(input, path, disks.made);
  }

  private async dryRun(path: string, input: CfgInput): Promise<Failure | undefined> {
    const argv = ['xl', 'create', '-n', this.layout.root + path];
    const result = await this.host.exec(argv, { deadlineMs: DRY_RUN_DEADLINE_MS });
    if (result.end !== 'exited' || result.code !== 0) return explain('xl create -n', result);
    const differences = compareDryRun(result.stdout, input);
    if (!differences) return { reason: 'ConfigRejected', message: 'xl create -n printed no configuration' };
    if (differences.length > 0) return { reason: 'ConfigRejected', message: differenceText(differences) };
    return undefined;
  }

  private async makeDisks(
    input: CfgInput,
    { known, policy }: { known: readonly string[]; policy: Policy },
  ): Promise<{ made: string[]; failure?: Failure }> {
    const made: string[] = [];
    for (const disk of input.order.disks ?? []) {
      const failure = await this.makeDisk(input, disk, { known: known.includes(disk.name), policy });
      if (failure) return { made, failure };
      made.push(disk.name);
    }
    return { made };
  }

  private async makeDisk(
    { uuid, order, imageDir }: CfgInput,
    disk: OrderDisk,
    { known, policy }: { known: boolean; policy: Policy },
  ): Promise<Failure | undefined> {
    if (disk.image !== undefined && !SAFE_IMAGE.test(disk.image))
      return {
        reason: 'InvalidOrder',
        message: `the image of disk ${disk.name} is no file name under the image directory`,
      };
    const pool = { name: disk.pool, path: disk.path };
    const marker = await this.pools.open(pool, policy);
    if ('reason' in marker) return marker;
    const file = diskFileName(uuid, disk.name);
    const { namespace, name } = order.vm;
    const args = [
      ...[known ? 'known' : 'make', pool.path, pool.name, marker.id, file, String(disk.sizeBytes)],
      ...[imageDir, disk.image ?? '-', order.fleetID, namespace, name],
    ];
    const result = await this.host.locked(uuid, 'make-disk', args, { deadlineMs: DISK_DEADLINE_MS });
    if (result.end !== 'exited') return explain(`making disk ${disk.name}`, result);
    switch (result.code) {
      case 0:
        return undefined;
      case NO_POOL:
        return noPool(pool, result.stderr);
      case MISSING:
        return {
          reason: 'DiskMissing',
          message: `disk ${disk.name} was made before, and pool ${pool.name} does not hold ${pool.path}/${file}: mount the file system that holds it, or restore it from a backup; it is never made anew`,
        };
      case NOT_YOURS:
        return {
          reason: 'DiskNotOwned',
          message: `disk ${disk.name} is not given to ${namespace}/${name} (${result.stderr.trim()}): docs/storage.md tells how an administrator gives or removes it`,
        };
      case NOT_RAW:
        return { reason: 'ImageNotRaw', message: `disk ${disk.name} was not made: ${result.stderr.trim()}` };
      default:
        return explain(`making disk ${disk.name}`, result);
    }
  }

  private async start({ uuid, order }: CfgInput, path: string, disks: string[]): Promise<CreateOutcome> {
    const { fleetID, epoch, vm } = order;
    const mark = markText({ fleetID, epoch, namespace: vm.namespace, name: vm.name });
    const args = [this.layout.stateDir, uuid, String(epoch), path, mark];
    const result = await this.host.locked(uuid, 'create', args, { deadlineMs: CREATE_DEADLINE_MS });
    if (result.end !== 'exited') return { kind: 'unclear' };
    switch (result.code) {
      case 0:
        return { kind: 'created', disks };
      case RETIRED:
        return { kind: 'retired', epoch: Number(/retired (\d+)/.exec(result.stdout)?.[1] ?? order.epoch) };
      case UNKNOWN:
      case EXISTS:
        return { kind: 'unclear' };
      case BUSY:
        return failed(
          'ToolstackHung',
          'an earlier call for this domain has not ended on the host; xenstored may be stuck',
        );
      default:
        return { kind: 'failed', failure: explain('xl create', result), disks };
    }
  }
}

function failed(reason: Failure['reason'], message: string): CreateOutcome {
  return { kind: 'failed', failure: { reason, message }, disks: [] };
}
