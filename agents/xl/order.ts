/** An order that can be carried out: the fields that the CRD asks for unless a domain is to be Absent. Pure. */
import type { XenDomainSpec } from '../../crds/generated/types';

export type RunOrder = XenDomainSpec & Required<Pick<XenDomainSpec, 'type' | 'vcpus' | 'memory' | 'runPolicy'>>;
export type OrderDisk = NonNullable<XenDomainSpec['disks']>[number];
export type OrderNetwork = NonNullable<XenDomainSpec['networks']>[number];
export type GuestType = RunOrder['type'];

/** What of an order is not carried out, and what would be. */
export interface Refusal {
  readonly field: string;
  readonly value: string;
  readonly remedy: string;
}

export function isRunOrder(spec: XenDomainSpec): spec is RunOrder {
  return [spec.type, spec.vcpus, spec.memory, spec.runPolicy].every((field) => field !== undefined);
}

/** The refusal as a sentence; a value out of the API is shown escaped and bounded. */
export function refusalText(refusal: Refusal): string {
  return `${refusal.field} is ${JSON.stringify(refusal.value.slice(0, 200))}: ${refusal.remedy}`;
}
