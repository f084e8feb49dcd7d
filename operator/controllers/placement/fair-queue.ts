/**
 * Keys that wait for their turn. The highest priority goes first. Within one priority the
 * namespaces take turns, so that in each round everybody waits for at most one key of each other
 * tenant. Within a namespace the oldest key goes first, but none has a second turn before all have
 * had one.
 */

export interface Rank {
  readonly namespace: string;
  /** Higher goes first. */
  readonly priority: number;
  readonly createdAtMs: number;
}

interface Entry extends Rank {
  readonly key: string;
  /** In which round of its namespace the key has its turn. */
  readonly lap: number;
}

class Line {
  readonly #entries: Entry[] = [];
  #lap = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  add(key: string, rank: Rank, isAgain: boolean): Entry {
    const entry = { ...rank, key, lap: isAgain ? this.#lap + 1 : this.#lap };
    const after = this.#entries.findIndex((other) => comesBefore(entry, other));
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, entry);
    return entry;
  }

  take(): Entry | undefined {
    const entry = this.#entries.shift();
    if (entry !== undefined) this.#lap = entry.lap;
    return entry;
  }

  remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }
}

function comesBefore(a: Entry, b: Entry): boolean {
  if (a.lap !== b.lap) return a.lap < b.lap;
  return a.createdAtMs !== b.createdAtMs ? a.createdAtMs < b.createdAtMs : a.key < b.key;
}

export class FairQueue {
  /** Priority → namespace → its line. Namespaces are in the order of their turns. */
  readonly #lines = new Map<number, Map<string, Line>>();
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /**
   * `isAgain`: the key has had a turn, and goes behind those of its namespace that have not. A key
   * that waits already keeps its place.
   */
  add(key: string, rank: Rank, isAgain = false): void {
    if (this.#entries.has(key)) return;
    const { namespace, priority } = rank;
    const lines = this.#lines.get(priority) ?? new Map<string, Line>();
    this.#lines.set(priority, lines);
    const line = lines.get(namespace) ?? new Line();
    lines.set(namespace, line);
    this.#entries.set(key, line.add(key, rank, isAgain));
  }

  take(): string | undefined {
    const priority = Math.max(...this.#lines.keys());
    const lines = this.#lines.get(priority);
    const [first] = lines ?? [];
    if (lines === undefined || first === undefined) return undefined;
    const [namespace, line] = first;
    const entry = line.take();
    lines.delete(namespace);
    if (!line.isEmpty) lines.set(namespace, line);
    else if (lines.size === 0) this.#lines.delete(priority);
    if (entry === undefined) return undefined;
    this.#entries.delete(entry.key);
    return entry.key;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const lines = this.#lines.get(entry.priority);
    const line = lines?.get(entry.namespace);
    line?.remove(entry);
    if (line?.isEmpty === true) lines?.delete(entry.namespace);
    if (lines?.size === 0) this.#lines.delete(entry.priority);
  }
}
