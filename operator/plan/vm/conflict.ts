/**
 * Two identities that want the same thing: a UUID, a name on a Dom0 or a MAC address. Pure.
 *
 * Tenants are strangers, so no message names another tenant's VM. Administrators find it with
 * `kubectl get xvm -A` and the field that is named.
 */
import type { XenVM } from '../../../crds/generated/types';
import type { Hold } from './action';
import { isRetired, type MacUse, type Rival, type VmFacts } from './facts';

/**
 * Whether the rival has the right to a thing that both claim: the one that is placed comes first,
 * then the older, then the smaller UID.
 */
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

/** What helps a VM whose UUID belongs to another. The identity of a XenVM never changes. */
export const MAKE_ANEW = 'delete this XenVM and make it anew, without spec.identity or with another UUID there';

/** Another XenVM has the right to the UUID. Asked at every look at a VM, placed or not. */
export function rivalConflict(f: VmFacts): Hold | undefined {
  if (!f.rivals.some((rival) => comesFirst(rival, f.vm))) return undefined;
  return conflict(
    'IdentityConflict',
    `spec.identity.uuid: ${f.uuid} belongs to another XenVM already, and is immutable: ${MAKE_ANEW}`,
  );
}

/** All that may keep a VM without a claim from this UUID or this name. */
export function identityConflict(f: VmFacts): Hold | undefined {
  return rivalConflict(f) ?? strangerConflict(f) ?? namesakeConflict(f);
}

/** A Dom0 keeps this UUID for somebody else, or runs a foreign domain of this UUID. */
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

/**
 * A domain of this name runs under another UUID: the cluster was restored or rebuilt, and the
 * tenant's machine still runs.
 */
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

/**
 * Somebody else has the right to a MAC address. A granted one stays with its VM, whatever another
 * VM asks for later.
 */
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

function isLost({ granted, rival, remembered }: MacUse, mine: boolean, vm: XenVM): boolean {
  if (remembered === true) return !mine;
  if (granted !== mine) return granted;
  return rival === undefined ? granted : comesFirst(rival, vm);
}
