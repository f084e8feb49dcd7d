/** What is said of a domain is counted as a transition and handed to the writer of its status. */
import type { ObjectMeta } from '../../crds/generated/types';
import type { DomainRecord } from '../reconcile/record';
import type { Report } from '../reconcile/types';
import type { DomainStatusWriter } from '../status/domain-writer';
import type { Transitions } from './transitions';

export interface Said {
  readonly report: Report;
  /** Metadata of the order that the decision was about. */
  readonly order: ObjectMeta | undefined;
  readonly record?: DomainRecord | undefined;
  readonly domid?: number | undefined;
  readonly bootID: string;
}

export class Reports {
  constructor(
    private readonly statuses: DomainStatusWriter,
    private readonly transitions: Transitions,
  ) {}

  say(uuid: string, { report, order, record, domid, bootID }: Said): void {
    this.transitions.phase(uuid, report);
    const { uid, generation } = order ?? {};
    this.statuses.set(uuid, { report, record, domid, uid, generation, bootID });
  }
}
