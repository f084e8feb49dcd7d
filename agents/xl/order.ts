/**
 * An order that can be carried out: it has the fields that the CRD demands unless desired is
 * Absent. Pure.
 */
import type { XenDomainSpec } from '../../crds/generated/types';

export type RunOrder = XenDomainSpec & Required<Pick<XenDomainSpec, 'type' | 'vcpus' | 'memory' | 'runPolicy'>>;
export type OrderDisk = NonNullable<XenDomainSpec['disks']>[number];
export type OrderNetwork = NonNullable<XenDomainSpec['networks']>[number];
export type GuestType = RunOrder['type'];

/** A field of an order that is refused, and the value that would be accepted. */
export interface Refusal {
  readonly field: string;
  readonly value: string;
  readonly remedy: string;
}

export function isRunOrder(spec: XenDomainSpec): spec is RunOrder {
  return [spec.type, spec.vcpus, spec.memory, spec.runPolicy].every((field) => field !== undefined);
}

/** The refusal as a sentence. The value comes from the API, so it is shown escaped and cut. */
export function refusalText(refusal: Refusal): string {
  return `${refusal.field} is ${JSON.stringify(refusal.value.slice(0, 200))}: ${refusal.remedy}`;
}
