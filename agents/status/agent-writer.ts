/** Says what the host is, has and runs: at most once per heartbeat, at once where the operator waits for it, never where nothing changed. */
import type { XenAgent, XenAgentStatus } from '../../crds/generated/types';
import type { Clock, Timer } from '../../common/ports';
import { agentStatus, isWorthWriting } from './agent-status';
import type { AgentApi } from '../api/types';
import type { StorageDrivers } from '../storage/drivers';
import type { Store } from '../dom0/store';
import type { Look, View } from '../dom0/view';
import { errorText, type Log } from '../log';
import type { PolicySource } from '../dom0/policy-source';
import { isRetired } from '../reconcile/record';
import type { Observation } from '../xl/observe';
import type { Policy } from '../xl/policy';

export interface ReporterOptions {
  readonly api: AgentApi;
  readonly store: Store;
  readonly drivers: StorageDrivers;
  readonly view: View;
  readonly policy: PolicySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly heartbeatMs: number;
  /** ID of the machine; undefined until it can be told. */
  readonly machine: () => string | undefined;
  readonly mayReport: () => boolean;
}

interface Observed {
  readonly atMs: number;
  readonly of: string;
  readonly seen: Observation;
  /** What the last look could not tell, in words. */
  readonly missing?: string;
}

type Listed = Extract<Look, { listing: unknown }>;

const OBSERVE_EVERY_MS = 60_000;
const OBSERVE_AGAIN_MS = 15_000;
/** A little longer than the sections of scripts/observe.sh may take. */
const OBSERVE_WAIT_MS = 15_000;
const RETRY_MS = 2000;
/** A failure that is over sooner is no trouble. */
const TROUBLE_AFTER_MS = 30_000;
const NO_IMAGES = '/var/lib/xenfleet/images';

export class Reporter {
  private observation: Observed | undefined;
  private observing: Promise<void> | undefined;
  private waiting: Timer | undefined;
  /** Monotonic time of the last observation that told everything. */
  private wholeMs: number;
  private listed: Listed | undefined;
  private running = false;
  private wanted = false;
  private stopped = false;
  private timer: Timer | undefined;
  private reportedMs = Number.NEGATIVE_INFINITY;
  /** A new agent does not tell at once what moved by itself. */
  private writtenMs: number;

  constructor(private readonly options: ReporterOptions) {
    this.writtenMs = options.clock.monotonicMs();
    this.wholeMs = options.clock.monotonicMs();
  }

  /** Something changed: report with the next heartbeat, or now where the operator waits. */
  wake(): void {
    if (this.stopped) return;
    this.wanted = true;
    if (this.running) return;
    const sinceMs = this.options.clock.monotonicMs() - this.reportedMs;
    this.runIn(this.isAwaited() ? 0 : Math.max(0, this.options.heartbeatMs - sinceMs));
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.waiting?.cancel();
  }

  /** A first report, another nonce, or another spec. */
  private isAwaited(): boolean {
    const agent = this.options.api.agent();
    if (!agent) return false;
    const { nonce, observedGeneration } = agent.status ?? {};
    return agent.spec.nonce !== nonce || agent.metadata.generation !== observedGeneration;
  }

  private runIn(delayMs: number): void {
    this.timer?.cancel();
    if (!this.stopped) this.timer = this.options.clock.setTimer(delayMs, () => void this.run());
  }

  private async run(): Promise<void> {
    if (this.running || this.stopped) return;
    this.running = true;
    this.wanted = false;
    let delayMs = this.options.heartbeatMs;
    try {
      if (!(await this.report())) delayMs = RETRY_MS;
    } catch (error) {
      delayMs = RETRY_MS;
      this.options.log.warn({ error: errorText(error) }, 'the report of the host could not be made; trying again');
    }
    this.running = false;
    this.reportedMs = this.options.clock.monotonicMs();
    if (delayMs !== RETRY_MS && this.wanted && this.isAwaited()) delayMs = 0;
    this.runIn(delayMs);
  }

  /** False: try again soon. */
  private async report(): Promise<boolean> {
    const { api } = this.options;
    const before = api.agent();
    // Two agents would write over each other's reports.
    if (!before || !this.options.mayReport()) return true;
    const { nonce } = before.spec;
    const awaited = this.isAwaited();
    // What is reported with a nonce was looked at after the orders were heard anew, and they after the nonce.
    if (nonce !== before.status?.nonce) await api.relist();
    await this.observe(before, awaited);
    const agent = api.agent();
    if (!agent || !this.observation || !this.listed) return agent === undefined;
    // Before the orders are heard whole, every record would look like one without an order.
    if (!api.authoritative()) return false;
    const status = this.statusOf(agent, this.listed, nonce);
    const quietMs = this.options.clock.monotonicMs() - this.writtenMs;
    if (!isWorthWriting(agent.status, status, quietMs)) return true;
    const result = await api.writeAgentStatus(agent, status);
    if (result === 'written') this.writtenMs = this.options.clock.monotonicMs();
    return result !== 'stale';
  }

