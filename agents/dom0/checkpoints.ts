/**
 * What the Dom0 remembers: its fleet, and one record per domain. All of it is kept in memory as
 * well, and each UUID has one writer.
 */
import type { HostPort } from '../host/port';
import type { Pool } from '../reconcile/pools';
import { isRetired, refusing, withTwoWords } from '../reconcile/record';
import type { DomainRecord } from '../reconcile/record';
import type { Failure } from '../xl/errors';
import { parseFleet, type Fleet } from './fleet';
import { isObject, parseObject } from './json';
import { cfgFile, fleetFile, poolsFile, probeFile, recordDir, recordFile, refusedDir, refusedFile } from './layout';
import type { Layout } from './layout';

const RECORD = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/;
/** Retired epochs outlive their VM by this time: longer than a lost order can lie somewhere. */
const RETIRED_KEPT_MS = 90 * 24 * 3600 * 1000;
const OLD_FOR_MS = 7 * 24 * 3600 * 1000;
/** Nothing was retired before this time: a record that says so was written with a wrong clock. */
const PLAUSIBLE_MS = Date.UTC(2024, 0, 1);

export class Checkpoints {
  private fleetRead: Fleet | undefined;
  /** IDs of all pools that were ever used here, by name and path. */
  private poolIDs: ReadonlyMap<string, string> = new Map();
  private poolsWritten: Promise<void> = Promise.resolve();
  private readonly byUuid = new Map<string, DomainRecord>();
  /** Records that cannot be read, with the reason: nobody may touch their domains. */
  private readonly broken = new Map<string, string>();
  /** Since when (monotonic ms) each of these records has looked old. */
  private readonly oldSinceMs = new Map<string, number>();
  /** Writes of records that are not done yet, or have failed. */
  private readonly owed = new Map<string, Promise<void>>();

  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
  ) {}

  get fleet(): Fleet | undefined {
    return this.fleetRead;
  }

  get records(): ReadonlyMap<string, DomainRecord> {
    return this.byUuid;
  }

  get unreadable(): ReadonlyMap<string, string> {
    return this.broken;
  }

  /** Rejects with HostError if the Dom0 cannot be asked. */
  async load(): Promise<void> {
    const text = await this.host.readFile(fleetFile(this.layout));
    this.fleetRead = text === undefined ? undefined : parseFleet(text);
    const pools = await this.host.readFile(poolsFile(this.layout));
    this.poolIDs = pools === undefined ? new Map() : parsePools(pools, poolsFile(this.layout));
    const names = await this.host.listDir(recordDir(this.layout));
    const refused = new Set(await this.host.listDir(refusedDir(this.layout)));
    const uuids = names.flatMap((name) => RECORD.exec(name)?.[1] ?? []);
    await inParallel(8, uuids, (uuid) => this.loadOne(uuid, refused.has(uuid)));
  }

  /**
   * The record counts at once, and is durable when the promise resolves. If it rejects, the record
   * still counts but is not on disk: call `settle` before any act.
   */
  save(record: DomainRecord): Promise<void> {
    this.byUuid.set(record.uuid, record);
    // One write after the other, so that an older record never replaces a newer one.
    const before = this.owed.get(record.uuid)?.catch(() => undefined) ?? Promise.resolve();
    const put = (): Promise<void> => this.put(recordFile(this.layout, record.uuid), `${JSON.stringify(record)}\n`);
    const writing = before.then(put).then(() => {
      if (this.owed.get(record.uuid) === writing) this.owed.delete(record.uuid);
    });
    this.owed.set(record.uuid, writing);
    return writing;
  }

  /** Whether the newest record of the UUID is not on the disk yet. */
  owes(uuid: string): boolean {
    return this.owed.has(uuid);
  }

  /**
   * Resolves when the newest record of the UUID is durable. Rejects with HostError if it cannot be
   * made so.
   */
  async settle(uuid: string): Promise<void> {
    const writing = this.owed.get(uuid);
    if (!writing) return;
    await writing.catch(() => undefined);
    const record = this.byUuid.get(uuid);
    if (record && this.owed.get(uuid) === writing) await this.save(record);
  }

  async saveFleet(fleet: Fleet): Promise<void> {
    await this.put(fleetFile(this.layout), `${JSON.stringify(fleet)}\n`);
    this.fleetRead = fleet;
  }

  /** ID in the marker of a pool that was used here before. */
  poolID(pool: Pool): string | undefined {
    return this.poolIDs.get(poolKey(pool));
  }

  /** Durable when the promise resolves. The pool must not be used before that. */
  rememberPool(pool: Pool, id: string): Promise<void> {
    const write = async (): Promise<void> => {
      const known = new Map([...this.poolIDs, [poolKey(pool), id]]);
      await this.put(poolsFile(this.layout), `${JSON.stringify(Object.fromEntries(known))}\n`);
      this.poolIDs = known;
    };
    this.poolsWritten = this.poolsWritten.catch(() => undefined).then(write);
    return this.poolsWritten;
  }

  /** Tries a write, so that `trouble` is known even with nothing to remember. Never rejects. */
  async probe(): Promise<void> {
    await this.put(probeFile(this.layout), 'written now and then, to know that it can be\n').catch(() => undefined);
  }

  /** Why the last write did not get to the disk. Undefined if it did. */
  get trouble(): Failure | undefined {
    return this.unwritten;
  }
  private unwritten: Failure | undefined;

  private async put(path: string, text: string): Promise<void> {
    try {
      await this.host.putFile(path, text);
      this.unwritten = undefined;
    } catch (error) {
      this.unwritten = notWritten(path, error);
      throw error;
    }
  }

  async dropCfg(uuid: string): Promise<void> {
    await this.host.removeFile(cfgFile(this.layout, uuid));
  }

  /**
   * Forgets what was retired long ago, unless it is `stillWanted`: it has an order or runs. As a
   * wall clock may be wrong by years for a while, a record must have looked old for days by the
   * clock of this process.
   */
  async forgetOld(
    { wallMs, monotonicMs }: { wallMs: number; monotonicMs: number },
    stillWanted: (uuid: string) => boolean,
  ): Promise<void> {
    for (const record of [...this.byUuid.values()]) {
      const { retiredAtMs = wallMs, uuid } = record;
      const old = isRetired(record) && retiredAtMs >= PLAUSIBLE_MS && wallMs - retiredAtMs > RETIRED_KEPT_MS;
      if (!old) {
        this.oldSinceMs.delete(uuid);
        continue;
      }
      const sinceMs = this.oldSinceMs.get(uuid) ?? monotonicMs;
      this.oldSinceMs.set(uuid, sinceMs);
      if (monotonicMs - sinceMs < OLD_FOR_MS || stillWanted(uuid)) continue;
      await this.host.removeFile(recordFile(this.layout, record.uuid));
      await this.host.removeFile(refusedFile(this.layout, record.uuid));
      this.byUuid.delete(record.uuid);
      this.oldSinceMs.delete(uuid);
    }
  }

  private async loadOne(uuid: string, refuses: boolean): Promise<void> {
    const text = await this.host.readFile(recordFile(this.layout, uuid));
    if (text === undefined) return;
    const record = parseRecord(text, uuid);
    if (!record) {
      this.broken.set(uuid, `the record ${recordFile(this.layout, uuid)} is unreadable; its domain is not touched`);
      return;
    }
    this.byUuid.set(uuid, refuses ? await this.withRefused(record) : record);
  }

  /**
   * The refused epoch is written before the host looks for the domain, so it may be higher than in
   * the record, and is no receipt.
   */
  private async withRefused(record: DomainRecord): Promise<DomainRecord> {
    const epoch = Number((await this.host.readFile(refusedFile(this.layout, record.uuid))) ?? '0');
    return Number.isSafeInteger(epoch) ? refusing(record, epoch) : record;
  }
}

