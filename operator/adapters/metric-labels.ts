/**
 * What each label of a metric says, for docs/reference/metrics.md. A label without words makes an
 * error there.
 */
import type { FilterName } from '../../scheduler/types';
import type { RelistCause, WatcherState } from '../../common/kube/watcher';
import type { ReconcileOutcome } from '../runtime/controller';
import { HOST_PHASES, VM_PHASES } from './fleet-gauges';
import type { PlacementResult } from './types';

/** Lists every value of a union. If one is missing here, nothing compiles. */
const valuesOf = <T extends string>(values: Readonly<Record<T, 0>>): string => Object.keys(values).join(', ');

const RESULTS = valuesOf<PlacementResult>({ placed: 0, grown: 0, unschedulable: 0, conflict: 0, error: 0 });
const OUTCOMES = valuesOf<ReconcileOutcome>({
  ok: 0,
  requeueAfter: 0,
  stale: 0,
  notLeading: 0,
  stopped: 0,
  terminal: 0,
  error: 0,
});
const STATES = valuesOf<WatcherState>({ empty: 0, paging: 0, checking: 0, watching: 0, backingOff: 0, stopped: 0 });
const CAUSES = valuesOf<RelistCause>({
  start: 0,
  expired: 0,
  forced: 0,
  periodic: 0,
  unreadable: 0,
  wentBack: 0,
  broken: 0,
});
const FILTERS = valuesOf<FilterName>({
  HostReady: 0,
  HostCordoned: 0,
  Taints: 0,
  HostSelector: 0,
  Pool: 0,
  GuestType: 0,
  Network: 0,
  DiskLocality: 0,
  Memory: 0,
  VCPU: 0,
  HVMGuests: 0,
  Storage: 0,
  Affinity: 0,
  AntiAffinity: 0,
  TopologySpread: 0,
  HostFailures: 0,
});

/** Keyed by label, or by metric and label if one label says different things. */
export const LABEL_WORDS: Readonly<Record<string, string>> = {
  version: 'version of the operator',
  where: 'part of the operator that caught it: watch, handler, controller, placement, pulse, scrape',
  'xenfleet_left_out_objects/kind': 'XenHost, XenNetwork, XenStoragePool',
  'xenfleet_host_memory_bytes/kind': 'total, dom0, committed, free, residual',
  'xenfleet_pool_memory_bytes/kind': 'total, committed, free',
  'xenfleet_host_storage_bytes/kind': 'total, free',
  'xenfleet_host_storage_bytes/pool': 'name of the XenStoragePool',
  'xenfleet_host_not_ready/reason': 'reason of the Ready condition (reasons.md)',
  'xenfleet_vms_not_ready/reason': 'reason of the Ready condition (reasons.md); Other for one that is none',
  'xenfleet_host_hvm_guests/kind': 'committed, limit',
  kind: 'committed, free',
  'xenfleet_hosts/phase': valuesOf(HOST_PHASES),
  'xenfleet_vms/phase': valuesOf(VM_PHASES),
  host: 'name of the XenHost',
  pool: 'name of the XenPool',
  'xenfleet_pool_hosts/state': 'ready, notReady',
  reason: 'reason of the Scheduled condition (reasons.md)',
  filter: FILTERS,
  result: RESULTS,
  controller: 'the kind that is looked at, such as vm',
  outcome: OUTCOMES,
  verb: 'get, list, watch, create, update, patch, apply, delete',
  resource: 'plural of the kind, such as xenvms',
  code: 'HTTP status, or the kind of the error where there was no answer',
  state: STATES,
  cause: CAUSES,
};
