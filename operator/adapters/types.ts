/**
 * What the rest of the operator sees of the adapters. It holds interfaces only, so that nothing but
 * `main.ts` loads the packages behind them.
 */
import type { RequestReport } from '../../common/kube/transport';
import type { RelistCause, WatcherState } from '../../common/kube/watcher';
import type { HostReason, VMReason } from '../../common/reasons';
import type { XenHost, XenVM } from '../../crds/generated/types';
import type { ReconcileOutcome } from '../runtime/controller';
import type { FilterName, HostAccount, PoolAccount } from '../../scheduler/types';

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Messages are constants, so that they can be searched for and counted. What varies goes into the
 * fields, and an error under `error`.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

export type HostPhase = NonNullable<NonNullable<XenHost['status']>['phase']>;
export type VMPhase = NonNullable<NonNullable<XenVM['status']>['phase']>;

/** VMs that wait for one reason. */
export interface Waiting {
  readonly vms: number;
  /** Milliseconds since 1970: since when the first of them waits. Absent where none says. */
  readonly sinceMs?: number;
}

export interface HostUsage {
  /** Of the ledger. */
  readonly account: HostAccount;
  /** Physical ones. */
  readonly cpus: number;
  /** The fleet's storage pools that are on it. */
  readonly storage: readonly { readonly pool: string; readonly totalBytes: number; readonly freeBytes: number }[];
}

/** The state of the fleet, read when Prometheus asks. Counts of 0 may be left out. */
export interface FleetUsage {
  readonly hostsByPhase: Readonly<Partial<Record<HostPhase, number>>>;
  /** Every host that is not Ready, and the reason of its Ready condition. */
  readonly hostsNotReady: readonly { readonly host: string; readonly reason: HostReason }[];
  readonly hosts: readonly HostUsage[];
  /** The ledger's account of each pool. Not judged while hosts that may help have not reported. */
  readonly pools: readonly { readonly account: PoolAccount; readonly isJudged: boolean }[];
  readonly vmsByPhase: Readonly<Partial<Record<VMPhase, number>>>;
  /** VMs in Pending, by the reason of their Scheduled condition. */
  readonly pendingByReason: Readonly<Partial<Record<VMReason, Waiting>>>;
  /** VMs that are not as their spec wants them, by the reason of their Ready condition. */
  readonly vmsNotReadyByReason: Readonly<Partial<Record<VMReason | 'Other', number>>>;
  /** Unschedulable VMs for which this filter refused at least one host. */
  readonly refusalsByFilter: Readonly<Partial<Record<FilterName, number>>>;
  /** Hosts that have not yet answered this leader's nonce, and so hold up decisions. */
  readonly unreportedHosts: number;
  /** XenPools, XenHosts and XenVMs that cannot be read: what was counted for them before stays. */
  readonly unreadObjects: number;
}

export type PlacementResult = 'placed' | 'grown' | 'unschedulable' | 'conflict' | 'error';

export interface Metrics {
  /**
   * Asked at every scrape. While it gives undefined (this process does not lead, or its caches are
   * not synced) no figures of the fleet are shown.
   */
  onCollect(read: () => FleetUsage | undefined): void;
  /** Seconds from the creation of a VM to its first Running. */
  vmStarted(seconds: number): void;
  placement(result: PlacementResult): void;
  reconciled(controller: string, outcome: ReconcileOutcome, durationMs: number): void;
  queueDepth(controller: string, depth: number): void;
  queueWaited(controller: string, waitedMs: number): void;
  /** For `TransportOptions.onRequest`. */
  readonly apiRequest: (report: RequestReport) => void;
  watchState(resource: string, state: WatcherState): void;
  watchRelisted(resource: string, cause: RelistCause): void;
  missedEvents(resource: string, count: number): void;
  leading(isLeader: boolean): void;
  /** Whether an operator that is installed in another namespace leads this fleet. */
  secondInstallation(isThere: boolean): void;
  /** Objects of this kind that agents are not told of. */
  leftOut(kind: string, objects: number): void;
  /** Whether the brake on mass deletions is closed, and how many VMs it holds up. */
  brake(isClosed: boolean, held: number): void;
  /** An unexpected exception was caught at this place. */
  fault(where: string): void;
  /** The text for Prometheus. Figures of the fleet that cannot be told are left out. */
  expose(): Promise<Exposition>;
}

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'json' | 'text';

export interface OperatorConfig {
  /**
   * From `--kubeconfig` or `$KUBECONFIG` (several, separated by colons, are merged). If absent:
   * in-cluster, else `~/.kube/config`.
   */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The namespace in which the operator is installed. */
  readonly namespace: string;
  /** Of this process and no other. */
  readonly identity: string;
  readonly leaderElectLeaseMs: number;
  readonly listen: ListenAddress;
  readonly hostUnknownAfterMs: number;
  /**
   * The brake closes after more deletions within the window than the larger of the two. With
   * `deletions` 0 there is no brake.
   */
  readonly brake: { readonly deletions: number; readonly percent: number; readonly windowMs: number };
  /** Parallel reconciles per controller. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export interface ListenAddress {
  /** If absent: every address of the machine. */
  readonly host?: string;
  /** 0 means any free port. */
  readonly port: number;
}