  /** The listing and the records are enough to answer a nonce: an observation that takes too long is not waited for. */
  private async observe(agent: XenAgent, always: boolean): Promise<void> {
    const { view, clock } = this.options;
    const look = always ? await view.look() : view.last;
    if (look && 'listing' in look) this.listed = look;
    const of = this.signature(agent);
    const ageMs = clock.monotonicMs() - (this.observation?.atMs ?? Number.NEGATIVE_INFINITY);
    const everyMs = this.observation?.missing === undefined ? OBSERVE_EVERY_MS : OBSERVE_AGAIN_MS;
    if (!always && this.observation?.of === of && ageMs < everyMs) return;
    this.observing ??= this.observeOnce(agent, of).finally(() => (this.observing = undefined));
    const late = new Promise<void>((done) => (this.waiting = clock.setTimer(OBSERVE_WAIT_MS, done)));
    await Promise.race([this.observing, late]);
    this.waiting?.cancel();
    this.observation ??= { atMs: clock.monotonicMs(), of: '', seen: {}, missing: 'nothing was told in time' };
  }

  /** A part that failed this time keeps its last value. */
  private async observeOnce(agent: XenAgent, of: string): Promise<void> {
    const { view, policy, clock } = this.options;
    const key = await policy.get();
    const imageDir = key.ok ? key.policy.imageDir : NO_IMAGES;
    const paths = (agent.spec.storagePools ?? []).map((pool) => pool.path);
    const seen = await view.observe(imageDir, [...new Set(paths)]);
    const atMs = clock.monotonicMs();
    const missing = 'reason' in seen ? seen.message : missingParts(seen);
    if (missing === undefined) this.wholeMs = atMs;
    else this.options.log.warn({ missing }, 'the host could not be observed whole');
    const told = 'reason' in seen ? {} : seen;
    const markers = key.ok ? await this.openPools(agent, told, key.policy) : {};
    this.observation = {
      atMs,
      of,
      seen: { ...this.observation?.seen, ...told, ...markers },
      ...(missing !== undefined && { missing }),
    };
  }

  /** Takes pools into use that the host has and does not remember; the markers as they are then. */
  private async openPools(agent: XenAgent, seen: Observation, policy: Policy): Promise<Pick<Observation, 'markers'>> {
    const { store, drivers, log } = this.options;
    if (!seen.markers) return {};
    const markers = new Map(seen.markers);
    for (const { name, path, driver } of agent.spec.storagePools ?? []) {
      const pool = { name, path };
      if (store.poolID(pool) !== undefined || seen.pools?.some((space) => space.path === path) !== true) continue;
      try {
        const opened = await drivers.of(driver).open(pool, policy);
        if ('reason' in opened) log.warn({ pool: name, ...opened }, 'a storage pool is not used');
        else markers.set(path, opened);
      } catch (error) {
        // What else was seen is to be told nevertheless.
        log.warn({ pool: name, error: errorText(error) }, 'a storage pool could not be remembered');
      }
    }
    return { markers };
  }

  /** What an observation depends on: when it changes, the last one is old. */
  private signature(agent: XenAgent): string {
    const rows = this.listed?.listing.rows.map((row) => `${row.domid} ${row.uuid} ${row.state}`) ?? [];
    const gone = [...this.options.store.records.values()].filter(isRetired).length;
    return JSON.stringify([this.listed?.bootID, rows, gone, agent.metadata.generation]);
  }

  private statusOf(agent: XenAgent, listed: Listed, nonce: string | undefined): XenAgentStatus {
    const { store, api, version, policy, clock, machine } = this.options;
    return agentStatus({
      agent,
      version,
      machineID: machine(),
      bootID: listed.bootID,
      fleet: store.fleet,
      observation: this.observation?.seen ?? {},
      listing: listed.listing,
      records: store.records,
      poolID: (pool) => store.poolID(pool),
      hasOrder: (uuid) => api.order(uuid) !== undefined,
      policyDigest: policy.digest,
      trouble: this.trouble(),
      nonce,
      nowMs: clock.wallMs(),
    });
  }

  private trouble(): string | undefined {
    const { view, clock } = this.options;
    const nowMs = clock.monotonicMs();
    const { trouble } = this.options.store;
    if (trouble) return trouble.message;
    const blind = nowMs - view.goodMs > TROUBLE_AFTER_MS;
    if (blind && view.last && 'failure' in view.last) return view.last.failure.message;
    const missing = nowMs - this.wholeMs > TROUBLE_AFTER_MS ? this.observation?.missing : undefined;
    return missing === undefined ? undefined : `${missing}; the last values are reported`;
  }
}

const PARTS: readonly (readonly [keyof Observation, string])[] = [
  ['facts', 'xl info'],
  ['details', 'xl list -l'],
  ['marks', 'xenstore-ls /xenfleet'],
  ['bridges', 'the list of bridges'],
  ['pools', 'df of the storage pools'],
  ['disks', 'find in the storage pools'],
  ['markers', 'reading the markers of the storage pools'],
  ['owners', 'reading the owner files in the storage pools'],
];

function missingParts(seen: Observation): string | undefined {
  const words = PARTS.flatMap(([part, what]) => (seen[part] === undefined ? [what] : []));
  if (words.length === 0) return undefined;
  return `on the host these fail, or do not end in time: ${words.join(', ')}; look for a mount or a daemon that hangs`;
}
