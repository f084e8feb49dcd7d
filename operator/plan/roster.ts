/** Hosts that are remembered from before a restore, though the API knows no such host any more. Pure. */

export interface Roster {
  readonly host: string;
  readonly names: readonly string[];
}

/**
 * Names in the rosters of reports that are no hosts of ours. One report alone could be a lie that
 * makes the whole fleet wait for a host that never was, so two must agree, unless only one host
 * has reported at all.
 */
export function rememberedHosts(rosters: readonly Roster[], isKnown: (name: string) => boolean): string[] {
  const votes = new Map<string, number>();
  for (const { names } of rosters) {
    for (const name of new Set(names)) if (!isKnown(name)) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const needed = Math.min(2, rosters.length);
  return [...votes]
    .filter(([, count]) => count >= needed)
    .map(([name]) => name)
    .sort();
}
