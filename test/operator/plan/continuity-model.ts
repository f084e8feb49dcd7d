/**
 * The question whether an API was set back, in the smallest world that can get it wrong: one VM
 * that begins without a claim, a few hosts, one backup and one restore. Every interleaving within
 * the bounds below is tried. The scheme is a decision for later; no operator acts by it yet.
 *
 * An agent gives a name to the time since when its service by the API is unbroken (its *span*). It
 * takes another name after every gap, and when the API has lost a write of its own. A leader that
 * knows where everything is confirms the spans that it has heard of. A later leader that hears a
 * confirmed span again knows that nothing was lost since, and need not wait for silent hosts that
 * were heard by then.
 */

export interface Rules {
  /** An agent whose acknowledged write is missing begins a new span. */
  readonly lostWrites: boolean;
  /** So does one that was not served, or did not ask, for a while. */
  readonly gaps: boolean;
  /** A leader confirms spans only once it knows where everything is. */
  readonly certainFirst: boolean;
  /**
   * A silent host need not answer only if it was heard by a leader that knew everything. No trace
   * needs it here, where no host is ever new: it is for a host that joined later.
   */
  readonly heardOnce: boolean;
  /** A span counts only if this very span was confirmed. */
  readonly sameSpan: boolean;
  /**
   * Assumed of the world: whoever restores a backup interrupts the service for so long that agents
   * see it, or every agent that is served has written something since the backup was made.
   */
  readonly noQuickRestore: boolean;
  /** What there is without evidence: every host must answer every leader. */
  readonly evidence: boolean;
}

export const SAFE: Rules = {
  lostWrites: true,
  gaps: true,
  certainFirst: true,
  heardOnce: true,
  sameSpan: true,
  noQuickRestore: true,
  evidence: true,
};

interface Api {
  /** The host that the VM is claimed on; -1: none. */
  readonly claim: number;
  /** By host: the span that a leader confirmed; 0: none. */
  readonly confirmed: readonly number[];
  /** By host: its last report was heard by a leader that knew everything then. */
  readonly known: readonly boolean[];
  /** By host: its last report says that it holds the VM. */
  readonly told: readonly boolean[];
}

interface State {
  readonly api: Api;
  readonly backup: Api | null;
  readonly restored: boolean;
  /** Of the leader's term, by host: the span in its answer; 0: it has not answered. */
  readonly heard: readonly number[];
  readonly silent: readonly boolean[];
  readonly silences: number;
  readonly span: readonly number[];
  /** By host: it has written since the backup. */
  readonly wrote: readonly boolean[];
  /** By host: what its agent will notice as soon as it is served again. */
  readonly lost: readonly boolean[];
  readonly gap: readonly boolean[];
  /** By host: it has a record of the VM. */
  readonly holds: readonly boolean[];
  /** By host: the order is in force for its agent. */
  readonly ordered: readonly boolean[];
  readonly runs: readonly boolean[];
}

const NOBODY = -1;
/** Bounds of what is tried: names of spans for each agent, and times that a host falls silent. */
const MOST_SPANS = 2;
const MOST_SILENCES = 1;

const all = <T>(hosts: number, value: T): T[] => Array.from({ length: hosts }, () => value);
const set = <T>(list: readonly T[], index: number, value: T): T[] => list.map((old, i) => (i === index ? value : old));

function first(hosts: number): State {
  const no = all(hosts, false);
  const api = { claim: NOBODY, confirmed: all(hosts, 0), known: no, told: no };
  const agents = {
    silent: no,
    silences: 0,
    span: all(hosts, 1),
    wrote: no,
    lost: no,
    gap: no,
    holds: no,
    ordered: no,
    runs: no,
  };
  return { api, backup: null, restored: false, heard: all(hosts, 0), ...agents };
}

/** Where the VM is not is known: all have answered, or whoever has not need not. */
function isCertain({ api, heard }: State, rules: Rules): boolean {
  if (heard.every((span) => span > 0)) return true;
  if (!rules.evidence) return false;
  const witness = (span: number, host: number): boolean =>
    span > 0 && (rules.sameSpan ? api.confirmed[host] === span : (api.confirmed[host] ?? 0) > 0);
  const isExcused = (span: number, host: number): boolean => span > 0 || !rules.heardOnce || api.known[host] === true;
  return heard.some(witness) && heard.every(isExcused);
}

/** The agent is served again, and looks. Undefined where the model has no more names for spans. */
function looking(s: State, host: number, rules: Rules): State | undefined {
  const isBroken = (rules.lostWrites && s.lost[host] === true) || (rules.gaps && s.gap[host] === true);
  const span = (s.span[host] ?? 0) + (isBroken ? 1 : 0);
  if (span > MOST_SPANS) return undefined;
  return { ...s, span: set(s.span, host, span), lost: set(s.lost, host, false), gap: set(s.gap, host, false) };
}

