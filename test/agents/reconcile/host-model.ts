/** A small model of a host that obeys the steps, and of all that may happen around it. */
import { equal, ok } from 'node:assert/strict';
import { afterCreate, afterDelete, afterRetire } from '../../../agents/reconcile/outcome';
import { lasting, sinceMs } from '../../../agents/reconcile/lasting';
import type { Lasting } from '../../../agents/reconcile/lasting';
import { refusing, underWay } from '../../../agents/reconcile/record';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { nextStep } from '../../../agents/reconcile/step';
import type { OrderView, Seen, Step } from '../../../agents/reconcile/types';
import type { DomainRow } from '../../../agents/xl/list';
import type { Event } from './history';
import { OnceDone } from './once-done';
import { RULES } from './rules';
import { FLEET, MARK, NOW, UUID, order, row } from '../orders';

export class World {
  nowMs = NOW;
  monotonicMs = 0;
  lasting: Lasting = {};
  /** Monotonic time since when the guest is asked to shut down, and the agent's deaths since. */
  asked: { sinceMs: number; deaths: number } | undefined;
  boot = 1;
  /** The boot that the API names. */
  confirmed = 1;
  rows: DomainRow[] = [];
  record: DomainRecord | undefined;
  api: OrderView = { kind: 'unheard' };
  blind = false;
  createFails = false;
  domid = 1;
  refused = 0;
  receipt = 0;
  retireDies = false;
  diesInAct = false;
  /** Orders by what they were when an operation was added. */
  orders: OrderView[] = [];
  readonly once = new OnceDone();
  steps: string[] = [];
  ranAtEpoch = new Set<number>();

  happen(what: Event): void {
    this.blind = what.kind === 'blind';
    if (what.kind === 'createFails') this.createFails = true;
    if (what.kind === 'retireDies') this.retireDies = true;
    if (what.kind === 'diesInAct') this.diesInAct = true;
    if (what.kind === 'confirm') this.confirmed = this.boot;
    this.change(what);
  }

  private change(what: Event): void {
    if (!this.onHost(what)) this.inApi(what);
  }

  /** What happens to orders. */
  private inApi(what: Event): void {
    switch (what.kind) {
      case 'order': {
        const epoch = this.record ? this.record.epoch + (what.raise ? 1 : 0) : 1;
        const { desired, runPolicy } = what;
        const operation = this.record?.order.operation;
        const spec = order({ desired, runPolicy, epoch, ...(operation && { operation }) });
        this.api = { kind: 'given', spec, confirmed: true };
        return;
      }
      case 'operation':
        return this.add(what);
      case 'restore': {
        const before = this.orders.at(-1 - what.back);
        // An agent takes no older epoch; what it says to that is another test's.
        if (before?.kind === 'given' && before.spec.epoch === this.record?.epoch) this.api = before;
        return;
      }
      case 'vanish':
        this.api = { kind: 'vanished' };
        return;
      case 'away':
        this.api = { kind: 'unheard' };
        return;
      default: // A flag, set above.
        return;
    }
  }

