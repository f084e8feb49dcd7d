/**
 * What is known of the host besides its domains and records. It is observed every minute, and at
 * once if something that it depends on has changed. Parts that cannot be observed keep their last
 * value.
 */
import type { XenAgent } from '../../crds/generated/types';
import type { Clock, Timer } from '../../common/ports';
import type { PolicySource } from '../dom0/policy-source';
import type { Checkpoints } from '../dom0/checkpoints';
import type { Look, View } from '../dom0/view';
import { errorText, type Log } from '../log';
import { isRetired } from '../reconcile/record';
import type { FoundDisk } from '../storage/driver';
import { layouts } from '../storage/drivers';
import type { StorageDrivers } from '../storage/drivers';
import type { Observation } from '../xl/observe';
import type { Policy } from '../xl/policy';

export interface ObserverOptions {
  readonly checkpoints: Checkpoints;
  readonly drivers: StorageDrivers;
  readonly view: View;
  readonly policy: PolicySource;
  readonly clock: Clock;
  readonly log: Log;
}

export type Listed = Extract<Look, { listing: unknown }>;

export interface Observed {
  readonly listed: Listed;
  readonly observation: Observation;
}

interface Observing {
  readonly atMs: number;
  /** What the observation depends on. If that changes, it is old. */
  readonly of: string;
  readonly seen: Observation;
  /** What the last look could not tell, in words. */
  readonly missing?: string;
}

const EVERY_MS = 60_000;
/** The interval after an observation that could not tell everything. */
const AGAIN_MS = 15_000;
/** A little longer than the sections of scripts/observe.sh may take. */
const WAIT_MS = 15_000;
/** A failure that is over sooner does not count as trouble. */
const TROUBLE_AFTER_MS = 30_000;
const NO_IMAGES = '/var/lib/xenfleet/images';

export class HostObserver {
  private last: Observing | undefined;
  private running: Promise<void> | undefined;
  private waiting: Timer | undefined;
  /** Monotonic time of the last observation that told everything. */
  private wholeMs: number;
  private listed: Listed | undefined;
  /** The disk files of the last observation that told them, by UUID, since every worker asks. */
  private files: ReadonlyMap<string, readonly FoundDisk[]> = new Map();

  constructor(private readonly options: ObserverOptions) {
    this.wholeMs = options.clock.monotonicMs();
  }

  stop(): void {
    this.waiting?.cancel();
  }

  /**
   * With `now` both parts are made anew. Undefined while there was no listing yet. Listing and
   * records are enough to answer a nonce, so an observation that takes too long is not waited for.
   */
  async observe(agent: XenAgent, now: boolean): Promise<Observed | undefined> {
    const { view, clock } = this.options;
    const look = now ? await view.look() : view.last;
    if (look && 'listing' in look) this.listed = look;
    const of = this.signature(agent);
    if (now || this.isOld(of)) await this.renew(agent, of);
    this.last ??= { atMs: clock.monotonicMs(), of: '', seen: {}, missing: 'nothing was told in time' };
    return this.listed && { listed: this.listed, observation: this.last.seen };
  }

  diskFiles(uuid: string): readonly FoundDisk[] {
    return this.files.get(uuid) ?? [];
  }

  /** What is wrong with the host, if it has lasted. Undefined if nothing is. */
  trouble(): string | undefined {
    const { view, clock } = this.options;
    const nowMs = clock.monotonicMs();
    const { trouble } = this.options.checkpoints;
    if (trouble) return trouble.message;
    const blind = nowMs - view.goodMs > TROUBLE_AFTER_MS;
    if (blind && view.last && 'failure' in view.last) return view.last.failure.message;
    const missing = nowMs - this.wholeMs > TROUBLE_AFTER_MS ? this.last?.missing : undefined;
    return missing === undefined ? undefined : `${missing}; the last values are reported`;
  }

  private isOld(of: string): boolean {
    if (this.last?.of !== of) return true;
    const ageMs = this.options.clock.monotonicMs() - this.last.atMs;
    return ageMs >= (this.last.missing === undefined ? EVERY_MS : AGAIN_MS);
  }

  private async renew(agent: XenAgent, of: string): Promise<void> {
    this.running ??= this.observeOnce(agent, of).finally(() => (this.running = undefined));
    const late = new Promise<void>((done) => (this.waiting = this.options.clock.setTimer(WAIT_MS, done)));
    await Promise.race([this.running, late]);
    this.waiting?.cancel();
  }

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
    if (told.disks) this.files = byUuid(layouts.flatMap((layout) => layout.find(told)));
    const markers = key.ok ? await this.openPools(agent, told, key.policy) : {};
    this.last = {
      atMs,
      of,
      seen: { ...this.last?.seen, ...told, ...markers },
      ...(missing !== undefined && { missing }),
    };
  }

  /** Takes pools into use that are there and not remembered. Returns the markers afterwards. */
  private async openPools(agent: XenAgent, seen: Observation, policy: Policy): Promise<Pick<Observation, 'markers'>> {
    const { checkpoints, drivers, log } = this.options;
    if (!seen.markers) return {};
    const markers = new Map(seen.markers);
    for (const { name, path, driver: driverName } of agent.spec.storagePools ?? []) {
      const pool = { name, path };
      const driver = drivers.of(driverName);
      if (checkpoints.poolID(pool) !== undefined || driver.usage(path, seen).kind !== 'present') continue;
      try {
        const opened = await driver.open(pool, policy);
        if ('reason' in opened) log.warn({ pool: name, ...opened }, 'a storage pool is not used');
        else markers.set(path, opened);
      } catch (error) {
        // The rest of the observation must still be reported.
        log.warn({ pool: name, error: errorText(error) }, 'a storage pool could not be remembered');
      }
    }
    return { markers };
  }

  /** What an observation depends on. When this changes, the last one is old. */
  private signature(agent: XenAgent): string {
    const rows = this.listed?.listing.rows.map((row) => `${row.domid} ${row.uuid} ${row.state}`) ?? [];
    const gone = [...this.options.checkpoints.records.values()].filter(isRetired).length;
    return JSON.stringify([this.listed?.bootID, rows, gone, agent.metadata.generation]);
  }
}

function byUuid(disks: readonly FoundDisk[]): Map<string, FoundDisk[]> {
  const found = new Map<string, FoundDisk[]>();
  for (const disk of disks) found.set(disk.uuid, [...(found.get(disk.uuid) ?? []), disk]);
  return found;
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
