/**
 * What is on the Dom0: listings and whole observations. One listing runs at a time, and all who ask
 * meanwhile share the next.
 */
import type { Clock } from '../../common/ports';
import { BUSY } from '../host/exit-codes';
import type { HostPort } from '../host/port';
import { busy } from '../xl/busy';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { parseListV } from '../xl/list';
import type { DomainRow, Listing } from '../xl/list';
import { markPath, parseMark } from '../xl/mark';
import type { Mark } from '../xl/mark';
import { parseObservation } from '../xl/observe';
import type { Observation } from '../xl/observe';
import type { Seen } from '../reconcile/types';
import { BOOT_ID_FILE } from './layout';
import { preflight } from './preflight';

/** `number`: the look shows all that was done before it began (see `View.nextNumber`). */
export type Look =
  | { readonly number: number; readonly bootID: string; readonly listing: Listing }
  | { readonly number: number; readonly failure: Failure };

const LIST_DEADLINE_MS = 20_000;
const OBSERVE_DEADLINE_MS = 60_000;

export class View {
  private lastLook: Look | undefined;
  private begun = 0;
  private running: Promise<Look> | undefined;
  private next: Promise<Look> | undefined;
  /** The Dom0 was found to have all programs that the scripts need. */
  private equipped = false;
  /** Monotonic time of the last look that succeeded. */
  goodMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly host: HostPort,
    private readonly clock: Clock,
    private readonly onBoot: (bootID: string) => void,
  ) {}

  get last(): Look | undefined {
    return this.lastLook;
  }

  get bootID(): string | undefined {
    return this.known;
  }
  private known: string | undefined;

  /** Number of the first look that will begin after this call. */
  get nextNumber(): number {
    return this.begun + 1;
  }

  /** A listing that begins after this call. */
  look(): Promise<Look> {
    if (!this.running) return this.begin();
    this.next ??= this.running.then(() => {
      this.next = undefined;
      return this.begin();
    });
    return this.next;
  }

  /** The rows of a UUID by the last look. Undefined if the number of that look is lower. */
  seen(uuid: string, notBefore: number): Seen | undefined {
    const look = this.lastLook;
    if (!look || look.number < notBefore) return undefined;
    return 'failure' in look ? { kind: 'unknown', ...look.failure } : rowsOf(look.listing, uuid);
  }

  async observe(imageDir: string, poolPaths: readonly string[]): Promise<Observation | Failure> {
    // Programs that are missing make whole sections fail or, worse, come out empty.
    const lacking = this.equipped ? undefined : await preflight(this.host);
    if (lacking) return lacking;
    const args = [imageDir, ...poolPaths];
    const result = await this.host.locked('observe', 'observe', args, { deadlineMs: OBSERVE_DEADLINE_MS });
    this.equipped = result.code === 0;
    if (result.code === BUSY) return busy('observe', 'host');
    if (!this.equipped) return explain('observe', result);
    return parseObservation(result.stdout);
  }

  /** The mark of a UUID now. Undefined if none can be read, which proves nothing. */
  async mark(uuid: string): Promise<Mark | undefined> {
    const { code, stdout } = await this.host.exec(['xenstore-read', markPath(uuid)], { deadlineMs: LIST_DEADLINE_MS });
    return code === 0 ? parseMark(stdout.trimEnd()) : undefined;
  }

  private begin(): Promise<Look> {
    this.running = this.lookOnce().finally(() => (this.running = undefined));
    return this.running;
  }

  private async lookOnce(): Promise<Look> {
    this.begun += 1;
    const number = this.begun;
    const result = await this.host.exec(['xl', 'list', '-v'], { deadlineMs: LIST_DEADLINE_MS });
    this.lastLook = await this.judge(number, result);
    if ('listing' in this.lastLook) this.goodMs = this.clock.monotonicMs();
    return this.lastLook;
  }

  /** The boot ID is read after the listing: if we know it, the listing is of that boot. */
  private async judge(number: number, result: Parameters<typeof explain>[1]): Promise<Look> {
    if (result.code !== 0) return { number, failure: explain('xl list', result) };
    const listing = parseListV(result.stdout);
    if (!listing) {
      const words = JSON.stringify(result.stdout.trim().slice(0, 200));
      const message = `xl list printed no whole listing, but ${words}; xenstored may be broken on the host`;
      return { number, failure: { reason: 'ToolstackHung', message } };
    }
    const bootID = await this.readBootID();
    if (bootID === undefined)
      return { number, failure: { reason: 'HostUnreachable', message: 'the boot ID of the host cannot be read' } };
    if (bootID === this.known) return { number, bootID, listing };
    this.known = bootID;
    this.onBoot(bootID);
    // This listing may be of the boot before; the next one is not.
    return { number, failure: { reason: 'HostUnreachable', message: 'the host has booted anew; looking again' } };
  }

  private async readBootID(): Promise<string | undefined> {
    try {
      return (await this.host.readFile(BOOT_ID_FILE))?.trim();
    } catch {
      return undefined;
    }
  }
}

function rowsOf(listing: Listing, uuid: string): Seen {
  const rows: DomainRow[] = listing.rows.filter((row) => row.uuid === uuid);
  if (rows.length === 0 && listing.garbage.length > 0)
    return { kind: 'unknown', reason: 'ToolstackHung', message: 'xl list printed rows that make no sense' };
  return { kind: 'rows', rows };
}
