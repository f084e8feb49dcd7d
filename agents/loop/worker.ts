/**
 * One worker per UUID: it looks, asks `nextStep`, does that one thing, and asks again, until there is nothing to do but wait. Events,
 * polls and timers only wake it. Two acts on one UUID never overlap; different UUIDs go side by side.
 */
import type { Timer } from '../../common/ports';
import { Acts } from './acts';
import type { ActsOptions, Traces, Turn } from './acts';
import type { AgentApi } from '../api/types';
import { errorText } from '../log';
import { nextStep } from '../reconcile/step';
import type { Act, Report, Seen, StepInput } from '../reconcile/types';
import type { Mark } from '../xl/mark';

export interface WorkersOptions extends Omit<ActsOptions, 'wakeIn'> {
  readonly api: AgentApi;
  /** False while another agent holds the Lease of the host: then nothing is done and nothing said. */
  readonly mayAct: () => boolean;
  /** The orders were heard whole in the boot of the Dom0 that goes on. */
  readonly isConfirmed: (bootID: string) => boolean;
}

interface State extends Traces {
  running: boolean;
  again: boolean;
  stale: boolean;
  failures: number;
  timer?: Timer;
}

const MAX_TURNS = 12;
const RETRY_MS = 5000;
/** A listing that fails once or twice says nothing about the guests. */
const BLIND_MS = 30_000;

export class Workers {
  private readonly states = new Map<string, State>();
  private readonly acts: Acts;
  private stopped = false;

  constructor(private readonly options: WorkersOptions) {
    this.acts = new Acts({ ...options, wakeIn: (uuid, delayMs) => this.wakeIn(uuid, delayMs) });
  }

  /** `stale`: what was listed before now does not do. */
  wake(uuid: string, stale = false): void {
    if (this.stopped) return;
    const state = this.states.get(uuid) ?? newState();
    this.states.set(uuid, state);
    state.stale ||= stale;
    state.again = true;
    if (!state.running) void this.loop(uuid, state);
  }

  wakeAll(): void {
    const { api, store } = this.options;
    for (const uuid of new Set([...api.uuids(), ...store.records.keys()])) this.wake(uuid);
  }

  /** Acts under way are not waited for: they end on the Dom0 by themselves, and are found there. */
  stop(): void {
    this.stopped = true;
    for (const state of this.states.values()) state.timer?.cancel();
  }

  private async loop(uuid: string, state: State): Promise<void> {
    state.running = true;
    while (state.again && !this.stopped) {
      state.again = false;
      state.timer?.cancel();
      try {
        await this.turns(uuid, state);
        state.failures = 0;
      } catch (error) {
        state.failures += 1;
        this.options.log.error({ uuid, error: errorText(error) }, 'a step failed; trying again');
        this.wakeIn(uuid, Math.min(60_000, RETRY_MS * state.failures));
      }
    }
    state.running = false;
  }

  private async turns(uuid: string, state: State): Promise<void> {
    for (let count = 0; count < MAX_TURNS; count += 1) {
      const input = await this.gather(uuid, state);
      if (!input || this.stopped) return;
      // Nothing is awaited between the look at the order in `gather` and here.
      const order = this.options.api.order(uuid)?.domain.metadata;
      const step = nextStep(input);
      const saved = step.record ? this.options.store.save(step.record) : this.options.store.settle(uuid);
      saved.catch(() => undefined); // Whoever needs it awaits it.
      if (step.act.do !== 'report' && step.act.do !== 'idle')
        this.options.log.info({ uuid, act: step.act.do, epoch: step.record?.epoch ?? input.record?.epoch }, 'acting');
      const turn: Turn = { uuid, state, input, order, record: step.record ?? input.record, saved };
      try {
        if (!(await this.acts.perform(turn, this.asWritten(uuid, step.act)))) return;
      } catch (error) {
        this.sayUnwritten(turn);
        throw error;
      }
    }
    this.options.log.warn({ uuid }, 'too many steps in a row; looking again later');
    this.wakeIn(uuid, RETRY_MS);
  }

