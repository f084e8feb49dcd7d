/**
 * Lets a bounded number of acts go on at a time, shared fairly among keys; the others wait.
 *
 * `shared` slots are for whoever comes. While they are all taken, a key that holds none may still
 * take its first one, of `reserved` more. So whatever any `reserved` keys do, and however long, a
 * key that holds no slot does not wait for them: one waits only while more keys than that hold one.
 * A slot that is free goes to the waiting key that holds the fewest, by turns.
 */
export class FairSemaphore {
  private taken = 0;
  /** Those that hold a slot or wait, the one whose turn is longest ago first. */
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
    // To the end of the line.
    this.sharers.delete(next.key);
    this.sharers.set(next.key, next);
    begin();
  }

  /** Where the one that holds the fewest may take none, nobody may. */
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
