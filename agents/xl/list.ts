/**
 * What `xl list -v` and `xl list -l` say, as data. Rows that make no sense are kept as garbage, and
 * nothing is guessed. Pure.
 */

export type ShutdownReason = 'poweroff' | 'reboot' | 'suspend' | 'crash' | 'watchdog' | 'soft_reset';
/**
 * running: also if blocked, or just not on a CPU. paused: also while it is being built. dying: it
 * is being destroyed, and its memory is not free yet.
 */
export type RowState = 'running' | 'paused' | 'shutdown' | 'suspended' | 'dying' | 'unknown';

export interface DomainRow {
  /** null if xl prints `(null)`: it is being made, is dying, or xenstored has lost it. */
  readonly name: string | null;
  readonly domid: number;
  readonly uuid: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly state: RowState;
  /** Set for a domain in state `shutdown`. */
  readonly reason?: ShutdownReason;
}

export interface Listing {
  readonly rows: readonly DomainRow[];
  /** Lines that could not be read. If there are any, no domain is proved absent. */
  readonly garbage: readonly string[];
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
// Name, ID, Mem, VCPUs, State, Time, UUID, Reason-Code. The security label may hold anything, and
// names may hold spaces.
const ROW = new RegExp(
  `^(.+?)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(\\S{6})\\s+(\\d+\\.\\d)\\s+(${UUID})\\s+(-|\\d+)(?:\\s|$)`,
);
const FLAGS = /^[r-][b-][p-][s-][rscwS-][d-]$/;
const CODES: readonly ShutdownReason[] = ['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft_reset'];
const LETTERS: Readonly<Record<string, ShutdownReason>> = {
  '-': 'poweroff',
  r: 'reboot',
  s: 'suspend',
  c: 'crash',
  w: 'watchdog',
  S: 'soft_reset',
};
/** More than any machine has. A larger figure is a broken row. */
const MAX_MIB = 1 << 30;

/** The rows. Undefined if the text is no whole listing: it has no head, or no Dom0. */
export function parseListV(text: string): Listing | undefined {
  const all = text.split('\n');
  // A shell may print lines of its own first.
  const head = all.findIndex((line) => /^Name\s+ID\s+Mem/.test(line));
  if (head < 0) return undefined;
  const lines = all.slice(head + 1);
  const rows: DomainRow[] = [];
  const garbage: string[] = [];
  for (const line of lines.filter((candidate) => candidate.trim() !== '')) {
    const row = parseRow(line);
    if (row) rows.push(row);
    else garbage.push(line.slice(0, 200));
  }
  return rows.some((row) => row.domid === 0) ? { rows, garbage } : undefined;
}

function parseRow(line: string): DomainRow | undefined {
  const match = ROW.exec(line);
  if (!match) return undefined;
  const [, name = '', domid, memory, vcpus, flags = '', , uuid = '', code = ''] = match;
  const memoryMiB = Number(memory);
  if (memoryMiB > MAX_MIB) return undefined;
  const named = name === '(null)' ? null : name;
  const base = { name: named, domid: Number(domid), uuid, memoryMiB, vcpus: Number(vcpus) };
  return { ...base, ...stateOf(flags, code, named === null) };
}

function stateOf(flags: string, code: string, nameless: boolean): Pick<DomainRow, 'state' | 'reason'> {
  if (!FLAGS.test(flags)) return { state: 'unknown' };
  // A domain that is being torn down shows as `--ps--`, and then loses its name. The d is not
  // always there.
  if (flags[5] === 'd' || (flags[3] === 's' && (nameless || flags[2] === 'p'))) return { state: 'dying' };
  if (flags[3] === 's') return shutdownOf(code === '-' ? LETTERS[flags[4] ?? ''] : CODES[Number(code)]);
  return { state: flags[2] === 'p' ? 'paused' : 'running' };
}

function shutdownOf(reason: ShutdownReason | undefined): Pick<DomainRow, 'state' | 'reason'> {
  if (reason === undefined) return { state: 'unknown' };
  return reason === 'suspend' ? { state: 'suspended' } : { state: 'shutdown', reason };
}

/** What `xl list -l` adds to a row. xl calls its JSON experimental: every field may be missing. */
export interface DomainDetail {
  readonly domid: number;
  readonly type?: 'pv' | 'pvh' | 'hvm';
  readonly maxMemoryMiB?: number;
  readonly maxVcpus?: number;
}

/** By domid, which is not the inner `c_info.domid`. Unreadable text gives an empty map. */
export function parseListL(text: string): ReadonlyMap<number, DomainDetail> {
  const details = new Map<number, DomainDetail>();
  for (const entry of asArray(parseJson(text))) {
    const domid = field(entry, 'domid');
    if (typeof domid !== 'number') continue;
    const config = field(entry, 'config');
    details.set(domid, { domid, ...detailOf(field(config, 'c_info'), field(config, 'b_info')) });
  }
  return details;
}

function detailOf(create: unknown, build: unknown): Omit<DomainDetail, 'domid'> {
  const type = field(create, 'type');
  const maxKib = field(build, 'max_memkb');
  const maxVcpus = field(build, 'max_vcpus');
  return {
    ...(type === 'pv' || type === 'pvh' || type === 'hvm' ? { type } : {}),
    ...(typeof maxKib === 'number' ? { maxMemoryMiB: Math.ceil(maxKib / 1024) } : {}),
    ...(typeof maxVcpus === 'number' ? { maxVcpus } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    // A shell may print lines of its own first.
    return JSON.parse(text.slice(Math.max(0, text.search(/^\[/m))));
  } catch {
    return undefined;
  }
}

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
