/** Which changes make which XenHosts be looked at. */
import { hostOfNamespace } from '../../../common/names';
import type { Caches } from '../frame/caches';
import { watch, watchSelf, watchViews, type Watch } from '../frame/watch';

/** A change of the roster reaches the agents in one go. */
const ROSTER_DELAY_MS = 2000;

export const allHosts = (caches: Caches): string[] => caches.hosts.all().map(({ metadata }) => metadata.name);

function hostIn(namespace: string): string[] {
  const host = hostOfNamespace(namespace.split('/')[0] ?? '');
  return host === undefined ? [] : [host];
}

export const HOST_WATCHES: readonly Watch[] = [
  watchSelf('hosts'),
  watch('hosts', ({ type }, caches) => (type === 'updated' ? [] : allHosts(caches)), ROSTER_DELAY_MS),
  watch('agents', ({ key }) => hostIn(key)),
  watch('namespaces', ({ key }) => hostIn(key)),
  watchViews((host) => [host]),
  watch('storagePools', (_change, caches) => allHosts(caches)),
  watch('networks', (_change, caches) => allHosts(caches)),
];
