/** Which parts of a change matter to other objects than the changed one. */
import type { XenHost, XenPool } from '../../../crds/generated/types';
import type { KubeObject } from '../../../common/kube/types';
import { isTrusted } from '../../plan/roster';
import { sameSpec } from '../../plan/same';
import type { StoreChange } from '../../runtime/store';

/** Who may use the pool has changed. (Its status changes all the time; this hardly ever does.) */
export function whoMayChanged(change: StoreChange<XenPool>): boolean {
  const before = change.type === 'added' ? undefined : change.old.spec.allowedNamespaces;
  const after = change.type === 'deleted' ? undefined : change.object.spec.allowedNamespaces;
  return !sameSpec(before, after);
}

/** The object is gone, or its deletion has begun. */
export function endChanged(change: StoreChange<KubeObject>): boolean {
  if (change.type !== 'updated') return change.type === 'deleted';
  return change.old.metadata.deletionTimestamp !== change.object.metadata.deletionTimestamp;
}

/** A host came or goes, or whether it may keep the names of all hosts has changed. */
export function rosterMayChange(change: StoreChange<XenHost>): boolean {
  if (change.type !== 'updated' || endChanged(change)) return true;
  return isTrusted(change.old) !== isTrusted(change.object);
}
