/** What of a pool of hosts bears on others than the pool itself. */
import type { XenPool } from '../../../crds/generated/types';
import { sameSpec } from '../../plan/same';
import type { StoreChange } from '../../runtime/store';
import { sides } from './watch';

/** Who may use the pool has changed. (Its status changes all the time; this hardly ever does.) */
export function whoMayChanged(change: StoreChange<XenPool>): boolean {
  const [rule, other] = sides(change).map(({ spec }) => spec.allowedNamespaces);
  return !sameSpec(rule, other);
}