type Step = readonly [what: string, next: State];

function ofHost(s: State, host: number, rules: Rules): Step[] {
  const steps: Step[] = [];
  const { api } = s;
  if (s.ordered[host] === true && s.runs[host] !== true)
    steps.push([`h${host} starts the VM`, { ...s, runs: set(s.runs, host, true) }]);
  if (s.silent[host] === true) {
    const back = { ...s, silent: set(s.silent, host, false), gap: set(s.gap, host, true) };
    return [...steps, [`h${host} is back`, back]];
  }
  if (s.silences < MOST_SILENCES)
    steps.push([`h${host} falls silent`, { ...s, silent: set(s.silent, host, true), silences: s.silences + 1 }]);
  if (api.claim === host && s.ordered[host] !== true)
    steps.push([
      `h${host} hears the order`,
      { ...s, ordered: set(s.ordered, host, true), holds: set(s.holds, host, true) },
    ]);
  const looked = looking(s, host, rules);
  if (looked === undefined) return steps;
  const served = s.backup === null ? looked : { ...looked, wrote: set(s.wrote, host, true) };
  steps.push([`h${host} writes`, served]);
  const holds = s.holds[host] === true;
  const reported = { ...api, known: set(api.known, host, false), told: set(api.told, host, holds) };
  // It lists its orders before it answers: one that vanished is not begun any more.
  const ordered = set(s.ordered, host, s.ordered[host] === true && api.claim === host);
  const heard = set(s.heard, host, served.span[host] ?? 0);
  steps.push([`h${host} answers`, { ...served, api: reported, ordered, heard }]);
  return steps;
}

function ofLeader(s: State, rules: Rules): Step[] {
  const { api, heard } = s;
  const steps: Step[] = [['a leader begins', { ...s, heard: all(heard.length, 0) }]];
  const isSure = isCertain(s, rules);
  if (isSure || !rules.certainFirst) {
    const confirmed = api.confirmed.map((span, host) => heard[host] || span);
    const known = api.known.map((was, host) => was || (heard[host] ?? 0) > 0);
    steps.push(['the leader confirms', { ...s, api: { ...api, confirmed, known } }]);
  }
  if (!isSure || api.claim !== NOBODY) return steps;
  const holder = api.told.indexOf(true);
  heard.forEach((span, host) => {
    if (span > 0 && (holder === NOBODY || holder === host))
      steps.push([`the leader claims h${host}`, { ...s, api: { ...api, claim: host } }]);
  });
  return steps;
}

function ofAdministrator(s: State, rules: Rules): Step[] {
  const hosts = s.heard.length;
  if (s.restored) return [];
  const backUp: Step = ['a backup is made', { ...s, backup: s.api, wrote: all(hosts, false) }];
  if (s.backup === null) return [backUp];
  const restored = {
    ...s,
    api: s.backup,
    backup: null,
    restored: true,
    heard: all(hosts, 0),
    lost: s.wrote,
    wrote: all(hosts, false),
  };
  const steps: Step[] = [['the backup is restored', { ...restored, gap: all(hosts, true) }]];
  const wereAllServed = s.wrote.every((wrote, host) => wrote || s.silent[host] === true);
  if (wereAllServed || !rules.noQuickRestore) steps.push(['the backup is restored, and nobody sees a gap', restored]);
  return steps;
}

export interface Explored {
  readonly states: number;
  /** The way to two running copies, if there is one. */
  readonly trace?: readonly string[];
  /** Whether a VM was placed while a host had not answered. */
  readonly placedBesideSilence: boolean;
}

/** Tries everything that can happen, breadth first, so that a trace is the shortest. */
export function explore(hosts: number, rules: Rules): Explored {
  const begin = first(hosts);
  const seen = new Set([JSON.stringify(begin)]);
  const queue: { state: State; from?: number; what?: string }[] = [{ state: begin }];
  let placedBesideSilence = false;
  for (let at = 0; at < queue.length; at++) {
    const { state } = queue[at] as { state: State };
    const own = state.heard.flatMap((_, host) => ofHost(state, host, rules));
    for (const [what, next] of [...own, ...ofLeader(state, rules), ...ofAdministrator(state, rules)]) {
      const key = JSON.stringify(next);
      if (seen.has(key)) continue;
      seen.add(key);
      placedBesideSilence ||= what.startsWith('the leader claims') && state.heard.includes(0);
      queue.push({ state: next, from: at, what });
      if (next.runs.filter(Boolean).length < 2) continue;
      const trace: string[] = [];
      for (let i: number | undefined = queue.length - 1; i !== undefined; i = queue[i]?.from)
        trace.unshift(queue[i]?.what ?? 'everything is new');
      return { states: seen.size, trace, placedBesideSilence };
    }
  }
  return { states: seen.size, placedBesideSilence };
}
