/** Import circles. Pure. */
import type { Import } from './sources';

/**
 * Every import circle once, the shortest way round, beginning with its first file by name. Imports
 * of types count too: two files that need each other's types cannot be read one after the other.
 */
export function circles(imports: readonly Import[], all: readonly string[]): string[] {
  const known = new Set(all);
  const fileOf = (target: string): string | undefined =>
    [target, `${target}.ts`, `${target}/index.ts`].find((path) => known.has(path));
  const next = new Map<string, string[]>();
  for (const { file, target } of imports) {
    const path = fileOf(target);
    if (path !== undefined) next.set(file, [...(next.get(file) ?? []), path]);
  }
  return all.flatMap((start) => {
    const way = shortestWayBack(start, next);
    return way && start === [...way].sort()[0] ? [[...way, start].join(' → ')] : [];
  });
}

/** The files of the shortest circle through one, which comes first; undefined if there is none. */
function shortestWayBack(start: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const file of next.get(way.at(-1) ?? '') ?? []) {
      if (file === start) return way;
      if (!seen.has(file)) ways.push([...way, file]);
      seen.add(file);
    }
  }
  return undefined;
}
