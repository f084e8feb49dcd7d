/**
 * Evening out a fleet by single moves and by swaps of two VMs, the step first that gains most for
 * what it moves. The best step of each host is remembered and looked at again only when the host
 * comes to the top of the queue or was touched; when the queue is empty every host is asked once
 * more, so that nothing is missed.
 */
import { HostPicker } from '../../host-picker';
import type { World } from '../../state/world';
import { Objective } from '../shared/objective';
import type { ObjectiveName } from '../shared/objective';
import { StepFinder } from './steps';
import type { Step, Style } from './steps';

export interface RebalanceOptions {
  readonly objective?: ObjectiveName;
  /** Stop once the score is this low. */
  readonly untilScore?: number;
  /**
   * With a score to reach: as few moves as possible, then as few bytes (default), or as few bytes
   * in however many moves.
   */
  readonly prefer?: 'moves' | 'bytes';
  /** A step that lowers the score by less is not taken. */
  readonly minGain?: number;
  readonly maxSteps?: number;
  /** VMs that must stay. */
  readonly pinned?: ReadonlySet<string>;
}

/** A step on a fleet of a thousand hosts gains a thousandth of what it would gain on one. */
const MIN_GAIN_OF_ONE_HOST = 0.0005;
/**
 * A remembered step is taken if, looked at again, it is worth at least this part of the next one.
 */
const STILL_GOOD = 0.95;
const STILL_GOOD_IN_LARGE_FLEETS = 0.5;
const LARGE_FLEET = 100;
/** Detours: the most uneven hosts, the VMs of each, the steps to make good for one. */
const DETOUR_HOSTS = 8;
const DETOUR_STEPS = 12;

export class Rebalancer {
  readonly #objective: Objective;
  readonly #finder: StepFinder;
  readonly #options: RebalanceOptions;
  readonly #minGain: number;
  readonly #stillGood: number;
  #best = new Map<number, Step>();
  #score: number;

  constructor(
    readonly world: World,
    options: RebalanceOptions,
    readonly style: Style,
  ) {
    const hosts = Math.max(1, world.hosts.slots().length);
    this.#options = options;
    this.#objective = new Objective(world, options.objective ?? 'balance');
    this.#minGain = options.minGain ?? MIN_GAIN_OF_ONE_HOST / hosts;
    this.#stillGood = hosts > LARGE_FLEET ? STILL_GOOD_IN_LARGE_FLEETS : STILL_GOOD;
    this.#finder = new StepFinder(new HostPicker(world), this.#objective, this.#minGain, style);
    if (options.pinned) this.#finder.pinned = new Set(options.pinned);
    this.#score = this.#objective.score();
  }

  /** Moves VMs about in the world until it is as even as asked for. */
  run(): void {
    if (!this.style.exact) this.#sweep();
    const limit = this.#options.maxSteps ?? Infinity;
    let steps = this.#descend(limit, true).length;
    while (steps < limit && !this.#isDone() && this.#finder.widen()) steps += this.#descend(limit - steps, true).length;
    while (this.style.swaps && steps < limit && !this.#isDone()) {
      const taken = this.#detour();
      if (taken === 0) break;
      steps += taken + this.#descend(limit - steps, true).length;
    }
  }

  #isDone(): boolean {
    return isReached(this.#score, this.#options);
  }

  /**
   * Takes the best step, again and again. What others wish of its VMs is not in a step's value, so
   * it is kept only if the fleet's score, read anew, falls; else its VM stays from now on. Kept
   * scores only fall, and arrangements and VMs are finite: so this ends.
   */
  #descend(limit: number, everywhere: boolean): Step[] {
    const steps: Step[] = [];
    while (steps.length < limit && !this.#isDone()) {
      const step = (this.style.exact ? undefined : this.#next()) ?? (everywhere ? this.#sweep() : undefined);
      if (!step) break;
      const before = this.#score;
      this.#take(step);
      if (this.#score < before) steps.push(step);
      else {
        this.#finder.pinned.add(step.vm.key);
        this.#undo([step], before);
      }
    }
    return steps;
  }

  /**
   * A way out where no single step helps: moves a VM off one of the most uneven hosts although that
   * alone is worse, and keeps it if the steps that follow more than make good for it. Returns the
   * number of steps kept.
   */
  #detour(): number {
    for (const slot of this.#finder.peers().slice(0, DETOUR_HOSTS)) {
      for (const forced of this.#finder.forced(slot)) {
        const steps = this.#try(forced);
        if (steps > 0) return steps;
      }
    }
    return 0;
  }

  #try(forced: Step): number {
    const before = this.#score;
    const known = this.#best;
    this.#best = new Map();
    this.#take(forced);
    const steps = [forced, ...this.#descend(DETOUR_STEPS, false)];
    const better = this.#score < before && before - this.#score >= this.#minGain;
    if (!better) this.#undo(steps, before);
    for (const [seeker, step] of known) if (!this.#best.has(seeker)) this.#best.set(seeker, step);
    return better ? steps.length : 0;
  }

  #take(step: Step): void {
    this.#finder.take(step);
    this.#objective.touch(step.from, step.to);
    this.#score = this.#objective.score();
    if (!this.style.exact) for (const slot of [step.from, step.to]) this.#look(slot);
  }

  /** The score is set, not read: summed up in another order it may differ in its last digit. */
  #undo(steps: readonly Step[], score: number): void {
    for (const step of [...steps].reverse()) this.#take(reversed(step));
    this.#score = score;
  }

  /** The most valuable step that is still what it was thought to be. */
  #next(): Step | undefined {
    for (;;) {
      const [first, second] = this.#top();
      if (!first) return undefined;
      const again = this.#look(first.seeker);
      if (again && again.value >= this.#stillGood * (second?.value ?? 0)) return again;
    }
  }

  #top(): [Step | undefined, Step | undefined] {
    let [first, second]: [Step | undefined, Step | undefined] = [undefined, undefined];
    for (const step of this.#best.values()) {
      if (!first || step.value > first.value) [first, second] = [step, first];
      else if (!second || step.value > second.value) second = step;
    }
    return [first, second];
  }

  #look(slot: number): Step | undefined {
    const step = this.#finder.best(slot);
    if (step) this.#best.set(slot, step);
    else this.#best.delete(slot);
    return step;
  }

  #sweep(): Step | undefined {
    for (const slot of this.#finder.peers()) this.#look(slot);
    return this.#top()[0];
  }
}

/** Scores are compared as they are printed, with eight digits. */
export function isReached(score: number, { untilScore }: RebalanceOptions): boolean {
  return untilScore !== undefined && score <= untilScore + 5e-9;
}

function reversed(step: Step): Step {
  const { vm, back } = step;
  return {
    ...step,
    vm: back ?? vm,
    back: back && vm,
    from: back ? step.from : step.to,
    to: back ? step.to : step.from,
  };
}
