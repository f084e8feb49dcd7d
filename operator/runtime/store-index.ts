/** The named indexes of a store: value → keys. */
import { survive, type OnFault } from '../../common/survive';

/** The values under which an object is found. With none it is not in this index. Must be pure. */
export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** Most values belong to one object, and a set of one takes ten times the memory of its key. */
type Keys = string | Set<string>;

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly keys: Map<string, Keys>;
}

export class StoreIndex<T> {
  private readonly indexes: ReadonlyMap<string, Index<T>>;

  /** If an index function throws for an object, that is reported, and that index lacks it. */
  constructor(
    functions: IndexFunctions<T>,
    private readonly onFault: OnFault,
  ) {
    this.indexes = new Map(
      Object.entries(functions).map(([name, valuesOf]) => [name, { valuesOf, keys: new Map<string, Keys>() }]),
    );
  }

  keys(name: string, value: string): string[] {
    const index = this.indexes.get(name);
    if (index === undefined) throw new RangeError(`no index "${name}"`);
    const keys = index.keys.get(value);
    return typeof keys === 'string' ? [keys] : [...(keys ?? [])];
  }

  add(key: string, object: T): void {
    for (const [name, { valuesOf, keys }] of this.indexes) {
      survive(`index ${name}`, this.onFault, () => {
        for (const value of valuesOf(object)) {
          const known = keys.get(value);
          if (known === undefined) keys.set(value, key);
          else if (typeof known !== 'string') known.add(key);
          else if (known !== key) keys.set(value, new Set([known, key]));
        }
      });
    }
  }

  remove(key: string, object: T): void {
    for (const [name, { valuesOf, keys }] of this.indexes) {
      survive(`index ${name}`, this.onFault, () => {
        for (const value of valuesOf(object)) {
          const known = keys.get(value);
          if (known === key) keys.delete(value);
          else if (typeof known === 'object' && known.delete(key) && known.size === 0) keys.delete(value);
        }
      });
    }
  }
}
