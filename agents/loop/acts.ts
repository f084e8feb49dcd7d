/** Carries out one step about one domain, and keeps what came of it. Never decides. */
import type { ObjectMeta } from '../../crds/generated/types';
import type { Clock } from '../../common/ports';
import type { Creator } from '../dom0/create';
import type { Disks } from '../dom0/disks';
import type { Store } from '../dom0/store';
import type { ActOutcome, Toolstack } from '../dom0/toolstack';
import type { View } from '../dom0/view';
import { Lanes } from './semaphore';
import type { Log } from '../log';
import { afterCreate, afterDelete, afterRetire } from '../reconcile/outcome';
import { knownDisks } from '../reconcile/record';
import type { DomainRecord } from '../reconcile/record';
import type { Act, Report, Seen, StepInput } from '../reconcile/types';
import type { Sayer } from '../status/domain-writer';
import type { Failure } from '../xl/errors';
import type { RunOrder } from '../xl/order';
import type { PolicyResult } from '../xl/policy';

export interface ActsOptions {
  readonly store: Store;
  readonly view: View;
  readonly toolstack: Toolstack;
  readonly creator: Creator;
  readonly disks: Disks;
  readonly sayer: Sayer;
  readonly policy: () => Promise<PolicyResult>;
  readonly clock: Clock;
  readonly log: Log;
  /** What runs or is remembered has changed. */
  readonly onChanged: () => void;
  readonly wakeIn: (uuid: string, delayMs: number) => void;
}

/** What our own acts tell of a domain before the next listing does. */
export interface Traces {
  /** Number of the first look that began after our last act: an older one says nothing. */
  notBefore: number;
  /** What our last act left, until a listing has been made after it. */
  left?: Seen;
}

export interface Turn {
  readonly uuid: string;
  readonly state: Traces;
  readonly input: StepInput;
  /** Of the order that was looked at. */
  readonly order: ObjectMeta | undefined;
  readonly record: DomainRecord | undefined;
  readonly saved: Promise<void>;
}

type Acting<K extends Act['do']> = Extract<Act, { do: K }>;

const RETRY_MS = 5000;
const MAX_ACTS = 8;
const STARTING: Report = {
  phase: 'Starting',
  ready: 'False',
  reason: 'Starting',
  message: 'the domain is being made',
  transient: true,
};

export class Acts {
  private readonly creates = new Lanes(MAX_ACTS);
  /** A guest may take a minute to answer. */
  private readonly shutdowns = new Lanes(MAX_ACTS);
  private readonly others = new Lanes(MAX_ACTS);

  constructor(private readonly options: ActsOptions) {}

  /** True: ask again at once. */
  async perform(turn: Turn, act: Act): Promise<boolean> {
    if (act.do !== 'idle' && act.do !== 'report') delete turn.state.left;
    switch (act.do) {
      case 'idle':
        await turn.saved;
        if (turn.record !== turn.input.record) this.options.onChanged();
        return false;
      case 'report':
        return this.report(turn, act);
      case 'create':
        return this.creates.run(() => this.create(turn, act.order));
      case 'shutdown':
        return this.shutdowns.run(() => this.end(turn, act));
      case 'destroy':
      case 'bury':
        return this.others.run(() => this.end(turn, act));
      case 'retire':
        return this.others.run(() => this.retire(turn, act.epoch));
      case 'deleteDisks':
        return this.others.run(() => this.deleteDisks(turn, act));
    }
  }

  private async report(turn: Turn, act: Acting<'report'>): Promise<boolean> {
    const { uuid, input, record, saved } = turn;
    // What is owed to the disk since a create need not keep the news waiting; a receipt must not come before its record.
    if (record !== input.record || act.report.phase === 'Absent') await saved;
    const row = input.seen.kind === 'rows' ? input.seen.rows[0] : undefined;
    this.say(turn, act.report, record, row?.domid);
    if (act.wakeAtMs !== undefined) this.options.wakeIn(uuid, Math.max(50, act.wakeAtMs - input.nowMs));
    return false;
  }

