/**
 * `make demo`: the playground in the foreground, with the sample applied and shown, until Ctrl-C.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place';
import { showChanges, showUntil } from './show';
import { figuresAgree, isRunning, isStalled, nameOf, waitingFor } from './table';
import type { FleetView } from './table';
import type { Playground, Say } from './types';
import { hold, untilSignal } from './up';
import type { Wish } from './up';
import { howToUse, seconds, short, whatToTry } from './words';

export interface DemoOptions extends Wish {
  /** End as soon as everything runs (for tests), or with the reason when that takes too long. */
  readonly exit: boolean;
  readonly withinSeconds?: number;
}

const SAMPLES = { sim: 'examples/vps', real: 'examples/real-xen' } as const;
const PATIENCE_SECONDS = { sim: 120, real: 600 } as const;
/** The operator writes a host's figures that often. */
const FIGURES_MS = 12_000;
/** A VM that waits for so long with a reason is not about to run. */
const STALLED_MS = 3000;

export async function demo(place: Place, options: DemoOptions, say: Say): Promise<number> {
  const { hosts, xen } = options;
  const use = (playground: Playground): Promise<number> => show(place, playground, options);
  const outcome = await hold(place, { command: 'demo', hosts, xen }, { say, use });
  if (typeof outcome === 'number') return outcome;
  process.stderr.write(`${outcome.failed}\n`);
  return 1;
}

async function show(place: Place, playground: Playground, options: DemoOptions): Promise<number> {
  const out = process.stdout;
  const ended = new AbortController();
  const signalled = untilSignal().then(() => ended.abort());
  const sample = SAMPLES[options.xen];
  out.write(`\nkubectl apply -f ${sample}\n\n`);
  await playground.kubectl(['apply', '-f', sample]);
  const appliedMs = performance.now();
  const withinMs = (options.withinSeconds ?? PATIENCE_SECONDS[options.xen]) * 1000;
  const settled = settling(options.exit);
  let runningAfter: string | undefined;
  const view = await showUntil(playground.client, out, (seen) => {
    if (allRun(seen)) runningAfter ??= seconds(appliedMs);
    return ended.signal.aborted || settled(seen) || performance.now() - appliedMs > withinMs;
  });
  out.write(`\n${verdict(view, runningAfter)}\n`);
  if (options.exit) return allRun(view) ? 0 : 1;
  if (!ended.signal.aborted) {
    out.write(`\nTo use it in another terminal:\n\n${howToUse(place)}\n\n${whatToTry(place, view)}\n\n`);
    out.write('Ctrl-C stops everything. Until then, what changes:\n');
    await Promise.race([showChanges(playground.client, out, ended.signal), signalled]);
  }
  out.write(`\nStopping. Logs are kept in ${short(place.log)}/.\n`);
  await sleep(0);
  return 0;
}

/**
 * True once everything runs, or what does not run has given its reason for a while. For a person,
 * the figures of the hosts must have caught up, too.
 */
function settling(exit: boolean): (view: FleetView) => boolean {
  let sinceMs: number | undefined;
  return (view) => {
    const { vms } = view;
    const settled = vms.length > 0 && vms.every((vm) => isRunning(vm) || isStalled(vm));
    sinceMs = settled ? (sinceMs ?? performance.now()) : undefined;
    if (sinceMs === undefined) return false;
    const forMs = performance.now() - sinceMs;
    if (!allRun(view) && forMs < STALLED_MS) return false;
    return exit || figuresAgree(view) || forMs > FIGURES_MS;
  };
}

const allRun = ({ vms }: FleetView): boolean => vms.length > 0 && vms.every(isRunning);

function verdict(view: FleetView, runningAfter: string | undefined): string {
  const { vms, hosts } = view;
  const running = vms.filter(isRunning);
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  if (running.length === vms.length)
    return `Everything runs: ${count(vms.length, 'VM')} on ${count(hosts.length, 'host')}, ${runningAfter ?? ''} after kubectl apply.`;
  const why = vms.filter((vm) => !isRunning(vm)).map((vm) => `  ${waitingFor(vm)[0] ?? `${nameOf(vm)}: no word yet`}`);
  return `${running.length} of ${count(vms.length, 'VM')} run. The others:\n${why.join('\n')}`;
}
