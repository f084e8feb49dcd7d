/** The simulation's clock: real time, or time that a test moves by hand. */
export interface SimClock {
  /** Monotonic; the real one is CLOCK_MONOTONIC, the same for every process of the machine. */
  nowNs(): bigint;
  /** Calls `act` after that many milliseconds; returns how to cancel it. */
  after(ms: number, act: () => void): () => void;
}

export const realClock: SimClock = {
  nowNs: () => process.hrtime.bigint(),
  after(ms, act) {
    if (ms <= 0) {
      const immediate = setImmediate(act);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Time stands still until `advance` is called; what falls due runs in order, with the promises it
 * settles in between.
 */
export class ManualClock implements SimClock {
  private now = 0n;
  private serial = 0;
  private readonly due = new Map<number, { at: bigint; act: () => void }>();

  nowNs(): bigint {
    return this.now;
  }

  after(ms: number, act: () => void): () => void {
    const id = this.serial++;
    this.due.set(id, { at: this.now + BigInt(Math.round(ms * 1e6)), act });
    return () => void this.due.delete(id);
  }

  async advance(ms: number): Promise<void> {
    const until = this.now + BigInt(Math.round(ms * 1e6));
    await settle();
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      const { at, act } = this.due.get(next)!;
      this.due.delete(next);
      this.now = at;
      act();
      await settle();
    }
    this.now = until;
  }

  private next(until: bigint): number | undefined {
    let best: [number, bigint] | undefined;
    for (const [id, { at }] of this.due) if (at <= until && (!best || at < best[1])) best = [id, at];
    return best?.[0];
  }
}

/** Lets every settled promise run its continuations. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function sleep(clock: SimClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
