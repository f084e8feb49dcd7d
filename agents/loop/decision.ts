/** One decision about a domain, on its way from the worker to the host. */
import type { ObjectMeta } from '../../crds/generated/types';
import type { DomainRecord } from '../reconcile/record';
import type { StepInput } from '../reconcile/types';
import type { Freshness } from './gather';

export interface Decision {
  readonly uuid: string;
  readonly input: StepInput;
  /** Metadata of the order that the decision is about. */
  readonly order: ObjectMeta | undefined;
  /** What must be remembered before anything is done. */
  readonly record: DomainRecord | undefined;
  /** Resolves when `record` is durable. */
  readonly saved: Promise<void>;
  readonly freshness: Freshness;
}

/** again: decide anew at once. wait: do nothing until the worker is woken. */
export type Next = 'again' | 'wait';