function notWritten(path: string, error: unknown): Failure {
  const words = error instanceof Error ? error.message : String(error);
  const full = /ENOSPC|EDQUOT|no space left|quota exceeded/i.test(words);
  const remedy = full ? 'make room on its file system' : 'see whether its file system is read-only or broken';
  return {
    reason: full ? 'DiskFull' : 'StateNotWritable',
    message: `${path} cannot be written (${words.slice(0, 300)}): ${remedy}; until then nothing is started or given up here`,
  };
}

const poolKey = ({ name, path }: Pool): string => `${name} ${path}`;

/**
 * An unreadable file does not count as an empty one: then an empty mount point could be marked as
 * the pool.
 */
function parsePools(text: string, file: string): Map<string, string> {
  const entries = Object.entries(parseObject(text) ?? { unreadable: undefined });
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    throw new Error(`${file} is unreadable: restore it, or remove it while every pool of the host is mounted`);
  return new Map(entries);
}

function parseRecord(text: string, uuid: string): DomainRecord | undefined {
  const value = parseObject(text);
  const sound =
    value?.['version'] === 1 &&
    value['uuid'] === uuid &&
    typeof value['epoch'] === 'number' &&
    isObject(value['order']) &&
    isObject(value['vm']) &&
    Array.isArray(value['disks']);
  return sound ? withTwoWords(value as unknown as DomainRecord) : undefined;
}

async function inParallel<T>(limit: number, items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const lane = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
