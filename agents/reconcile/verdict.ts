/** What follows the end of a run. Pure. */
import { underWay } from './record';
import type { DomainRecord } from './record';

/** `again` may have to wait for the back-off. */
export type Verdict = 'again' | 'finished' | 'failed';

export function verdictOf(record: DomainRecord): Verdict {
  // What ends a guest is over when it is off, so this operation is to start one.
  if (underWay(record) !== undefined) return 'again';
  const { started, ended, order } = record;
  if (!started || started.epoch !== record.epoch || !ended || ended.how === 'ordered' || record.stopping)
    return 'again';
  if (['reboot', 'soft_reset', 'restarted'].includes(ended.how)) return 'again';
  const clean = ['poweroff', 'suspend', 'stopped'].includes(ended.how);
  if (order.runPolicy === 'Always') return 'again';
  if (clean) return 'finished';
  return order.runPolicy === 'RerunOnFailure' ? 'again' : 'failed';
}
