import { unresolvable } from './filter';
import type { Filter } from './filter';

/** The host's agent is heard, and its memory can be sold. */
export const hostReady: Filter = {
  name: 'HostReady',
  reads: 'host',
  fits: (world, _vm, slot) => {
    const host = world.hosts.spec(slot);
    return host.ready && host.notSellableReason === undefined;
  },
  refusal: (world, _vm, slot) => {
    const host = world.hosts.spec(slot);
    return unresolvable(host.ready ? (host.notSellableReason ?? '') : (host.notReadyReason ?? 'NotReady'));
  },
};