  private async gather(uuid: string, state: State): Promise<StepInput | undefined> {
    const { store, view, clock } = this.options;
    const unreadable = store.unreadable.get(uuid);
    if (unreadable !== undefined) {
      this.sayUnreadable(uuid, { phase: 'Unknown', ready: 'Unknown', reason: 'InvalidOrder', message: unreadable });
      return undefined;
    }
    const seen = await this.look(uuid, state);
    const { bootID } = view;
    if (bootID === undefined || !this.options.mayAct()) return undefined;
    if (seen.kind === 'unknown' && clock.monotonicMs() - view.goodMs < BLIND_MS) {
      this.wakeIn(uuid, 2000);
      return undefined;
    }
    const mark = await this.mark(uuid, seen);
    const policy = await this.options.policy();
    const record = store.records.get(uuid);
    const fleetID = store.fleet?.fleetID;
    const confirmedBootID = this.options.api.agent()?.spec.confirmedBootID;
    const host = {
      bootID,
      ...(confirmedBootID !== undefined && { confirmedBootID }),
      startUnconfirmed: policy.ok && policy.policy.startUnconfirmed,
      ...(fleetID !== undefined && { fleetID }),
    };
    const order = this.orderOf(uuid, bootID);
    return { uuid, order, seen, host, nowMs: clock.wallMs(), ...(record && { record }), ...(mark && { mark }) };
  }

  /** Looked up only if it could decide whose a domain is. */
  private async mark(uuid: string, seen: Seen): Promise<Mark | undefined> {
    const { store, view } = this.options;
    if (seen.kind === 'unknown' || seen.rows.length === 0) return undefined;
    return store.records.get(uuid)?.started === undefined ? view.mark(uuid) : undefined;
  }

  /** What is not remembered yet is not under way either: the news says why. */
  private asWritten(uuid: string, act: Act): Act {
    const { store } = this.options;
    if (act.do !== 'report' || !store.trouble || !store.owes(uuid)) return act;
    const { phase } = act.report;
    return { ...act, report: { phase, ready: 'False', ...store.trouble } };
  }

  /** Nothing is begun that could not be remembered: the order waits, and says for what. What runs already goes on. */
  private sayUnwritten({ uuid, input, order, record }: Turn): void {
    const { store, sayer } = this.options;
    if (!store.trouble) return;
    const row = input.seen.kind === 'rows' ? input.seen.rows[0] : undefined;
    const wanted = row?.state === 'running' ? 'Running' : 'Failed';
    const phase = record?.order.desired === 'Running' ? wanted : 'Stopping';
    const report: Report = { phase, ready: 'False', ...store.trouble };
    const { uid, generation } = order ?? {};
    sayer.say(uuid, { report, record: input.record, domid: row?.domid, uid, generation, bootID: input.host.bootID });
  }

  private sayUnreadable(uuid: string, report: Report): void {
    const { api, sayer, view } = this.options;
    const { uid, generation } = api.order(uuid)?.domain.metadata ?? {};
    sayer.say(uuid, { report, record: undefined, domid: undefined, uid, generation, bootID: view.bootID ?? '' });
  }

  private async look(uuid: string, state: State): Promise<Seen> {
    const { view } = this.options;
    if (state.stale) {
      state.stale = false;
      await view.look();
    }
    let seen = view.seen(uuid, state.notBefore);
    if (seen) delete state.left;
    if (!seen && state.left) return state.left;
    if (!seen) await view.look();
    seen ??= view.seen(uuid, state.notBefore);
    return seen ?? { kind: 'unknown', reason: 'HostUnreachable', message: 'the host could not be asked' };
  }

  private orderOf(uuid: string, bootID: string): StepInput['order'] {
    const { api, isConfirmed } = this.options;
    if (!api.authoritative()) return { kind: 'unheard' };
    const order = api.order(uuid);
    if (!order) return { kind: 'vanished' };
    const { invalid, domain } = order;
    const { spec, metadata, status } = domain;
    const confirmed = isConfirmed(bootID);
    // A status of an older order may speak of a disk in another pool.
    const madeDisks = status?.observedGeneration === metadata.generation ? (status?.madeDisks ?? []) : [];
    return { kind: 'given', spec, confirmed, madeDisks, ...(invalid !== undefined && { invalid }) };
  }

  private wakeIn(uuid: string, delayMs: number): void {
    const state = this.states.get(uuid);
    if (!state || this.stopped) return;
    state.timer?.cancel();
    state.timer = this.options.clock.setTimer(delayMs, () => this.wake(uuid, true));
  }
}

const newState = (): State => ({
  running: false,
  again: false,
  stale: false,
  failures: 0,
  notBefore: 0,
});
