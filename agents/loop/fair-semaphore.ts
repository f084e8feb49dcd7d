/**
 * Lets a bounded number of acts go on at a time, shared fairly among keys; the others wait.
 *
 * `shared` slots are for all. While they are all taken, a key that holds none may still take one of
 * `reserved` more. So up to `reserved` keys, whatever they do and however long, never make a key
 * wait that holds no slot: it waits only while more keys than that hold one. A free slot goes to
 * the waiting key that holds the fewest; among equals they take turns.
 */
export class FairSemaphore {
  private taken = 0;
  /** Keys that hold a slot or wait. The one whose turn is longest ago comes first. */
  private readonly sharers = new Map<string, Sharer>();

  constructor(private readonly limits: { readonly shared: number; readonly reserved: number }) {}

  async run<T>(key: string, act: () => Promise<T>): Promise<T> {
    await this.slot(key);
    try {
      return await act();
    } finally {
      this.giveBack(key);
    }
  }

  private slot(key: string): Promise<void> {
    const sharer = this.sharers.get(key) ?? { key, held: 0, waiting: [] };
    this.sharers.set(key, sharer);
    return new Promise((resolve) => {
      sharer.waiting.push(resolve);
      this.grant();
    });
  }

  private giveBack(key: string): void {
    const sharer = this.sharers.get(key);
    if (!sharer) return;
    this.taken -= 1;
    sharer.held -= 1;
    if (sharer.held === 0 && sharer.waiting.length === 0) this.sharers.delete(key);
    this.grant();
  }

  private grant(): void {
    const next = this.next();
    const begin = next?.waiting.shift();
    if (!next || !begin) return;
    this.taken += 1;
    next.held += 1;
    // Its next turn comes after those of all others.
    this.sharers.delete(next.key);
    this.sharers.set(next.key, next);
    begin();
  }

  /** If the waiting key that holds the fewest may take no slot, no other may. */
  private next(): Sharer | undefined {
    let next: Sharer | undefined;
    for (const sharer of this.sharers.values())
      if (sharer.waiting.length > 0 && sharer.held < (next?.held ?? Infinity)) next = sharer;
    const { shared, reserved } = this.limits;
    return this.taken < shared + (next?.held === 0 ? reserved : 0) ? next : undefined;
  }
}

interface Sharer {
  readonly key: string;
  held: number;
  readonly waiting: (() => void)[];
}
