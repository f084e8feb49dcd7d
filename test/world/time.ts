/**
 * The world's one time and one source of order. What falls due at the same moment runs in an order
 * that the seed chooses, so that a seed is an interleaving.
 */
import type { Clock, Random } from '../../common/ports';
import type { SimClock } from '../sim/clock';

interface Entry {
  readonly dueMs: number;
  readonly tie: number;
  readonly serial: number;
  /** Undefined once it is cancelled. */
  act: (() => void) | undefined;
}

/** 2026-01-01, where every life begins. */
export const BEGIN_WALL_MS = Date.UTC(2026, 0, 1);

export class WorldTime {
  /** Milliseconds since the beginning. */
  nowMs = 0;
  /** Timers that have fired. */
  fired = 0;
  private serial = 0;
  private readonly heap: Entry[] = [];

  constructor(private readonly random: Random) {}

  /** Calls `act` after that many milliseconds; returns how to cancel it. */
  after(delayMs: number, act: () => void): () => void {
    const dueMs = this.nowMs + Math.max(0, delayMs);
    const entry: Entry = { dueMs, tie: this.random.next(), serial: (this.serial += 1), act };
    this.push(entry);
    return () => (entry.act = undefined);
  }

  /** For parts of the product. `wallOffsetMs` is by how much that machine's clock is wrong. */
  clock(wallOffsetMs: () => number = () => 0): Clock {
    return {
      monotonicMs: () => this.nowMs,
      wallMs: () => Math.floor(BEGIN_WALL_MS + this.nowMs + wallOffsetMs()),
      setTimer: (delayMs, fire) => ({ cancel: this.after(delayMs, fire) }),
    };
  }

  /** For simulated hosts. */
  get sim(): SimClock {
    return { nowNs: () => BigInt(Math.round(this.nowMs * 1e6)), after: (ms, act) => this.after(ms, act) };
  }

  /**
   * Lets time pass. After each timer every promise that can settle does so; nothing in the world
   * waits for anything else than timers and promises.
   */
  async run(untilMs: number, goOn: () => boolean = () => true): Promise<void> {
    await settled();
    for (let next = this.pop(untilMs); next !== undefined; next = this.pop(untilMs)) {
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      this.fired += 1;
      next.act?.();
      await settled();
      if (!goOn()) return;
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(untilMs: number): Entry | undefined {
    for (let first = this.heap[0]; first !== undefined && first.dueMs <= untilMs; first = this.heap[0]) {
      this.removeFirst();
      if (first.act !== undefined) return first;
    }
    return undefined;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs - b.dueMs < 0 || (a.dueMs === b.dueMs && (a.tie - b.tie || a.serial - b.serial) < 0);
}

/** Every promise that can settle has done so when the event loop comes round. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
