/**
 * What every agent is told of the fleet, cut to what one XenAgent can carry. Names all that is left
 * out. Pure.
 */
import type { XenAgentSpec, XenNetwork, XenStoragePool } from '../../crds/generated/types';
import type { CatalogReason } from '../../common/reasons';
import type { FleetRoster } from './roster';

/** The bounds of XenAgent.spec. If all are reached it takes about half of what etcd accepts. */
export const AGENT_LIMITS = { roster: 4096, storagePools: 256, networks: 2048, nameLength: 63 } as const;

export interface CatalogFacts {
  readonly roster: FleetRoster;
  readonly storagePools: readonly XenStoragePool[];
  readonly networks: readonly XenNetwork[];
}

/** An object that agents are not told of, and what would help. */
export interface LeftOut {
  readonly kind: 'XenHost' | 'XenStoragePool' | 'XenNetwork';
  readonly name: string;
  readonly reason: CatalogReason;
  readonly message: string;
}

export interface AgentCatalog extends Required<Pick<XenAgentSpec, 'storagePools' | 'networks'>> {
  readonly roster: FleetRoster;
  readonly leftOut: readonly LeftOut[];
}

interface Named {
  readonly name: string;
}

/** The first `most` by name of those that can be told, whatever the order of arrival. */
function cut<T extends Named>(kind: LeftOut['kind'], items: readonly T[], most: number, leftOut: LeftOut[]): T[] {
  const { nameLength } = AGENT_LIMITS;
  const sayable = items.filter(({ name }) => name.length <= nameLength);
  for (const { name } of items.filter((item) => item.name.length > nameLength)) {
    const message = `metadata.name is ${name.length} characters long, and agents are told of names of at most ${nameLength}: create it anew under a shorter one`;
    leftOut.push({ kind, name, reason: 'NameTooLong', message });
  }
  const sorted = sayable.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name } of sorted.slice(most)) {
    const message = `there are ${sorted.length} objects of kind ${kind}, and agents are told of the first ${most} by name: delete those that nobody needs`;
    leftOut.push({ kind, name, reason: 'TooMany', message });
  }
  return sorted.slice(0, most);
}

export function agentCatalog({ roster, storagePools, networks }: CatalogFacts): AgentCatalog {
  const leftOut: LeftOut[] = [];
  const hosts = roster.roster.map((name) => ({ name }));
  const pools = storagePools.map(({ metadata: { name }, spec: { driver, path, locality } }) => ({
    name,
    driver,
    path,
    locality,
  }));
  const bridges = networks.map(({ metadata: { name }, spec: { bridge } }) => ({ name, bridge }));
  return {
    roster: { ...roster, roster: cut('XenHost', hosts, AGENT_LIMITS.roster, leftOut).map(({ name }) => name) },
    storagePools: cut('XenStoragePool', pools, AGENT_LIMITS.storagePools, leftOut),
    networks: cut('XenNetwork', bridges, AGENT_LIMITS.networks, leftOut),
    leftOut,
  };
}
