/** The keys of a work queue that are due: each once, by priority, then in order of arrival. */

interface Entry {
  readonly priority: number;
  readonly sinceMs: number;
}

export class ReadyKeys {
  private readonly entries = new Map<string, Entry>();
  /** Keys of one priority in order of arrival; the highest priority first. */
  private levels: { readonly priority: number; readonly keys: Set<string> }[] = [];

  get size(): number {
    return this.entries.size;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** A key that is there already keeps its place, unless the new priority is higher. */
  add(key: string, priority: number, nowMs: number): void {
    const known = this.entries.get(key);
    if (known !== undefined && known.priority >= priority) return;
    if (known !== undefined) this.level(known.priority).delete(key);
    this.entries.set(key, { priority, sinceMs: known?.sinceMs ?? nowMs });
    this.level(priority).add(key);
  }

  take(): { readonly key: string; readonly sinceMs: number } | undefined {
    for (const { keys } of this.levels) {
      const [key] = keys;
      if (key === undefined) continue;
      const sinceMs = this.entries.get(key)?.sinceMs ?? 0;
      keys.delete(key);
      this.entries.delete(key);
      return { key, sinceMs };
    }
    return undefined;
  }

  private level(priority: number): Set<string> {
    const known = this.levels.find((level) => level.priority === priority);
    if (known !== undefined) return known.keys;
    const keys = new Set<string>();
    this.levels = [...this.levels, { priority, keys }].sort((a, b) => b.priority - a.priority);
    return keys;
  }
}
