/** Every rule, in the order in which they are named to humans. */
import { affinity } from './affinity';
import { antiAffinity } from './anti-affinity';
import { diskLocality } from './disk-locality';
import type { Filter } from './filter';
import { guestType } from './guest-type';
import { hostCordoned } from './host-cordoned';
import { hostReady } from './host-ready';
import { hostSelector } from './host-selector';
import { hvmGuests } from './hvm-guests';
import { memory } from './memory';
import { network } from './network';
import { pool } from './pool';
import { storage } from './storage';
import { taints } from './taints';
import { topologySpread } from './topology-spread';
import { vcpu } from './vcpu';

export const FILTERS: readonly Filter[] = [
  memory,
  vcpu,
  hvmGuests,
  storage,
  hostReady,
  hostCordoned,
  taints,
  pool,
  hostSelector,
  guestType,
  network,
  diskLocality,
  affinity,
  antiAffinity,
  topologySpread,
];

export const HOST_FILTERS = FILTERS.filter(({ reads }) => reads === 'host');
export const ROOM_FILTERS = FILTERS.filter(({ reads }) => reads === 'room');
export const VM_FILTERS = FILTERS.filter(({ reads }) => reads === 'vms');