  private add({ type, gracePeriodSeconds }: Extract<Event, { kind: 'operation' }>): void {
    if (this.api.kind !== 'given') return;
    this.orders.push(this.api);
    const uid = `op-${this.orders.length}`;
    const createdAt = new Date(NOW + this.orders.length * 1000).toISOString();
    const operation = { uid, createdAt, type, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) };
    this.api = { ...this.api, spec: { ...this.api.spec, operation } };
  }

  /** Whether it was one of those. */
  private onHost(what: Event): boolean {
    switch (what.kind) {
      case 'destroyed':
        this.rows = [];
        // A guest that is gone before anybody saw it leaves no trace of its start.
        if (this.record?.creating) this.once.onUnseen();
        return true;
      case 'hostReboot':
        this.rows = [];
        this.boot += 1;
        this.once.onUnseen();
        this.api = { kind: 'unheard' };
        return true;
      case 'agentDies':
        this.record = this.record && (JSON.parse(JSON.stringify(this.record)) as DomainRecord);
        this.lasting = {};
        if (this.asked) this.asked.deaths += 1;
        return true;
      case 'guest':
        this.rows = this.rows.map((one) =>
          one.state === 'running' ? { ...one, state: 'shutdown', reason: what.reason } : one,
        );
        return true;
      case 'time':
        this.nowMs += what.ms;
        this.monotonicMs += what.ms;
        return true;
      case 'clock':
        this.nowMs += what.ms;
        return true;
      default:
        return false;
    }
  }

  settle(): void {
    for (let turn = 0; turn < 10; turn += 1) {
      const seen: Seen = this.blind
        ? { kind: 'unknown', reason: 'ToolstackHung', message: 'x' }
        : { kind: 'rows', rows: this.rows };
      const bootID = `boot-${this.boot}`;
      const host = { fleetID: FLEET, bootID, confirmedBootID: `boot-${this.confirmed}`, startUnconfirmed: false };
      const { record, nowMs: wallMs, monotonicMs } = this;
      this.lasting = lasting(this.lasting, { seen, record, wallMs, monotonicMs });
      const step = nextStep({
        rowForMs: sinceMs(this.lasting.row, monotonicMs),
        askedForMs: sinceMs(this.lasting.asked, monotonicMs),
        uuid: UUID,
        order: this.api,
        seen,
        host,
        nowMs: this.nowMs,
        mark: MARK,
        ...(this.record && { record: this.record }),
      });
      this.check(step);
      this.record = step.record ?? this.record;
      this.lasting = lasting(this.lasting, { seen, record: this.record, wallMs, monotonicMs });
      if (this.record?.stopping === undefined) this.asked = undefined;
      else this.asked ??= { sinceMs: monotonicMs, deaths: 0 };
      this.steps.push(step.act.do);
      if (!this.obeyOrDie(step)) return;
    }
    ok(false, `no rest: ${this.steps.slice(-10).join(' ')}`);
  }

  private count(act: Step['act'], held: DomainRecord | undefined): void {
    const operation = held && underWay(held);
    if ((act.do === 'destroy' || act.do === 'reap') && this.rows.length > 0) this.once.count(operation, 'ends');
    if (act.do === 'create' && !this.createFails) this.once.count(operation, 'starts');
  }

  private check(step: Step): void {
    const held = step.record ?? this.record;
    if (held) equal(this.once.problem(held), undefined);
    for (const [rule, holds] of RULES) ok(holds(step.act, this, held), rule);
  }

  /** An agent that dies in an act remembers what it wrote before it. */
  private obeyOrDie(step: Step): boolean {
    const held = this.record as DomainRecord;
    const dies = this.diesInAct && ['create', 'shutdown', 'destroy', 'reap'].includes(step.act.do);
    const goesOn = this.obey(step);
    if (!dies) return goesOn;
    this.diesInAct = false;
    this.change({ kind: 'agentDies' });
    this.record = held;
    return false;
  }

  private obey({ act }: Step): boolean {
    const held = this.record as DomainRecord;
    this.count(act, held);
    switch (act.do) {
      case 'idle':
      case 'report':
        return false;
      case 'create': {
        const failed = this.createFails;
        this.createFails = false;
        const failure = { reason: 'OutOfMemory', message: 'x' } as const;
        const outcome = failed
          ? ({ kind: 'failed', failure, disks: [] } as const)
          : ({ kind: 'created', disks: [] } as const);
        if (!failed) this.rows = [row({ domid: (this.domid += 1) })];
        if (!failed) this.ranAtEpoch.add(act.epoch);
        this.record = afterCreate(held, { order: act.order, outcome, bootID: `boot-${this.boot}`, nowMs: this.nowMs });
        return true;
      }
      case 'shutdown': // A deaf guest: it ends by another event, or by the grace period.
        return true;
      case 'destroy':
      case 'reap':
        this.rows = [];
        return true;
      case 'retire':
        this.refused = Math.max(this.refused, act.epoch);
        if (this.retireDies) {
          // The refused epoch is durable, but nobody looked at the domain. The next agent reads it.
          this.retireDies = false;
          this.record = refusing(held, this.refused);
          return false;
        }
        this.receipt = Math.max(this.receipt, act.epoch);
        this.record = afterRetire(held, act.epoch, this.nowMs);
        return true;
      case 'deleteDisks':
        this.record = afterDelete(
          held,
          act.disks.map((disk) => disk.name),
        );
        return true;
    }
  }
}
