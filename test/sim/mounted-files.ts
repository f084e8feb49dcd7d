/** Files by path; some folders are another table's: a file system that several hosts mount. */
export class MountedFiles<T> extends Map<string, T> {
  private readonly mounts = new Map<string, Map<string, T>>();

  /** From now on everything below `folder` is there. What was there before is hidden. */
  mount(folder: string, table: Map<string, T>): void {
    this.mounts.set(`${folder}/`, table);
  }

  unmount(folder: string): void {
    this.mounts.delete(`${folder}/`);
  }

  override get(path: string): T | undefined {
    const table = this.at(path);
    return table === undefined ? super.get(path) : table.get(path);
  }

  override has(path: string): boolean {
    return this.at(path)?.has(path) ?? super.has(path);
  }

  override set(path: string, value: T): this {
    const table = this.at(path);
    if (table === undefined) return super.set(path, value);
    table.set(path, value);
    return this;
  }

  override delete(path: string): boolean {
    return this.at(path)?.delete(path) ?? super.delete(path);
  }

  override *entries(): MapIterator<[string, T]> {
    for (const entry of super.entries()) if (this.at(entry[0]) === undefined) yield entry;
    for (const table of this.mounts.values()) yield* table.entries();
  }

  override *keys(): MapIterator<string> {
    for (const [path] of this.entries()) yield path;
  }

  override [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  private at(path: string): Map<string, T> | undefined {
    // The constructor of Map asks before there are mounts.
    for (const [folder, table] of this.mounts ?? []) if (path.startsWith(folder)) return table;
    return undefined;
  }
}
