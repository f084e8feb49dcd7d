/**
 * Which changes may make room for a VM that waits, or change the reason why there is none. The keys
 * only say what changed: all VMs that wait are asked.
 */
import type { StoreChange } from '../../runtime/store';
import type { KubeObject } from '../../../common/kube/types';
import { watch, watchViews, type Watch } from '../frame/watch';

const unlessAdded = ({ type, key }: StoreChange<KubeObject>): string[] => (type === 'added' ? [] : [key]);

/** A change of the pool's status alone changes no room. */
function ruleChanged(change: StoreChange<KubeObject>): string[] {
  const isStatus = change.type === 'updated' && change.old.metadata.generation === change.object.metadata.generation;
  return isStatus ? [] : [change.key];
}

export const ROOM_WATCHES: readonly Watch[] = [
  watch('vms', unlessAdded),
  watch('domains', ({ type, key }) => (type === 'deleted' ? [key] : [])),
  watch('hosts', ({ key }) => [key]),
  watch('agents', ({ key }) => [key]),
  watch('pools', ruleChanged),
  watchViews((host) => [host]),
];
