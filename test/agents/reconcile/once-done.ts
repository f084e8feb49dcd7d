/** What became of each operation: it is done once, or not at all. */
import type { DomainRecord, Operation } from '../../../agents/reconcile/record';

type Type = NonNullable<Operation['type']>;

/** What must have been done when an operation succeeds; a guest may also end by itself. */
const DONE: Readonly<Record<Type, { ends: readonly number[]; starts: number }>> = {
  Start: { ends: [0], starts: 1 },
  Stop: { ends: [0, 1], starts: 0 },
  Restart: { ends: [0, 1], starts: 1 },
};

interface Entry {
  ends: number;
  starts: number;
  isOver: boolean;
}

export class OnceDone {
  readonly #entries = new Map<string, Entry>();

  #of(uid: string): Entry {
    const entry = this.#entries.get(uid) ?? { ends: 0, starts: 0, isOver: false };
    this.#entries.set(uid, entry);
    return entry;
  }

  /** A guest was ended or started while this operation was under way. */
  count(operation: Operation | undefined, what: 'ends' | 'starts'): void {
    if (operation) this.#of(operation.uid)[what] += 1;
  }

  /** What was done is gone before anybody saw it, so it may be done again. */
  onUnseen(): void {
    for (const entry of this.#entries.values()) if (!entry.isOver) Object.assign(entry, { ends: 0, starts: 0 });
  }

  /** What is wrong with the operations that are remembered. */
  problem({ operations = [] }: Pick<DomainRecord, 'operations'>): string | undefined {
    for (const { uid, type = 'Stop', phase } of operations) {
      const entry = this.#of(uid);
      const { ends, starts, isOver } = entry;
      if (ends > 1 || starts > 1) return `${uid} ${type} ended ${ends} and started ${starts} guests`;
      if (isOver && phase === 'Running') return `${uid} is begun again`;
      const { ends: mayEnd, starts: mustStart } = DONE[type];
      if (!isOver && phase === 'Succeeded' && (!mayEnd.includes(ends) || starts !== mustStart))
        return `${uid} ${type} succeeded with ${ends} ends and ${starts} starts`;
      entry.isOver ||= phase !== 'Running';
    }
    return undefined;
  }
}
