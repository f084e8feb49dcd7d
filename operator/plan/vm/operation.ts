/** What operations on a VM mean for its order. Pure. */
import type { XenDomain, XenDomainSpec, XenVM, XenVMOperation } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import type { PlacedOrder, VmFacts } from './facts';

type Orders = Pick<VmFacts, 'orders'>;
type Asked = NonNullable<XenDomainSpec['operation']>;
type Word = NonNullable<NonNullable<XenDomain['status']>['operations']>[number];

export const orderOn = ({ orders }: Orders, host: string | undefined): XenDomain | undefined =>
  orders.find((placed) => placed.host === host)?.order;

/** What the host of the claim says of an operation. */
export function wordOn({ vm, orders }: Pick<VmFacts, 'vm' | 'orders'>, uid: string | undefined): Word | undefined {
  const { status } = orderOn({ orders }, vm.status?.placement?.host) ?? {};
  return status?.operations?.find((word) => word.uid === uid);
}

/** What runs goes first, then what was created first, then the smaller UID. */
export function byTurn(a: XenVMOperation, b: XenVMOperation): number {
  const key = ({ metadata, status }: XenVMOperation): string =>
    [status?.phase === 'Running' ? 0 : 1, metadata.creationTimestamp ?? '', metadata.uid ?? ''].join('/');
  return key(a) < key(b) ? -1 : 1;
}

/** The operation that the order on the claimed host is to carry, if there is one. */
export function handedOver(
  vm: XenVM,
  operations: readonly XenVMOperation[],
  orders: readonly PlacedOrder[],
): XenVMOperation | undefined {
  const { placement } = vm.status ?? {};
  const isHere = ({ status }: XenVMOperation): boolean =>
    status?.phase === 'Running' && status.vmUID === vm.metadata.uid && status.host === placement?.host;
  const isOpen = ({ metadata }: XenVMOperation): boolean =>
    (wordOn({ vm, orders }, metadata.uid)?.phase ?? 'Running') === 'Running';
  return operations.filter((one) => isHere(one) && isOpen(one)).sort(byTurn)[0];
}

/** All is resolved in it: a Reset is a Restart that asks nobody. */
function askedBy({ metadata, spec }: XenVMOperation): Asked {
  const { uid = '', creationTimestamp: createdAt = '' } = metadata;
  const atOnce = spec.type === 'Reset' || spec.force === true;
  const gracePeriodSeconds = atOnce ? 0 : spec.gracePeriodSeconds;
  return defined({ uid, createdAt, type: spec.type === 'Reset' ? 'Restart' : spec.type, gracePeriodSeconds });
}

/**
 * What runPolicy Manual keeps true on this host, if anybody says: the operation under way, the
 * Dom0, or, where the order is made anew, the domain that is there.
 */
function keptOn(f: VmFacts, host: string, order: XenDomain | undefined): 'Running' | 'Stopped' | undefined {
  const { type } = f.operation?.spec ?? {};
  if (type === 'Start' || type === 'Stop') return type === 'Start' ? 'Running' : 'Stopped';
  if (order === undefined) return f.sightings.some((s) => s.host === host && s.present) ? 'Running' : undefined;
  const { status, metadata, spec } = order;
  const isCurrent = status?.observedGeneration === metadata.generation && status?.epoch === spec.epoch;
  return isCurrent ? status?.kept : undefined;
}

/** The order with what operations ask for. The last one stays in it. */
export function withOperation(f: VmFacts, host: string, spec: XenDomainSpec): XenDomainSpec {
  const order = orderOn(f, host);
  const operation = f.operation === undefined ? order?.spec.operation : askedBy(f.operation);
  const kept = f.vm.spec.runPolicy === 'Manual' ? keptOn(f, host, order) : undefined;
  return defined({ ...spec, operation, ...(kept && { desired: kept }) });
}
