/** What people are told when a VM's status changes: Events as data. Pure. */
import type { XenVM, XenVMStatus } from '../../../crds/generated/types';
import { findCondition } from '../../../common/conditions';
import type { VMEventReason } from '../../../common/reasons';
import type { ShownStatus } from './status';

/** What a Kubernetes Event says. Its reason is that of a condition, or Terminated. */
export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

const TERMINATED: VMEventReason = 'Terminated';

/** How a run ended, in words. An end that was ordered is no news. */
const ENDS: Readonly<Record<string, { readonly type: Told['type']; readonly words: string }>> = {
  poweroff: { type: 'Normal', words: 'the guest shut down' },
  reboot: { type: 'Normal', words: 'the guest rebooted' },
  suspend: { type: 'Normal', words: 'the guest suspended' },
  soft_reset: { type: 'Normal', words: 'the guest reset itself' },
  crash: { type: 'Warning', words: 'the guest crashed' },
  watchdog: { type: 'Warning', words: 'the watchdog of the guest fired' },
  destroyed: { type: 'Warning', words: 'the domain was destroyed by somebody else' },
  hostReboot: { type: 'Warning', words: 'the host rebooted' },
};

function ended(before: XenVMStatus, status: ShownStatus, host: string): Told[] {
  const { reason = '', time } = status.lastTermination ?? {};
  const end = ENDS[reason];
  if (end === undefined || time === undefined || time === before.lastTermination?.time) return [];
  return [{ type: end.type, reason: TERMINATED, message: `${end.words} on ${host}` }];
}

function stalled(before: XenVMStatus, status: ShownStatus): Told[] {
  const now = findCondition(status.conditions, 'Stalled');
  if (now?.status !== 'True' || findCondition(before.conditions, 'Stalled')?.reason === now.reason) return [];
  return [{ type: 'Warning', reason: now.reason, message: now.message }];
}

/** In the order in which things happened. */
export function eventsOf(vm: XenVM, status: ShownStatus): Told[] {
  const before: XenVMStatus = vm.status ?? {};
  const host = before.placement?.host ?? 'no host';
  const terminated = ended(before, status, host);
  const runs = status.phase === 'Running' && (before.phase !== 'Running' || terminated.length > 0);
  return [
    ...terminated,
    ...(runs ? [{ type: 'Normal', reason: 'Running', message: `the domain runs on ${host}` } as const] : []),
    ...stalled(before, status),
  ];
}
