/** A clock that stands still until a test moves it, and a seeded Random. */
import type { Clock, Random, Timer } from '../../../common/ports';

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  readonly fire: () => void;
}

export class FakeClock implements Clock {
  private nowMs = 1_000_000;
  private wallOffsetMs = Date.UTC(2026, 0, 1) - 1_000_000;
  private order = 0;
  private pending: Pending[] = [];

  monotonicMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.nowMs + this.wallOffsetMs;
  }

  /** Somebody sets the wall clock. */
  setWall(byMs: number): void {
    this.wallOffsetMs += byMs;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const entry = { dueMs: this.nowMs + delayMs, order: (this.order += 1), fire };
    this.pending.push(entry);
    return { cancel: () => (this.pending = this.pending.filter((other) => other !== entry)) };
  }

  get timers(): number {
    return this.pending.length;
  }

  /** Fires what is due until then, in order, letting promises settle after each. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.nowMs + byMs;
    await settle();
    for (let next = this.takeDue(untilMs); next !== undefined; next = this.takeDue(untilMs)) {
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.fire();
      await settle();
    }
    this.nowMs = untilMs;
  }

  /** The process is stopped (SIGSTOP): time goes on, nothing fires until later. */
  pause(byMs: number): void {
    this.nowMs += byMs;
  }

  private takeDue(untilMs: number): Pending | undefined {
    const [next] = this.pending
      .filter((entry) => entry.dueMs <= untilMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
    if (next !== undefined) this.pending = this.pending.filter((other) => other !== next);
    return next;
  }
}

/** Lets every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Always the same "chance". */
export const noChance = (value = 1): Random => ({ next: () => value });
