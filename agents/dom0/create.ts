/**
 * Makes a domain: policy, cfg, dry run, disks, then the one call that starts it. The cfg and its dry run leave nothing behind, so they
 * do not wait for `saved`, the record that must be durable before anything is made.
 */
import { diskFile } from '../../common/names';
import type { HostPort } from '../host/port';
import type { CreateOutcome } from '../reconcile/outcome';
import { imageFile, renderCfg } from '../xl/cfg';
import type { CfgInput } from '../xl/cfg';
import { compareDryRun, differenceText } from '../xl/dryrun';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { markText } from '../xl/mark';
import { refusalText } from '../xl/order';
import type { OrderDisk, RunOrder } from '../xl/order';
import { checkPolicy } from '../xl/policy';
import type { PolicyResult } from '../xl/policy';
import { cfgFile } from './layout';
import type { Layout } from './layout';
import { BUSY, EXISTS, RETIRED, UNKNOWN } from './toolstack';

export interface CreateCall {
  readonly uuid: string;
  readonly order: RunOrder;
  readonly policy: PolicyResult;
  readonly saved: Promise<void>;
}

const DRY_RUN_DEADLINE_MS = 30_000;
/** Copying an image may take long; the disk appears under its name only when whole. */
const DISK_DEADLINE_MS = 3_600_000;
/** Scrubbing and building hundreds of GiB takes minutes. */
const CREATE_DEADLINE_MS = 600_000;

export class Creator {
  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
  ) {}

  async create({ uuid, order, policy, saved }: CreateCall): Promise<CreateOutcome> {
    if (!policy.ok) return failed('PolicyRefused', policy.message);
    const refusal = checkPolicy(policy.policy, order);
    if (refusal) return failed('PolicyRefused', refusalText(refusal));
    const input: CfgInput = { uuid, order, imageDir: policy.policy.imageDir };
    const cfg = renderCfg(input);
    if (!cfg.ok) return failed('InvalidOrder', refusalText(cfg.refusal));
    const path = cfgFile(this.layout, uuid);
    // Made anew before every use, so it need not outlive a power loss.
    const dryRun = this.host.putFile(path, cfg.text, { durable: false }).then(() => this.dryRun(path, input));
    const [misread, disks] = await Promise.all([dryRun, saved.then(() => this.makeDisks(input))]);
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

  private async makeDisks({ uuid, order, imageDir }: CfgInput): Promise<{ made: string[]; failure?: Failure }> {
    const made: string[] = [];
    for (const disk of order.disks ?? []) {
      const failure = await this.makeDisk(uuid, disk, imageDir);
      if (failure) return { made, failure };
      made.push(disk.name);
    }
    return { made };
  }

  private async makeDisk(uuid: string, disk: OrderDisk, imageDir: string): Promise<Failure | undefined> {
    const image = disk.image === undefined ? '-' : safeImage(imageDir, disk.image);
    if (image === undefined)
      return {
        reason: 'InvalidOrder',
        message: `the image of disk ${disk.name} is no file name under the image directory`,
      };
    const args = [diskFile(disk.path, uuid, disk.name), String(disk.sizeBytes), image];
    const result = await this.host.locked(uuid, 'make-disk', args, { deadlineMs: DISK_DEADLINE_MS });
    return result.end === 'exited' && result.code === 0 ? undefined : explain(`making disk ${disk.name}`, result);
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

function safeImage(imageDir: string, image: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]*(\/[A-Za-z0-9][A-Za-z0-9._+-]*)*$/.test(image)
    ? imageFile(imageDir, image)
    : undefined;
}

function failed(reason: Failure['reason'], message: string): CreateOutcome {
  return { kind: 'failed', failure: { reason, message }, disks: [] };
}
