/** Carries out one step about one domain, and keeps what came of it. It decides nothing. */
import type { Clock } from '../../common/ports';
import type { Creator } from '../dom0/create';
import type { Disks } from '../dom0/disks';
import type { Checkpoints } from '../dom0/checkpoints';
import type { Toolstack } from '../dom0/toolstack';
import type { View } from '../dom0/view';
import { errorText, type Log } from '../log';
import { afterCreate, afterDelete, afterRetire } from '../reconcile/outcome';
import { ownerOf } from '../reconcile/owner';
import type { Owner } from '../reconcile/owner';
import { knownDisks } from '../reconcile/disks';
import type { Act, Report } from '../reconcile/types';
import type { Failure } from '../xl/errors';
import type { RunOrder } from '../xl/order';
import type { PolicyResult } from '../xl/policy';
import { notEnded, whileWaiting, whyNotCreated } from './act-reports';
import type { Decision, Next } from './decision';
import type { Freshness } from './gather';
import { Lanes } from './lanes';
import type { Acting } from './lanes';
import type { Reports } from './reports';
import type { ActName, Transitions } from './transitions';

export interface ActsOptions {
  readonly checkpoints: Checkpoints;
  readonly view: View;
  readonly toolstack: Toolstack;
  readonly creator: Creator;
  readonly disks: Disks;
  readonly reports: Reports;
  readonly transitions: Transitions;
  readonly policy: () => Promise<PolicyResult>;
  readonly clock: Clock;
  readonly log: Log;
  /** To be called when what runs, or what is remembered, has changed. */
  readonly onChanged: () => void;
  readonly wakeIn: (uuid: string, delayMs: number) => void;
  /** Another agent process has begun on this Dom0. */
  readonly isDisplaced: () => Promise<boolean>;
}

type ActOf<K extends Act['do']> = Extract<Act, { do: K }>;

const RETRY_MS = 5000;
const SOONEST_WAKE_MS = 50;

export class Acts {
  private readonly lanes = new Lanes();

  constructor(private readonly options: ActsOptions) {}

  async perform(decision: Decision, act: Act): Promise<Next> {
    if (act.do === 'idle') return this.idle(decision);
    if (act.do === 'report') return this.report(decision, act);
    const { uuid, record, freshness } = decision;
    this.options.transitions.begin(uuid, act.do, record?.epoch);
    delete freshness.left;
    // A create checks its cfg meanwhile. All other acts wait until the record is durable.
    if (act.do !== 'create') {
      await decision.saved;
      // After that: who begins here reads all that came before an act which is still under way.
      if (await this.options.isDisplaced()) return this.later(uuid);
    }
    const report = whileWaiting(act.do, decision.input.record?.stopping !== undefined);
    if (report) this.say(decision, report);
    return this.lanes.run(act, record, () => this.carryOut(decision, act));
  }

  private later(uuid: string): Next {
    this.options.wakeIn(uuid, RETRY_MS);
    return 'wait';
  }

  private carryOut(decision: Decision, act: Acting): Promise<Next> {
    switch (act.do) {
      case 'create':
        return this.create(decision, act.order);
      case 'shutdown':
        return this.shutdown(decision, act.seconds);
      case 'destroy':
        return this.destroy(decision);
      case 'reap':
        return this.reap(decision, act);
      case 'retire':
        return this.retire(decision, act.epoch);
      case 'deleteDisks':
        return this.deleteDisks(decision, act);
    }
  }

  private async idle({ uuid, record, input, saved }: Decision): Promise<Next> {
    await saved;
    this.options.transitions.forget(uuid);
    if (record !== input.record) this.options.onChanged();
    return 'wait';
  }

  private async report(decision: Decision, { report, wakeAtMs }: ActOf<'report'>): Promise<Next> {
    const { uuid, input, record, saved } = decision;
    // A receipt must not come before its record. Other news need not wait for a write that is late.
    if (record !== input.record || report.phase === 'Absent') await saved;
    const row = input.seen.kind === 'rows' ? input.seen.rows[0] : undefined;
    this.say(decision, report, row?.domid);
    if (wakeAtMs !== undefined) this.options.wakeIn(uuid, Math.max(SOONEST_WAKE_MS, wakeAtMs - input.nowMs));
    return 'wait';
  }

