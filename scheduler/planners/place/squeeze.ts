/**
 * Emptying bins by ejection (after Nagata and Bräysy's ejection pool for vehicle routing). The
 * items of the bin to be emptied wait in a pool. One that fits nowhere drives out a few items of
 * another bin, those that found no room least often so far, and they wait instead. So items that
 * are hard to place find their bins, and the easy ones fill the gaps.
 *
 * Numbers only; the caller puts what was found to the scheduler's rules. Work is counted, not
 * timed: the same question gets the same answer.
 */

export interface Item {
  readonly bytes: number;
  readonly vcpus: number;
  readonly hvm: number;
  /** How often it found no room. */
  penalty: number;
}

export interface Bin<T extends Item = Item> {
  freeBytes: number;
  freeVcpus: number;
  freeHvm: number;
  readonly items: Set<T>;
}

/** Items that an item must not share a bin with; undefined: it may not be in the bin at all. */
export type InTheWay<T extends Item> = (item: T, bin: Bin<T>) => readonly T[] | undefined;

interface Ejection<T extends Item> {
  readonly bin: Bin<T>;
  readonly out: readonly T[];
}

/** At most so many items make way for one. */
const MOST_OUT = 3;

export class Squeezer<T extends Item> {
  /** Sets of items looked at so far. */
  work = 0;
  /** Of all items: what both amounts are measured by. */
  #bytes = 0;
  #vcpus = 0;

  constructor(
    readonly bins: readonly Bin<T>[],
    readonly inTheWay: InTheWay<T>,
  ) {
    for (const { items } of bins) {
      for (const { bytes, vcpus } of items) {
        this.#bytes += bytes;
        this.#vcpus += vcpus;
      }
    }
  }

  /**
   * Finds other bins for all items of a bin; false (and all as it was) if that takes more than the
   * work allowed.
   */
  empty(bin: Bin<T>, limit: number): boolean {
    const before = this.#state();
    const items = [...bin.items];
    for (const item of items) this.#take(item, bin);
    const others = this.bins.filter((one) => one !== bin);
    return this.#settle(items, others, limit) || this.#restore(before);
  }

  /** Finds bins for items that are in none. */
  insert(items: readonly T[], limit: number): boolean {
    const before = this.#state();
    return this.#settle(items, this.bins, limit) || this.#restore(before);
  }

  #settle(items: readonly T[], bins: readonly Bin<T>[], limit: number): boolean {
    const pool = [...items];
    const stop = this.work + limit;
    for (let item = pool.pop(); item; item = pool.pop()) {
      const ejection = this.#room(item, bins) ?? (this.work < stop ? this.#cheapest(item, bins) : undefined);
      if (!ejection) return false;
      for (const out of ejection.out) this.#take(out, ejection.bin);
      this.#put(item, ejection.bin);
      pool.push(...ejection.out);
    }
    return true;
  }

  #take(item: T, bin: Bin<T>): void {
    bin.items.delete(item);
    bin.freeBytes += item.bytes;
    bin.freeVcpus += item.vcpus;
    bin.freeHvm += item.hvm;
  }

  #put(item: T, bin: Bin<T>): void {
    bin.items.add(item);
    bin.freeBytes -= item.bytes;
    bin.freeVcpus -= item.vcpus;
    bin.freeHvm -= item.hvm;
  }

  #state(): T[][] {
    return this.bins.map(({ items }) => [...items]);
  }

  #restore(before: readonly T[][]): false {
    for (const bin of this.bins) for (const item of [...bin.items]) this.#take(item, bin);
    this.bins.forEach((bin, index) => {
      for (const item of before[index] ?? []) this.#put(item, bin);
    });
    return false;
  }

  /** The bin that is fullest with the item in it, and nobody has to leave. */
  #room(item: T, bins: readonly Bin<T>[]): Ejection<T> | undefined {
    let best: Bin<T> | undefined;
    let least = Infinity;
    for (const bin of bins) {
      this.work++;
      const [bytes, vcpus] = [bin.freeBytes - item.bytes, bin.freeVcpus - item.vcpus];
      if (bytes < 0 || vcpus < 0 || (item.hvm > 0 && bin.freeHvm < item.hvm)) continue;
      const left = bytes / item.bytes + vcpus / item.vcpus;
      if (left >= least || this.inTheWay(item, bin)?.length !== 0) continue;
      [best, least] = [bin, left];
    }
    return best && { bin: best, out: [] };
  }

  /**
   * Who makes way, and where: the least penalty in sum; then the bin is left full, and evenly so.
   */
  #cheapest(item: T, bins: readonly Bin<T>[]): Ejection<T> | undefined {
    item.penalty++;
    let best: Ejection<T> | undefined;
    let [least, tidiest] = [Infinity, Infinity];
    for (const bin of bins) {
      const must = this.inTheWay(item, bin);
      if (!must || must.length > MOST_OUT) continue;
      const others = [...bin.items].filter((one) => !must.includes(one));
      const visit = (from: number, out: readonly T[]): void => {
        this.work++;
        let [penalty, bytes, vcpus, hvm] = [0, bin.freeBytes - item.bytes, bin.freeVcpus - item.vcpus, bin.freeHvm];
        for (const one of out) {
          penalty += one.penalty;
          bytes += one.bytes;
          vcpus += one.vcpus;
          hvm += one.hvm;
        }
        if (penalty > least) return;
        if (bytes >= 0 && vcpus >= 0 && (item.hvm === 0 || hvm >= item.hvm)) {
          const rest = Math.max(bytes / this.#bytes, vcpus / this.#vcpus);
          if (penalty < least || rest < tidiest) [best, least, tidiest] = [{ bin, out }, penalty, rest];
          return;
        }
        if (out.length === MOST_OUT) return;
        for (let index = from; index < others.length; index++) visit(index + 1, [...out, others[index] as T]);
      };
      visit(0, must);
    }
    return best;
  }
}
