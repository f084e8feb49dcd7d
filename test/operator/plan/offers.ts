/** A host with its report, as a snapshot is made of it. */
import type { XenAgent, XenHost } from '../../../crds/generated/types';
import type { HostOffer } from '../../../operator/plan/snapshot/host';
import { FLEET, host } from './builders';

export type Report = NonNullable<XenAgent['status']>;
export const xenHost = (over: { meta?: object; spec?: object } = {}): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: { name: 'h1', ...over.meta },
  spec: { ...over.spec },
});
export const agent = (status?: Report): XenAgent => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenAgent',
  metadata: { name: 'h1' },
  spec: { fleetID: FLEET },
  ...(status && { status }),
});
export const offer = (over: Partial<HostOffer> = {}, report?: Report): HostOffer => ({
  host: xenHost(),
  view: host('h1'),
  agent: agent(report),
  terms: () => ({ locality: 'local', overcommitRatio: 1 }),
  strayOrders: [],
  isClaimed: () => false,
  isPlaced: () => false,
  ...over,
});
