/**
 * Properties over random histories: a small model of a host obeys the steps, while guests, people,
 * reboots, clocks, the API and the agent's own death do as they like. What must never happen is
 * checked at every step.
 */
import { ok } from 'node:assert/strict';
import fc from 'fast-check';
import { afterCreate, afterDelete, afterRetire } from '../../../agents/reconcile/outcome';
import { lasting, sinceMs } from '../../../agents/reconcile/lasting';
import type { Lasting } from '../../../agents/reconcile/lasting';
import { refusing } from '../../../agents/reconcile/record';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { nextStep } from '../../../agents/reconcile/step';
import type { OrderView, Seen, Step } from '../../../agents/reconcile/types';
import type { DomainRow } from '../../../agents/xl/list';
import { event } from './history';
import type { Event } from './history';
import { RULES } from './rules';
import { FLEET, MARK, NOW, UUID, order, row } from '../orders';

class World {
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
  steps: string[] = [];
  ranAtEpoch = new Set<number>();

  happen(what: Event): void {
    this.blind = what.kind === 'blind';
    if (what.kind === 'createFails') this.createFails = true;
    if (what.kind === 'retireDies') this.retireDies = true;
    if (what.kind === 'confirm') this.confirmed = this.boot;
    this.change(what);
  }

  private change(what: Event): void {
    switch (what.kind) {
      case 'order': {
        const epoch = this.record ? this.record.epoch + (what.raise ? 1 : 0) : 1;
        const { desired, runPolicy } = what;
        this.api = { kind: 'given', spec: order({ desired, runPolicy, epoch }), confirmed: true };
        return;
      }
      case 'vanish':
        this.api = { kind: 'vanished' };
        return;
      case 'away':
        this.api = { kind: 'unheard' };
        return;
      case 'destroyed':
        this.rows = [];
        return;
      case 'hostReboot':
        this.rows = [];
        this.boot += 1;
        this.api = { kind: 'unheard' };
        return;
      case 'agentDies':
        this.record = this.record && (JSON.parse(JSON.stringify(this.record)) as DomainRecord);
        this.lasting = {};
        if (this.asked) this.asked.deaths += 1;
        return;
      case 'guest':
        this.rows = this.rows.map((one) =>
          one.state === 'running' ? { ...one, state: 'shutdown', reason: what.reason } : one,
        );
        return;
      case 'time':
        this.nowMs += what.ms;
        this.monotonicMs += what.ms;
        return;
      case 'clock':
        this.nowMs += what.ms;
        return;
      default: // A flag, set above.
        return;
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
      if (!this.obey(step)) return;
    }
    ok(false, `no rest: ${this.steps.slice(-10).join(' ')}`);
  }

  private check(step: Step): void {
    const held = step.record ?? this.record;
    for (const [rule, holds] of RULES) ok(holds(step.act, this, held), rule);
  }

  private obey({ act }: Step): boolean {
    const held = this.record as DomainRecord;
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

describe('one domain, any history', () => {
  it('breaks no rule, and always comes to rest', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const world = new World();
        for (const what of events) {
          world.happen(what);
          world.settle();
        }
      }),
      { seed: 42, numRuns: 4000 },
    );
  });

  it('ends as ordered when everything works and time passes', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 25 }),
        fc.constantFrom('Running' as const, 'Stopped' as const, 'Absent' as const),
        (events, desired) => {
          const world = new World();
          for (const what of events) {
            world.happen(what);
            world.settle();
          }
          world.createFails = false;
          world.retireDies = false;
          world.confirmed = world.boot;
          world.happen({ kind: 'order', desired, runPolicy: 'Always', raise: true });
          for (let round = 0; round < 6; round += 1) {
            world.settle();
            world.happen({ kind: 'time', ms: 400_000 });
          }
          world.settle();
          ok(world.rows.length === (desired === 'Running' ? 1 : 0), `${desired}: ${world.steps.slice(-12).join(' ')}`);
        },
      ),
      { seed: 43, numRuns: 2000 },
    );
  });
});
