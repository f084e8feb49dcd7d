/**
 * Shows the fleet: on a terminal one table that is drawn anew in its place, elsewhere a line for
 * each change.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../common/kube/client';
import { XENHOSTS, XENVMS } from '../../common/kube/resources';
import { fleetLines, fleetTable } from './table';
import type { FleetView } from './table';

export interface Screen {
  readonly columns?: number;
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const LOOK_EVERY_MS = 400;

export async function viewOf(client: KubeClient): Promise<FleetView> {
  const [hosts, vms] = await Promise.all([client.list(XENHOSTS), client.list(XENVMS)]);
  return { hosts: hosts.items, vms: vms.items };
}

/** Draws until `done` says so of what was drawn last; resolves with that. */
export async function showUntil(
  client: KubeClient,
  screen: Screen,
  done: (view: FleetView) => boolean,
): Promise<FleetView> {
  const drawing = screen.isTTY ? table(screen) : changes(screen);
  for (; ; await sleep(LOOK_EVERY_MS)) {
    const view = await viewOf(client);
    drawing(view);
    if (done(view)) return view;
  }
}

/** From now on a line for each change, until the signal. */
export async function showChanges(client: KubeClient, screen: Screen, signal: AbortSignal): Promise<void> {
  const drawing = changes(screen, await viewOf(client));
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await viewOf(client).then(drawing, () => undefined); // the API server may be away: somebody is playing
  }
}

function table(screen: Screen): (view: FleetView) => void {
  let height = 0;
  let before = '';
  return (view) => {
    const width = (screen.columns ?? 120) - 1;
    const lines = fleetTable(view, Date.now())
      .split('\n')
      .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
    const text = lines.join('\n');
    if (text === before) return;
    before = text;
    screen.write(`${height > 0 ? `\x1b[${height}A` : ''}\x1b[J${text}\n`);
    height = lines.length;
  };
}

function changes(screen: Screen, known?: FleetView): (view: FleetView) => void {
  let before: ReadonlyMap<string, string> = known ? fleetLines(known) : new Map<string, string>();
  return (view) => {
    const now = fleetLines(view);
    const time = new Date().toTimeString().slice(0, 8);
    for (const [what, state] of now) {
      const was = before.get(what);
      if (was !== state) screen.write(`${time}  ${what}: ${was === undefined ? state : `${was} → ${state}`}\n`);
    }
    for (const what of before.keys()) if (!now.has(what)) screen.write(`${time}  ${what}: gone\n`);
    before = now;
  };
}
