/** The named indexes of a store: value → keys. */
import { survive, type OnFault } from '../../common/survive';

/** The values under which an object is found. With none it is not in this index. Must be pure. */
export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

export class StoreIndex<T> {
  private readonly indexes: ReadonlyMap<
    string,
    { readonly valuesOf: (object: T) => readonly string[]; readonly keys: Map<string, Set<string>> }
  >;

  /** If an index function throws for an object, that is reported, and that index lacks it. */
  constructor(
    functions: IndexFunctions<T>,
    private readonly onFault: OnFault,
  ) {
    this.indexes = new Map(
      Object.entries(functions).map(([name, valuesOf]) => [name, { valuesOf, keys: new Map<string, Set<string>>() }]),
    );
  }

  keys(name: string, value: string): string[] {
    const index = this.indexes.get(name);
    if (index === undefined) throw new RangeError(`no index "${name}"`);
    return [...(index.keys.get(value) ?? [])];
  }

  add(key: string, object: T): void {
    for (const [name, { valuesOf, keys }] of this.indexes) {
      survive(`index ${name}`, this.onFault, () => {
        for (const value of valuesOf(object)) keys.set(value, (keys.get(value) ?? new Set()).add(key));
      });
    }
  }

  remove(key: string, object: T): void {
    for (const [name, { valuesOf, keys }] of this.indexes) {
      survive(`index ${name}`, this.onFault, () => {
        for (const value of valuesOf(object)) {
          const set = keys.get(value);
          set?.delete(key);
          if (set?.size === 0) keys.delete(value);
        }
      });
    }
  }
}
