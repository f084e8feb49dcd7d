/** Which changes lead to a look at which XenHosts. */
import type { XenAgent } from '../../../crds/generated/types';
import type { KubeObject } from '../../../common/kube/types';
import { hostOfNamespace } from '../../../common/names';
import type { Caches } from '../frame/caches';
import type { StoreChange } from '../../runtime/store';
import { endChanged, rosterMayChange } from '../frame/rules';
import { watch, watchSelf, watchViews, type Watch } from '../frame/watch';

/** All changes of the roster within this time reach the agents in one write. */
const ROSTER_DELAY_MS = 2000;

/** What is made anew is looked at again when this controller may make it again. */
const LEASE_DELAY_MS = 10_000;

export const allHosts = (caches: Caches): string[] => caches.hosts.all().map(({ metadata }) => metadata.name);

function hostIn(namespace: string): string[] {
  const host = hostOfNamespace(namespace.split('/')[0] ?? '');
  return host === undefined ? [] : [host];
}

const leavingHosts = (caches: Caches): string[] =>
  caches.hosts.all().flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [metadata.name]));

function endsHost(change: StoreChange<KubeObject>, caches: Caches): boolean {
  const host = hostOfNamespace(change.key);
  return host !== undefined && endChanged(change) && caches.hosts.get(host)?.metadata.deletionTimestamp !== undefined;
}

const isToldAnew = (change: StoreChange<XenAgent>): boolean =>
  change.type !== 'updated' || change.old.spec.rosterEpoch !== change.object.spec.rosterEpoch;

export const HOST_WATCHES: readonly Watch[] = [
  watchSelf('hosts'),
  watch('hosts', (change, caches) => (rosterMayChange(change) ? allHosts(caches) : []), ROSTER_DELAY_MS),
  watch('namespaces', (change, caches) => (endsHost(change, caches) ? allHosts(caches) : []), ROSTER_DELAY_MS),
  watch('agents', ({ key }) => hostIn(key)),
  // The finalizer of a deleted host waits until no agent is told to remember its name.
  watch('agents', (change, caches) => (isToldAnew(change) ? leavingHosts(caches) : [])),
  watch('namespaces', ({ key }) => hostIn(key)),
  // The news of its end may come after the namespace was made anew.
  watch('leases', ({ key, type }) => (type === 'deleted' ? hostIn(key) : []), LEASE_DELAY_MS),
  watchViews((host) => [host]),
  watch('storagePools', (_change, caches) => allHosts(caches)),
  watch('networks', (_change, caches) => allHosts(caches)),
];
