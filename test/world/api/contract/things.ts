/** The objects that stories are about. */
import { apiVersionOf } from '../../../../common/kube/types';
import type { KubeObject, ObjectMeta, ResourceType } from '../../../../common/kube/types';
import { OURS } from '../../../../common/kube/resources';
import { LEASES } from '../../../../common/kube/lease';

export type Meta = Partial<ObjectMeta>;

const kindOf = (kind: string): ResourceType<Loose> =>
  Object.values(OURS as Record<string, ResourceType>).find((type) => type.kind === kind) as ResourceType<Loose>;

export const DOMAINS = kindOf('XenDomain');
export const AGENTS = kindOf('XenAgent');
export const HOSTS = kindOf('XenHost');
export const POOLS = kindOf('XenPool');
export const KEEP = 'xenfleet.io/keep';

/** As `any` kind of object: stories send wrong ones, too. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = KubeObject & { readonly spec?: any; readonly status?: any };

export const object = (type: ResourceType, metadata: Meta, more: object = {}): Loose => ({
  apiVersion: apiVersionOf(type),
  kind: type.kind,
  ...more,
  metadata: { name: 'one', ...metadata },
});

export const domain = (namespace: string, epoch: number, metadata: Meta = {}): Loose =>
  object(DOMAINS, { namespace, ...metadata }, { spec: orderSpec(epoch) });
export const orderSpec = (epoch: number): object => ({
  fleetID: 'f',
  vm: { namespace: 'acme', name: 'one', uid: 'u' },
  epoch,
  desired: 'Absent',
});
export const agent = (namespace: string, nonce = 'first', metadata: Meta = {}): Loose =>
  object(AGENTS, { namespace, ...metadata }, { spec: { fleetID: 'f', nonce } });
export const lease = (namespace: string, holderIdentity: string, metadata: Meta = {}): Loose =>
  object(LEASES, { namespace, ...metadata }, { spec: { holderIdentity } });
export const condition = (type: string, status = 'True'): object => ({
  type,
  status,
  reason: 'Told',
  message: 'm',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
