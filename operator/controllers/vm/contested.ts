/** What only one VM can have (its UUID and its MAC addresses) and a change affects. */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { macsOf, uuidOf } from '../../plan/vm/resolve';
import type { StoreChange } from '../../runtime/store';

export interface Contested {
  readonly uuids: readonly string[];
  readonly macs: readonly string[];
}

const NOTHING: Contested = { uuids: [], macs: [] };

function heldBy(vm: XenVM | undefined): Contested {
  if (vm === undefined) return NOTHING;
  const uuid = uuidOf(vm);
  const macs = [...macsOf(vm, uuid), ...(vm.status?.networks ?? [])].map(({ mac }) => mac);
  return { uuids: [uuid], macs: [...new Set(macs)] };
}

export function heldByOrder({ metadata, spec }: XenDomain): Contested {
  return { uuids: [metadata.name], macs: (spec.networks ?? []).map(({ mac }) => mac) };
}

/**
 * Empty if the VM holds the same as before with the same right. Of two VMs the placed one wins, so
 * being placed is part of that right.
 */
export function contested(change: StoreChange<XenVM>): Contested {
  const before = 'old' in change ? change.old : undefined;
  const after = 'object' in change ? change.object : undefined;
  const [was, is] = [heldBy(before), heldBy(after)];
  const right = (vm: XenVM | undefined): boolean => vm?.status?.placement !== undefined;
  if (JSON.stringify(was) === JSON.stringify(is) && right(before) === right(after)) return NOTHING;
  return { uuids: [...was.uuids, ...is.uuids], macs: [...was.macs, ...is.macs] };
}
