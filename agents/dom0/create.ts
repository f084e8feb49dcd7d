/**
 * Makes a domain: checks the policy, writes the cfg, does a dry run, makes the disks, and then
 * starts the domain with one call. Cfg and dry run make nothing that lasts, so they do not wait for
 * `saved`: the record, which must be durable before anything is made.
 */
import type { HostPort } from '../host/port';
import type { CreateOutcome } from '../reconcile/outcome';
import { renderCfg } from '../xl/cfg';
import type { CfgInput } from '../xl/cfg';
import type { Failure } from '../xl/errors';
import { refusalText } from '../xl/order';
import type { RunOrder } from '../xl/order';
import { checkImages, checkPolicy } from '../xl/policy';
import type { Policy, PolicyResult } from '../xl/policy';
import type { Disks } from './disks';
import { dryRun } from './dry-run';
import type { Layout } from './layout';
import { startDomain } from './start';

export interface CreateCall {
  readonly uuid: string;
  readonly order: RunOrder;
  /** Names of disks that were made before. They are never made again. */
  readonly knownDisks: readonly string[];
  readonly policy: PolicyResult;
  readonly saved: Promise<void>;
}

interface Prepared {
  readonly policy: Policy;
  readonly input: CfgInput;
  readonly text: string;
}

export class Creator {
  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
    private readonly disks: Disks,
  ) {}

  async create(call: CreateCall): Promise<CreateOutcome> {
    const prepared = this.prepare(call);
    if ('reason' in prepared) return { kind: 'failed', failure: prepared, disks: [] };
    const { uuid, order, knownDisks: known, saved } = call;
    const { policy } = prepared;
    const [misread, disks] = await Promise.all([
      dryRun(this.host, this.layout, prepared),
      saved.then(() => this.disks.make({ uuid, order, known, policy })),
    ]);
    const { failure = misread, ...found } = disks;
    if (failure) return { kind: 'failed', failure, ...found };
    return startDomain(this.host, this.layout, { uuid, order, found });
  }

  /** The text of the cfg, if the policy of the host allows what the order asks for. */
  private prepare({ uuid, order, policy }: CreateCall): Prepared | Failure {
    if (!policy.ok) return { reason: 'PolicyRefused', message: policy.message };
    const refusal = checkPolicy(policy.policy, order) ?? checkImages(order);
    if (refusal) return { reason: 'PolicyRefused', message: refusalText(refusal) };
    const input: CfgInput = { uuid, order, imageDir: policy.policy.imageDir, targets: this.disks.targets(uuid, order) };
    const cfg = renderCfg(input);
    if (!cfg.ok) return { reason: 'InvalidOrder', message: refusalText(cfg.refusal) };
    return { policy: policy.policy, input, text: cfg.text };
  }
}
