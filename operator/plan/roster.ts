/**
 * The names of all hosts are kept on Dom0s, for a restored backup of the API knows no host that was
 * added after it, and such a host may run a VM that the backup shows elsewhere. Pure.
 *
 * Only the oldest hosts keep the names. Of all hosts a backup knows the oldest ones, whenever it
 * was made; and so the cost of one more host does not grow with the fleet.
 *
 * Only the name of a host that the API knows is let go, as the host leaves or when others keep the
 * names. Names of strangers stay on a Dom0 until somebody says what became of them.
 */
import type { XenAgent, XenAgentSpec, XenHost } from '../../crds/generated/types';

/** So many hosts keep the names. Two must agree about a stranger, and some may be lost. */
export const KEEPERS = 16;
const MOST_NAMES = 4096;
/** No restore goes back so many rosters. A higher report is a lie: it must use up no epochs. */
const FAR_EPOCHS = 1_000_000;

interface Deleted {
  readonly metadata: { readonly deletionTimestamp?: string };
}

/** Nothing of the fleet is on the host any more, so it is forgotten before its XenHost is gone. */
export const isLeaving = ({ metadata }: XenHost, namespace: Deleted | undefined): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined);

/** Not while it is to go, quarantined, or in a boot that was declared over. */
export const isTrusted = ({ metadata, spec, status }: XenHost): boolean =>
  metadata.deletionTimestamp === undefined &&
  spec.quarantined !== true &&
  (spec.declaredDead === undefined || spec.declaredDead !== status?.bootID);

/** Names of the hosts that keep the names of all. */
export function keepersOf(hosts: readonly XenHost[]): ReadonlySet<string> {
  const age = ({ metadata: { creationTimestamp = '', name } }: XenHost): string => `${creationTimestamp} ${name}`;
  const oldest = hosts.filter(isTrusted).toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  return new Set(oldest.slice(0, KEEPERS).map(({ metadata }) => metadata.name));
}

export interface FleetRoster {
  /** The names that are to be kept, sorted. */
  readonly roster: readonly string[];
  readonly keepers: ReadonlySet<string>;
  /** Names of all XenHosts, including those that leave. */
  readonly known: ReadonlySet<string>;
}

export type ToldRoster = Required<Pick<XenAgentSpec, 'roster' | 'rosterEpoch'>>;

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index]);

/** What the agent of `host` is told. If that is what it was told before, nothing changes. */
export function rosterFor(host: string, agent: XenAgent | undefined, fleet: FleetRoster): ToldRoster {
  const { roster: told = [], rosterEpoch: toldEpoch = 0 } = agent?.spec ?? {};
  const { roster: kept = [], rosterEpoch: saidEpoch = 0 } = agent?.status ?? {};
  const keptEpoch = saidEpoch - toldEpoch > FAR_EPOCHS ? 0 : saidEpoch;
  const inForce = keptEpoch > toldEpoch ? kept : told;
  const strangers = inForce.filter((name) => !fleet.known.has(name));
  const own = fleet.keepers.has(host) ? fleet.roster : [];
  const wanted = [...own, ...strangers].slice(0, MOST_NAMES).sort();
  if (toldEpoch > 0 && isSame(inForce, wanted)) return { roster: told, rosterEpoch: toldEpoch };
  return { roster: wanted, rosterEpoch: Math.max(toldEpoch, keptEpoch) + 1 };
}

export interface Roster {
  readonly host: string;
  readonly names: readonly string[];
}

/**
 * Names in the rosters of reports that are no hosts of ours. One report alone could be a lie, and
 * the whole fleet would wait for a host that never was; so two must agree, unless only one host
 * keeps names. `rosters`: of all reports that keep any names.
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
