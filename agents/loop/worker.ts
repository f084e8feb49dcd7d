/**
 * One worker per UUID. It gathers what there is to know, asks `nextStep`, does that one thing, and
 * asks again until there is nothing to do but wait. Events, polls and timers only wake it. Acts on
 * one UUID never overlap; those on different UUIDs run side by side.
 */
import type { Timer } from '../../common/ports';
import { errorText } from '../log';
import { lasting } from '../reconcile/lasting';
import { wanted } from '../reconcile/record';
import { nextStep } from '../reconcile/step';
import type { Act, Report } from '../reconcile/types';
import { Acts } from './acts';
import type { ActsOptions } from './acts';
import type { Decision, Next } from './decision';
import { Gatherer } from './gather';
import type { Freshness, GatherOptions, Gathered } from './gather';

export type WorkersOptions = Omit<ActsOptions, 'wakeIn'> & GatherOptions;

interface State extends Freshness {
  running: boolean;
  again: boolean;
  failures: number;
  timer?: Timer;
}

const MAX_STEPS = 12;
const RETRY_MS = 5000;
const RETRY_MAX_MS = 60_000;
const BLIND_RETRY_MS = 2000;

export class Workers {
  private readonly states = new Map<string, State>();
  private readonly acts: Acts;
  private readonly gatherer: Gatherer;
  private stopped = false;

  constructor(private readonly options: WorkersOptions) {
    this.acts = new Acts({ ...options, wakeIn: (uuid, delayMs) => this.wakeIn(uuid, delayMs) });
    this.gatherer = new Gatherer(options);
  }

  /** `stale`: a new listing is needed. */
  wake(uuid: string, stale = false): void {
    if (this.stopped) return;
    const state = this.states.get(uuid) ?? newState();
    this.states.set(uuid, state);
    state.stale ||= stale;
    state.again = true;
    if (!state.running) void this.loop(uuid, state);
  }

  wakeAll(): void {
    const { api, checkpoints } = this.options;
    for (const uuid of new Set([...api.uuids(), ...checkpoints.records.keys()])) this.wake(uuid);
  }

  /** Does not wait for acts under way: they end on the Dom0 by themselves, and are found there. */
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
        await this.steps(uuid, state);
        state.failures = 0;
      } catch (error) {
        state.failures += 1;
        this.options.log.error({ uuid, error: errorText(error) }, 'a step failed; trying again');
        this.wakeIn(uuid, Math.min(RETRY_MAX_MS, RETRY_MS * state.failures));
      }
    }
    state.running = false;
  }

  private async steps(uuid: string, state: State): Promise<void> {
    for (let count = 0; count < MAX_STEPS; count += 1) {
      const gathered = await this.gatherer.gather(uuid, state);
      if (this.stopped || (await this.step(uuid, state, gathered)) === 'wait') return;
    }
    this.options.log.warn({ uuid }, 'too many steps in a row; looking again later');
    this.wakeIn(uuid, RETRY_MS);
  }

  private async step(uuid: string, state: State, gathered: Gathered): Promise<Next> {
    switch (gathered.kind) {
      case 'mayNotAct':
        return 'wait';
      case 'blind':
        this.wakeIn(uuid, BLIND_RETRY_MS);
        return 'wait';
      case 'unreadable':
        this.sayUnreadable(uuid, gathered.message);
        return 'wait';
      case 'whole':
        return this.decide(state, gathered);
    }
  }

  private async decide(freshness: Freshness, { input, order }: Extract<Gathered, { kind: 'whole' }>): Promise<Next> {
    const { uuid } = input;
    const { checkpoints, clock } = this.options;
    const step = nextStep(input);
    const changes = step.record !== undefined || (step.act.do !== 'report' && step.act.do !== 'idle');
    // What another process has noted since must not be written over.
    if (changes && (await this.options.isDisplaced())) {
      this.wakeIn(uuid, RETRY_MS);
      return 'wait';
    }
    // The time of a request counts from here on, not from its answer, which may take a minute.
    const { seen, nowMs: wallMs } = input;
    const { record = input.record } = step;
    freshness.lasting = lasting(freshness.lasting, { seen, record, wallMs, monotonicMs: clock.monotonicMs() });
    const saved = step.record ? checkpoints.save(step.record) : checkpoints.settle(uuid);
    saved.catch(() => undefined); // Whoever needs it awaits it.
    const decision: Decision = { uuid, input, order, record, saved, freshness };
    try {
      return await this.acts.perform(decision, this.asWritten(uuid, step.act));
    } catch (error) {
      this.sayUnwritten(decision);
      throw error;
    }
  }

  /** What is not on disk yet is not under way either, so the news says why. */
  private asWritten(uuid: string, act: Act): Act {
    const { checkpoints } = this.options;
    if (act.do !== 'report' || !checkpoints.trouble || !checkpoints.owes(uuid)) return act;
    const { phase } = act.report;
    return { ...act, report: { phase, ready: 'False', ...checkpoints.trouble } };
  }

  /**
   * Nothing is begun that could not be remembered: the order waits and says for what. What runs
   * already goes on.
   */
  private sayUnwritten({ uuid, input, order, record }: Decision): void {
    const { checkpoints, reports } = this.options;
    if (!checkpoints.trouble) return;
    const row = input.seen.kind === 'rows' ? input.seen.rows[0] : undefined;
    const runs = input.seen.kind === 'created' || row?.state === 'running';
    const asked = runs ? 'Running' : 'Failed';
    const phase = record && wanted(record) === 'Running' ? asked : 'Stopping';
    const report: Report = { phase, ready: 'False', ...checkpoints.trouble };
    reports.say(uuid, { report, order, record: input.record, domid: row?.domid, bootID: input.host.bootID });
  }

  private sayUnreadable(uuid: string, message: string): void {
    const { api, reports, view } = this.options;
    const report: Report = { phase: 'Unknown', ready: 'Unknown', reason: 'InvalidOrder', message };
    reports.say(uuid, { report, order: api.order(uuid)?.domain.metadata, bootID: view.bootID ?? '' });
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
  lasting: {},
  notBefore: 0,
});
