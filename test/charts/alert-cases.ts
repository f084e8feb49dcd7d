/**
 * For each alert the figures under which it fires, and some under which it must not. Series are in
 * promtool's notation, one value each minute: `1x20` is 1 and again 20 times, `_` is no value.
 */
export interface AlertCase {
  /** What is scraped while it should fire. */
  readonly when: readonly string[];
  /** It fires at the second of these minutes, and not yet at the first. */
  readonly minutes: readonly [notYet: number, fires: number];
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Under each of these it stays quiet. */
  readonly quiet: readonly (readonly string[])[];
}

const MiB = 1024 * 1024;
const series = (metric: string, labels: Readonly<Record<string, string>>, values: string): string => {
  const all = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `xenfleet_${metric}{${all.join(',')}} ${values}`;
};
const hostIs = (reason: string, values: string): string => series('host_not_ready', { host: 'h1', reason }, values);
const vmsAre = (reason: string, values: string): string => series('vms_not_ready', { reason }, values);
const memory = (host: string, kind: string, values: string): string =>
  series('host_memory_bytes', { host, kind }, values);
const storage = (kind: string, values: string): string =>
  series('host_storage_bytes', { host: 'h1', pool: 'ssd', kind }, values);
const pool = (kind: string, values: string): string => series('pool_memory_bytes', { pool: 'p', kind }, values);
const reconciles = (outcome: string, values: string): string =>
  series('reconcile_total', { controller: 'vm', outcome }, values);
const calls = (code: string, values: string, verb = 'get'): string =>
  series('api_request_seconds_count', { verb, resource: 'xenvms', code }, values);

const onHost = (
  reason: string,
  minutes: readonly [number, number],
  summary: string,
  others: readonly string[],
): AlertCase => ({
  when: [hostIs(reason, '1x60')],
  minutes,
  labels: { host: 'h1' },
  summary,
  quiet: [[hostIs(reason, '1 stale')], ...others.map((other) => [hostIs(other, '1x60')])],
});
const onVms = (reason: string, minutes: readonly [number, number], summary: string, by: boolean): AlertCase => ({
  when: [vmsAre(reason, '3x60')],
  minutes,
  labels: by ? { reason } : {},
  summary,
  quiet: [[vmsAre('Starting', '3x60')], [vmsAre(reason, '0x60')]],
});
const gauge = (metric: string, minutes: readonly [number, number], summary: string): AlertCase => ({
  when: [series(metric, { pod: 'a' }, '2x60'), series(metric, { pod: 'b' }, '0x60')],
  minutes,
  labels: {},
  summary,
  quiet: [[series(metric, { pod: 'a' }, '0x60')]],
});