  private async create(decision: Decision, order: RunOrder): Promise<Next> {
    const { uuid, freshness, input, record, saved } = decision;
    const { creator, checkpoints, clock, log, policy, transitions } = this.options;
    if (!record) throw new Error('a create without a record');
    const call = { uuid, order, knownDisks: knownDisks(record), policy: await policy(), saved };
    const outcome = await creator.create(call);
    this.settled(freshness);
    const { bootID } = input.host;
    const after = afterCreate(record, { order, outcome, bootID, nowMs: clock.wallMs() });
    const durable = after === record ? Promise.resolve() : checkpoints.save(after);
    this.options.onChanged();
    if (outcome.kind !== 'created') {
      transitions.failed(uuid, 'create', whyNotCreated(outcome));
      await durable;
      return 'again';
    }
    // It runs, and that can be said before it is on disk. If the write fails, it is still owed.
    durable.catch((error: unknown) => log.error({ uuid, error: errorText(error) }, 'a record could not be written'));
    freshness.left = { kind: 'created' };
    return 'again';
  }

  /** If asking the guest fails, it still gets its time. */
  private async shutdown(decision: Decision, seconds: number): Promise<Next> {
    const { uuid, input, freshness } = decision;
    const outcome = await this.options.toolstack.shutdown(uuid, ownerIn(decision), seconds);
    this.settled(freshness);
    this.options.onChanged();
    if (outcome.kind !== 'done') this.options.transitions.failed(uuid, 'shutdown', outcome.failure);
    freshness.left = input.seen;
    return 'again';
  }

  private async destroy(decision: Decision): Promise<Next> {
    const { uuid, freshness } = decision;
    const outcome = await this.options.toolstack.destroy(uuid, ownerIn(decision));
    this.settled(freshness);
    this.options.onChanged();
    if (outcome.kind !== 'done') return this.failed(decision, 'destroy', outcome.failure);
    freshness.left = { kind: 'rows', rows: [] };
    return 'again';
  }

  /** What is there may have been spared: the next listing tells. */
  private async reap(decision: Decision, still: ActOf<'reap'>): Promise<Next> {
    const { uuid, freshness } = decision;
    const outcome = await this.options.toolstack.destroy(uuid, ownerIn(decision), still);
    this.settled(freshness);
    this.options.onChanged();
    return outcome.kind === 'done' ? 'again' : this.failed(decision, 'reap', outcome.failure);
  }

  private async retire(decision: Decision, epoch: number): Promise<Next> {
    const { uuid, freshness, record } = decision;
    const { toolstack, checkpoints, clock } = this.options;
    const outcome = await toolstack.retire(uuid, epoch);
    this.settled(freshness);
    if (outcome.kind === 'failed') return this.failed(decision, 'retire', outcome.failure);
    if (outcome.kind === 'unclear' || !record) return 'again';
    await checkpoints.save(afterRetire(record, epoch, clock.wallMs()));
    await checkpoints.dropCfg(uuid).catch(() => undefined);
    freshness.left = { kind: 'rows', rows: [] };
    this.options.onChanged();
    return 'again';
  }

  private async deleteDisks({ uuid, record }: Decision, act: ActOf<'deleteDisks'>): Promise<Next> {
    if (!record) throw new Error('disks to delete without a record');
    const { disks, checkpoints, clock, policy, transitions } = this.options;
    const key = await policy();
    const deleted: string[] = [];
    let failure: Failure | undefined;
    for (const disk of act.disks) {
      const problem: Failure | undefined = key.ok
        ? await disks.delete(uuid, disk, record.vm, key.policy)
        : { reason: 'PolicyRefused', message: key.message };
      if (!problem) deleted.push(disk.name);
      else failure ??= problem;
    }
    if (failure) transitions.failed(uuid, 'deleteDisks', failure);
    await checkpoints.save(afterDelete(record, deleted, failure, clock.wallMs()));
    this.options.onChanged();
    return 'again';
  }

  /** From now on only listings that begin later count for this domain. */
  private settled(freshness: Freshness): void {
    freshness.notBefore = this.options.view.nextNumber;
  }

  private failed(decision: Decision, act: ActName, failure: Failure): Next {
    this.options.transitions.failed(decision.uuid, act, failure);
    this.say(decision, notEnded(failure));
    this.options.wakeIn(decision.uuid, RETRY_MS);
    return 'wait';
  }

  private say({ uuid, order, input, record }: Decision, report: Report, domid?: number): void {
    this.options.reports.say(uuid, { report, order, record, domid, bootID: input.host.bootID });
  }
}

function ownerIn({ record }: Decision): Owner {
  if (!record) throw new Error('a domain to end without a record');
  return ownerOf(record);
}
