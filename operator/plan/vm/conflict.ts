/**
 * Two identities that want one thing: a UUID, a name on a Dom0, a MAC address. Pure.
 *
 * Tenants are strangers, so no message names another tenant's VM; administrators find it by
 * `kubectl get xvm -A` and the field that is named.
 */
import type { XenVM } from '../../../crds/generated/types';
import type { Hold } from './action';
import { isRetired, type MacUse, type Rival, type VmFacts } from './facts';

/** Of two VMs that claim one thing, who has it: the one that is placed, then the older, then the smaller UID. */
function comesFirst(rival: Rival, vm: XenVM): boolean {
  const placed = vm.status?.placement !== undefined;
  if (rival.placed !== placed) return rival.placed;
  const born = (createdAt: string, uid: string): string => `${createdAt}/${uid}`;
  return born(rival.createdAt, rival.uid) < born(vm.metadata.creationTimestamp ?? '', vm.metadata.uid ?? '');
}

const conflict = (reason: 'IdentityConflict' | 'MacConflict', message: string): Hold => ({
  reason,
  message,
  stalled: true,
});

/** What helps whoever has a UUID that is not theirs: the identity of a XenVM never changes. */
export const MAKE_ANEW = 'delete this XenVM and make it anew, without spec.identity or with another UUID there';

/** Another XenVM has the UUID by right. Asked of every VM at every look, placed or not. */
export function rivalConflict(f: VmFacts): Hold | undefined {
  if (!f.rivals.some((rival) => comesFirst(rival, f.vm))) return undefined;
  return conflict(
    'IdentityConflict',
    `spec.identity.uuid: ${f.uuid} belongs to another XenVM already, and is immutable: ${MAKE_ANEW}`,
  );
}

/** Whatever else keeps a VM without a claim from this UUID or this name. */
export function identityConflict(f: VmFacts): Hold | undefined {
  return rivalConflict(f) ?? strangerConflict(f) ?? namesakeConflict(f);
}

/** A Dom0 keeps this UUID for somebody else, or runs a domain of it that it keeps for nobody. */
function strangerConflict(f: VmFacts): Hold | undefined {
  const [order] = f.foreignOrders;
  const [seen] = f.foreignSightings;
  const host = order?.host ?? seen?.host;
  if (host === undefined) return undefined;
  const unowned = order === undefined && seen?.name === '';
  return conflict(
    'IdentityConflict',
    unowned
      ? `host ${host} runs a domain of UUID ${f.uuid} that the fleet does not own; it is never touched. End that domain on its host with xl, or ${MAKE_ANEW}`
      : `host ${host} keeps UUID ${f.uuid} for another namespace or name; only a XenVM of that namespace and name may take it over; ${MAKE_ANEW}`,
  );
}

/** A domain of this name is out there under another UUID: the cluster was restored or rebuilt, and the tenant's machine still runs. */
function namesakeConflict(f: VmFacts): Hold | undefined {
  const [namesake] = f.namesakes;
  if (namesake === undefined) return undefined;
  const { host, uuid } = namesake;
  const { namespace = '', name } = f.vm.metadata;
  return conflict(
    'IdentityConflict',
    `host ${host} holds a domain of ${namespace}/${name} with UUID ${uuid}: to take it over, delete this XenVM and make it anew with spec.identity.uuid: ${uuid}`,
  );
}

/** A MAC address that somebody else has by right. What was granted to a VM is its own, whatever another one asks for later. */
export function macConflict(f: VmFacts): Hold | undefined {
  const mine = new Set([
    ...(f.vm.status?.networks ?? []).map(({ mac }) => mac),
    ...f.orders
      .filter(({ order }) => !isRetired(order))
      .flatMap(({ order }) => order.spec.networks ?? [])
      .map(({ mac }) => mac),
  ]);
  const lost = f.macUses.find((use) => isLost(use, mine.has(use.mac), f.vm));
  if (lost === undefined) return undefined;
  return conflict(
    'MacConflict',
    `spec.networks[${lost.network}].mac: ${lost.mac} is in use by another XenVM; choose another, or leave mac out to have one derived`,
  );
}

function isLost({ granted, rival }: MacUse, mine: boolean, vm: XenVM): boolean {
  if (granted !== mine) return granted;
  return rival === undefined ? granted : comesFirst(rival, vm);
}