export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  XenFleetHostSilent: onHost('AgentSilent', [1, 3], 'Host h1 is silent.', ['DeclaredDead', 'Quarantined']),
  XenFleetHostDeclaredDeadButAlive: onHost('DeclaredDeadButAlive', [0, 2], 'Host h1 is declared dead and lives.', [
    'DeclaredDead',
  ]),
  XenFleetHostAgentTrouble: onHost('AgentTrouble', [4, 6], 'Something is wrong on the Dom0 of h1.', ['AgentSilent']),
  XenFleetHostNotReady: {
    ...onHost('MachineChanged', [14, 16], 'Host h1 is not ready: MachineChanged.', [
      ...['AgentSilent', 'AgentTrouble', 'DeclaredDead', 'DeclaredDeadButAlive', 'HoldsDomains', 'Quarantined'],
    ]),
    labels: { host: 'h1', reason: 'MachineChanged' },
  },
  XenFleetHostMemoryUnaccounted: {
    when: [memory('h1', 'residual', `${256 * MiB}x60`)],
    minutes: [14, 16],
    labels: { host: 'h1' },
    summary: 'Xen on h1 has less free memory than the ledger counts.',
    quiet: [[memory('h1', 'residual', `${128 * MiB}x60`)], [memory('h1', 'residual', `-${1024 * MiB}x60`)]],
  },
  XenFleetHostOversold: {
    when: [memory('h1', 'free', `-${MiB}x60`), memory('h1', 'total', `${1024 * MiB}x60`)],
    minutes: [4, 6],
    labels: { host: 'h1' },
    summary: 'Host h1 has promised more memory than it has.',
    quiet: [
      [memory('h1', 'free', '0x60'), memory('h1', 'total', `${1024 * MiB}x60`)],
      // It has not said yet what it has.
      [memory('h1', 'free', `-${MiB}x60`), memory('h1', 'total', '0x60')],
    ],
  },
  XenFleetHostStorageFilling: {
    when: [storage('free', '14x60'), storage('total', '100x60')],
    minutes: [29, 31],
    labels: { host: 'h1', pool: 'ssd' },
    summary: 'Storage pool ssd on h1 is filling.',
    quiet: [[storage('free', '15x60'), storage('total', '100x60')]],
  },
  XenFleetHostStorageFull: {
    when: [storage('free', '4x60'), storage('total', '100x60')],
    minutes: [4, 6],
    labels: { host: 'h1', pool: 'ssd' },
    summary: 'Storage pool ssd on h1 is nearly full.',
    quiet: [[storage('free', '5x60'), storage('total', '100x60')]],
  },
  XenFleetDuplicateDomain: onVms('DuplicateDomain', [0, 2], '3 VM(s) seem to run twice.', false),
  XenFleetBrakeClosed: {
    ...gauge('brake_closed', [0, 0], 'Many XenVMs were deleted at once, and wait for an administrator.'),
    when: [series('brake_closed', { pod: 'a' }, '0 1x60'), series('brake_closed', { pod: 'b' }, '0x60')],
    minutes: [0, 1],
  },
  XenFleetToolstackHung: onVms('ToolstackHung', [4, 6], 'xl gives no answer for 3 VM(s): ToolstackHung.', true),
  XenFleetVMPending: {
    // promtool's clock begins at 0.
    when: [series('vms_pending_since_timestamp_seconds', { reason: 'Unschedulable' }, '0x60')],
    minutes: [16, 18],
    labels: { reason: 'Unschedulable' },
    summary: 'A VM is pending for 18m 0s: Unschedulable.',
    // Somebody always waits, and nobody for long.
    quiet: [[series('vms_pending_since_timestamp_seconds', { reason: 'Unschedulable' }, '0+60x60')]],
  },
  XenFleetVMNeedsAdministrator: onVms('PoolMissing', [14, 16], '3 VM(s) wait for an administrator: PoolMissing.', true),
  XenFleetGuestRestarting: onVms('RestartBackOff', [29, 31], '3 guest(s) crash or reboot again and again.', false),
  XenFleetPoolMemoryLow: {
    when: [pool('free', '9x60'), pool('total', '100x60')],
    minutes: [29, 31],
    labels: { pool: 'p' },
    summary: 'Pool p has little memory left.',
    // The second is a pool whose hosts have not reported.
    quiet: [
      [pool('free', '10x60'), pool('total', '100x60')],
      [pool('free', '0x60'), pool('total', '0x60')],
    ],
  },
  XenFleetFailuresNotTolerated: {
    when: [series('pool_failures_tolerated', { pool: 'p' }, '0x60')],
    minutes: [14, 16],
    labels: { pool: 'p' },
    summary: 'Pool p could not absorb a loss of hosts.',
    quiet: [[series('pool_failures_tolerated', { pool: 'p' }, '1x60')], []],
  },
  XenFleetNoLeader: {
    when: [series('leader', { pod: 'a' }, '0x60'), series('leader', { pod: 'b' }, '0x60')],
    minutes: [4, 6],
    labels: {},
    summary: 'No operator leads the fleet.',
    quiet: [
      [series('leader', { pod: 'a' }, '0x60'), series('leader', { pod: 'b' }, '1x60')],
      // A hand-over between two processes.
      [series('leader', { pod: 'a' }, '1x4 0x60'), series('leader', { pod: 'b' }, '0x5 1x60')],
      // Another installation leads: an alert of its own.
      [series('leader', { pod: 'a' }, '0x60'), series('second_installation', { pod: 'a' }, '1x60')],
    ],
  },
  XenFleetSecondInstallation: gauge('second_installation', [4, 6], 'Two operators are installed for this fleet.'),
  XenFleetHostsUnreported: gauge('unreported_hosts', [9, 11], '2 host(s) have not reported to the leader.'),
  XenFleetReconcileErrors: {
    when: [reconciles('error', '0+20x60'), reconciles('ok', '0+100x60')],
    minutes: [14, 17],
    labels: { controller: 'vm' },
    summary: '16.67% of the reconciles of vm fail.',
    quiet: [
      [reconciles('error', '0+10x60'), reconciles('ok', '0+100x60')],
      [reconciles('stale', '0+50x60'), reconciles('ok', '0+100x60')],
      [reconciles('error', '0x60'), reconciles('ok', '0x60')],
    ],
  },
  XenFleetQueueDeep: {
    when: ['101', '0'].map((keys, pod) => series('queue_depth', { controller: 'vm', pod: String(pod) }, `${keys}x60`)),
    minutes: [14, 16],
    labels: { controller: 'vm' },
    summary: '101 objects wait for the controller vm.',
    quiet: [
      [series('queue_depth', { controller: 'vm' }, '100x60')],
      [series('queue_depth', { controller: 'vm' }, '9000x5 0x60')],
    ],
  },
  XenFleetApiErrors: {
    when: [calls('503', '0+6x60'), calls('timeout', '0+4x60'), calls('200', '0+90x60')],
    minutes: [9, 12],
    labels: {},
    summary: '10% of the calls to the API server fail.',
    quiet: [
      [calls('503', '0+4x60'), calls('200', '0+100x60')],
      // Conflicts and what is gone are everyday answers; watches end as they like.
      [calls('409', '0+50x60'), calls('404', '0+50x60'), calls('200', '0+50x60')],
      [calls('503', '0+90x60', 'watch'), calls('200', '0+50x60')],
    ],
  },
  XenFleetWatchBroken: {
    when: [series('watch_state', { resource: 'xenvms', state: 'backingOff' }, '1x60')],
    minutes: [9, 11],
    labels: { resource: 'xenvms' },
    summary: 'The operator cannot watch xenvms.',
    quiet: [
      [series('watch_state', { resource: 'xenvms', state: 'watching' }, '1x60')],
      [series('watch_state', { resource: 'xenvms', state: 'backingOff' }, '1x4 0x60')],
    ],
  },
  XenFleetFaults: {
    when: [series('faults_total', { where: 'scrape' }, '0x5 1x60')],
    minutes: [5, 7],
    labels: { where: 'scrape' },
    summary: 'The operator has survived a bug (scrape).',
    quiet: [[series('faults_total', { where: 'scrape' }, '7x60')]],
  },
  XenFleetUnreadObjects: gauge('unread_objects', [9, 11], '2 object(s) cannot be read.'),
  XenFleetObjectsLeftOut: {
    ...gauge('left_out_objects', [9, 11], 'Agents are not told of 2 XenNetwork.'),
    when: [series('left_out_objects', { kind: 'XenNetwork' }, '2x60')],
    labels: { kind: 'XenNetwork' },
  },
};
