/** Everything that Prometheus sees, in one registry of our own. */
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { WatcherState } from '../../common/kube/watcher';
import { survive, type OnFault } from '../../common/survive';
import { version as packageVersion } from '../../package.json';
import { FleetGauges } from './fleet-gauges';
import { InstrumentMaker } from './instruments';
import type { Metrics, FleetUsage } from './types';

/** From one scheduler round to a slow image copy. */
const START_SECONDS = [0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
const RECONCILE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const API_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/**
 * prom-client names these gauges `_total`. The naming rules keep that for counters, so `promtool
 * check metrics` refuses them.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** `version` goes into `xenfleet_build_info`. `onFault` hears of figures that could not be told. */
export function createMetrics(
  version = packageVersion,
  onFault: OnFault = () => undefined,
  registry = new Registry(),
): Metrics {
  collectDefaultMetrics({ register: registry });
  MISNAMED.forEach((name) => registry.removeSingleMetric(name));
  const make = new InstrumentMaker(registry);
  make.gauge('xenfleet_build_info', 'Always 1; the version is in the label.', 'version').set({ version }, 1);
  const faultsHelp = 'Exceptions that nobody expected, by where they were caught; each is in the log with its stack.';
  const faults = make.counter('xenfleet_faults_total', faultsHelp, 'where');
  const fault = (where: string): void => faults.inc({ where });
  const leftOut = make.gauge('xenfleet_left_out_objects', 'Objects that agents are not told of.', 'kind');
  const closed = make.gauge('xenfleet_brake_closed', '1 while many deletions at once wait for an administrator.');
  const held = make.gauge('xenfleet_brake_held_vms', 'Deleted VMs whose guests run on because the brake is closed.');
  const scrapeFailed: OnFault = (where, error) => {
    fault(where);
    onFault(where, error);
  };
  const fleet = new FleetGauges(make, scrapeFailed);
  let read: () => FleetUsage | undefined = () => undefined;
  return {
    ...vms(make),
    ...controllers(make),
    ...api(make),
    fault,
    brake(isClosed, vms) {
      closed.set(isClosed ? 1 : 0);
      held.set(vms);
    },
    leftOut: (kind, objects) => leftOut.set({ kind }, objects),
    onCollect(reader) {
      read = reader;
    },
    async expose() {
      let figures: FleetUsage | undefined;
      survive('scrape', scrapeFailed, () => (figures = read()));
      fleet.show(figures);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function vms(make: InstrumentMaker): Pick<Metrics, 'vmStarted' | 'placement'> {
  const startHelp =
    'From the creation of a VM to its first Running, once for each; not of one that was off first as its run policy asks, nor of one that was made before this process watched.';
  const started = make.histogram('xenfleet_vm_start_seconds', startHelp, START_SECONDS);
  const placements = make.counter('xenfleet_placements_total', 'Decisions of the scheduler.', 'result');
  return { vmStarted: (seconds) => started.observe(seconds), placement: (result) => placements.inc({ result }) };
}

function controllers(
  make: InstrumentMaker,
): Pick<Metrics, 'reconciled' | 'queueDepth' | 'queueWaited' | 'leading' | 'secondInstallation'> {
  const reconciles = make.counter(
    'xenfleet_reconcile_total',
    'Reconciles, by how they ended.',
    'controller',
    'outcome',
  );
  const reconcileHelp = 'Duration of a reconcile.';
  const seconds = make.histogram('xenfleet_reconcile_seconds', reconcileHelp, RECONCILE_SECONDS, 'controller');
  const depth = make.gauge('xenfleet_queue_depth', 'Keys that are due and wait for a worker.', 'controller');
  const waitHelp = 'Time a due key waited for a worker.';
  const wait = make.histogram('xenfleet_queue_wait_seconds', waitHelp, RECONCILE_SECONDS, 'controller');
  const leader = make.gauge('xenfleet_leader', '1 while this process leads.');
  leader.set(0);
  const secondHelp =
    '1 while an operator that is installed in another namespace leads this fleet, and this one stands back.';
  const second = make.gauge('xenfleet_second_installation', secondHelp);
  return {
    leading: (isLeader) => leader.set(isLeader ? 1 : 0),
    secondInstallation: (isThere) => second.set(isThere ? 1 : 0),
    reconciled(controller, outcome, durationMs) {
      reconciles.inc({ controller, outcome });
      seconds.observe({ controller }, durationMs / 1000);
    },
    queueDepth: (controller, keys) => depth.set({ controller }, keys),
    queueWaited: (controller, waitedMs) => wait.observe({ controller }, waitedMs / 1000),
  };
}

function api(make: InstrumentMaker): Pick<Metrics, 'apiRequest' | 'watchState' | 'watchRelisted' | 'missedEvents'> {
  const help = 'Calls to the API server; watches count from start to end.';
  const requests = make.histogram('xenfleet_api_request_seconds', help, API_SECONDS, 'verb', 'resource', 'code');
  const states = make.gauge('xenfleet_watch_state', '1 for the state the watch of a kind is in.', 'resource', 'state');
  const relists = make.counter('xenfleet_watch_relists_total', 'Full lists, by cause.', 'resource', 'cause');
  const missed = make.counter('xenfleet_missed_events_total', 'Changes that only a relist found.', 'resource');
  const shown = new Map<string, WatcherState>();
  return {
    apiRequest({ verb, resource, code, durationMs }) {
      requests.observe({ verb, resource, code: String(code) }, durationMs / 1000);
    },
    watchState(resource, state) {
      const before = shown.get(resource);
      if (before !== undefined) states.set({ resource, state: before }, 0);
      states.set({ resource, state }, 1);
      shown.set(resource, state);
    },
    watchRelisted: (resource, cause) => relists.inc({ resource, cause }),
    missedEvents: (resource, count) => missed.inc({ resource }, count),
  };
}
