/** Which losses of a pool's hosts are planned for, and when there would be too many of them. */

/** Pairs of more hosts than this are not planned for. */
export const MOST_HOSTS_FOR_PAIRS = 256;

/** Why so many failures are not judged in a pool of so many hosts; undefined if they are. */
export function whyUnjudged(pool: string, hosts: number, failures: number): string | undefined {
  if (failures < 2 || hosts <= MOST_HOSTS_FOR_PAIRS) return undefined;
  return `2 host failures are judged in pools of up to ${MOST_HOSTS_FOR_PAIRS} hosts, and pool ${pool} has ${hosts}: set its hostFailuresToTolerate to 1, or split it`;
}

/** Every host, or every pair of hosts (of a pool of one host, that host), by slot. */
export function lossesToPlan(members: readonly number[], failures: number): (readonly number[])[] {
  if (failures < 1) return [];
  if (failures === 1 || members.length === 1) return members.map((slot) => [slot]);
  return members.flatMap((first, index) => members.slice(index + 1).map((second) => [first, second]));
}