  private async create(turn: Turn, order: RunOrder): Promise<boolean> {
    const { uuid, state, input, record, saved } = turn;
    const { creator, store, clock, log, policy } = this.options;
    if (!record) throw new Error('a create without a record');
    this.say(turn, STARTING, record);
    const outcome = await creator.create({
      uuid,
      order,
      knownDisks: knownDisks(record),
      policy: await policy(),
      saved,
    });
    state.notBefore = this.options.view.nextNumber;
    const { bootID } = input.host;
    const after = afterCreate(record, { order, outcome, bootID, nowMs: clock.wallMs() });
    const durable = after === record ? Promise.resolve() : store.save(after);
    this.options.onChanged();
    if (outcome.kind !== 'created') {
      log.warn({ uuid, outcome }, 'no domain was made');
      await durable;
      return true;
    }
    // It runs; remembering so need not keep the news waiting. Should it fail, it is owed.
    durable.catch((error: unknown) => log.error({ uuid, error: String(error) }, 'a record could not be written'));
    state.left = { kind: 'rows', rows: [madeRow(uuid, order)] };
    return true;
  }

  private async end(turn: Turn, act: Acting<'shutdown' | 'destroy' | 'bury'>): Promise<boolean> {
    const { uuid, state, input } = turn;
    await turn.saved;
    const { toolstack } = this.options;
    const outcome = await (act.do === 'shutdown'
      ? toolstack.shutdown(uuid, act.seconds)
      : toolstack.destroy(uuid, act.do === 'bury' ? act : undefined));
    state.notBefore = this.options.view.nextNumber;
    this.options.onChanged();
    const rows = input.seen.kind === 'rows' ? input.seen.rows : [];
    if (outcome.kind === 'done') {
      // A bury may have spared what is there: the next listing tells.
      if (act.do !== 'bury') state.left = { kind: 'rows', rows: act.do === 'shutdown' ? rows : [] };
      return true;
    }
    // A guest that cannot be asked still gets its time.
    if (act.do === 'shutdown') {
      this.options.log.warn({ uuid, ...outcome.failure }, 'the guest could not be asked to shut down');
      state.left = { kind: 'rows', rows };
      return true;
    }
    return this.failed(turn, outcome.failure);
  }

  private async retire(turn: Turn, epoch: number): Promise<boolean> {
    const { uuid, state, record } = turn;
    await turn.saved;
    const { toolstack, store, clock } = this.options;
    const outcome: ActOutcome = await toolstack.retire(uuid, epoch);
    state.notBefore = this.options.view.nextNumber;
    if (outcome.kind === 'failed') return this.failed(turn, outcome.failure);
    if (outcome.kind === 'unclear' || !record) return true;
    await store.save(afterRetire(record, epoch, clock.wallMs()));
    await store.dropCfg(uuid).catch(() => undefined);
    state.left = { kind: 'rows', rows: [] };
    this.options.onChanged();
    return true;
  }

  private async deleteDisks({ uuid, record, saved }: Turn, act: Acting<'deleteDisks'>): Promise<boolean> {
    await saved;
    if (!record) throw new Error('disks to delete without a record');
    const { disks, store, clock, policy } = this.options;
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
    await store.save(afterDelete(record, deleted, failure, clock.wallMs()));
    this.options.onChanged();
    return true;
  }

  private failed(turn: Turn, failure: Failure): false {
    const { uuid, record } = turn;
    this.options.log.warn({ uuid, ...failure }, 'an act failed; looking again');
    this.say(turn, { phase: 'Stopping', ready: 'False', ...failure }, record);
    this.options.wakeIn(uuid, RETRY_MS);
    return false;
  }

  private say({ uuid, order, input }: Turn, report: Report, record: DomainRecord | undefined, domid?: number): void {
    const { uid, generation } = order ?? {};
    this.options.sayer.say(uuid, { report, record, domid, uid, generation, bootID: input.host.bootID });
  }
}

/** What a create that exited 0 has left; its domid is told by the next listing. */
const madeRow = (uuid: string, order: RunOrder) => ({
  uuid,
  name: null,
  domid: -1,
  memoryMiB: order.memory.maxMiB,
  vcpus: order.vcpus.count,
  state: 'running' as const,
});
