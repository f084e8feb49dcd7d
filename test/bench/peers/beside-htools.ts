/**
 * hbal and hail against xenfleet on the same fleets: user CPU of whole processes, each answer
 * scored by the same judge.
 */
import { buildSync } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fleet } from '../../../cli/fleet';
import type { Cell } from '../../../cli/table';
import { generate } from '../generate';
import type { Shape } from '../generate';
import { toHail, toText } from './htools';
import { provideHtools, run } from './run';
import { print, progress } from './section';

const HBAL = ['hbal', '--ignore-dynu', '--no-disk-moves'];
const HAIL = '/usr/lib/ganeti/iallocators/hail';

interface Row {
  readonly what: string;
  readonly theirsS: number;
  readonly oursS: number;
  readonly floor: number;
  readonly note: string;
}

interface Stats {
  readonly cpuMs: number;
  readonly scoreAfter: number;
  readonly gibMoved: number;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
const bundle = join(folder, 'xenfleet.cjs');
const file = (name: string): string => join(folder, name);

function ours(
  command: string,
  fleet: Fleet,
  ...args: string[]
): { userS: number; moves: number; stats: Stats; fleet: Fleet } {
  writeFileSync(file('fleet.json'), JSON.stringify(fleet));
  const argv = [
    process.execPath,
    bundle,
    'simulate',
    command,
    '--fleet',
    file('fleet.json'),
    '--out',
    file('out.json'),
    ...args,
  ];
  const { userS, ok } = run(argv);
  if (!ok) throw new Error(`xenfleet ${command} failed`);
  const result = JSON.parse(readFileSync(file('out.json'), 'utf8')) as Fleet & { moves: unknown[]; stats: Stats };
  return { userS, moves: result.moves.length, stats: result.stats, fleet: result };
}

interface Peer {
  readonly userS: number;
  readonly moves: number;
  readonly gib: number;
  readonly score: number;
}

function hbal(fleet: Fleet, ...args: string[]): Peer {
  writeFileSync(file('fleet.data'), toText(fleet));
  const { userS, stdout } = run([...HBAL, '-t', file('fleet.data'), '-v', ...args]);
  const improved = /improved from [\d.]+ to ([\d.]+)/.exec(stdout);
  const initial = /Initial score: ([\d.]+)/.exec(stdout);
  const moved = [...stdout.matchAll(/^ *\d+\. (\S+) +\S+ +=> /gm)].map(([, name = '']) => name);
  const sizes = new Map(fleet.vms.map(({ name, memMiB }) => [name, memMiB]));
  const gib = moved.reduce((sum, name) => sum + (sizes.get(name) ?? NaN), 0) / 1024;
  return { userS, moves: moved.length, gib, score: Number(improved?.[1] ?? initial?.[1] ?? NaN) };
}

/** To the score that hbal ends with; hbal itself scores our answer. */
function rebalance(shape: Shape, floor: number, ...flags: string[]): Row {
  const fleet = generate(shape);
  const peer = hbal(fleet);
  const mine = ours('rebalance', fleet, '--score', 'ganeti', '--until-score', String(peer.score), ...flags);
  const what = `rebalance ${shape.nodes}/${shape.vms}, to its score${flags.length > 0 ? `, ${flags.join(' ')}` : ''}`;
  return compared(what, floor, peer, mine);
}

/** As even as can be: hbal is told to go on to the last hundredth of a percent. */
function evenOut(shape: Shape, floor: number): Row {
  const fleet = generate(shape);
  const what = `rebalance ${shape.nodes}/${shape.vms}, as even as can be`;
  return compared(what, floor, hbal(fleet, '-g', '0.0001'), ours('rebalance', fleet, '--score', 'ganeti'));
}

function compared(what: string, floor: number, peer: Peer, mine: ReturnType<typeof ours>): Row {
  const judged = hbal(mine.fleet, '-l', '0').score;
  const scores = `score ${peer.score.toFixed(4)} / ${judged.toFixed(4)} by hbal`;
  const note = `${scores}, moves ${peer.moves} / ${mine.moves}, GiB ${peer.gib.toFixed(0)} / ${mine.stats.gibMoved.toFixed(0)}`;
  return { what, theirsS: peer.userS, oursS: mine.userS, floor, note };
}

function evacuate(shape: Shape): Row {
  const fleet = generate(shape);
  const name = fleet.nodes[1]?.name ?? '';
  const away = { ...fleet, nodes: fleet.nodes.map((node) => (node.name === name ? { ...node, offline: true } : node)) };
  const peer = hbal(away, '-E');
  const mine = ours('evacuate', away, '--score', 'ganeti', '--hosts', name);
  const note = `score ${peer.score.toFixed(4)} / ${mine.stats.scoreAfter.toFixed(4)}, planning ${mine.stats.cpuMs.toFixed(0)} ms`;
  return { what: `evacuate 1 of ${shape.nodes}/${shape.vms}`, theirsS: peer.userS, oursS: mine.userS, floor: 1, note };
}

/**
 * User time of the whole process for each VM placed; hail is given few, for it would take hours.
 */
function place(shape: Shape, theirs: number, floor: number): Row {
  const fleet = generate(shape);
  const held = (shape.hostFailuresToTolerate ?? 0) > 0;
  writeFileSync(file('hail.json'), JSON.stringify(toHail(fleet, theirs)));
  const peer = run([HAIL, '--ignore-dynu', ...(held ? [] : ['--no-capacity-checks']), file('hail.json')]);
  const mine = ours('place', fleet, '--score', 'ganeti');
  const pending = shape.pending ?? 1;
  const note = `${theirs} / ${pending} VMs, planning ${(mine.stats.cpuMs / pending).toFixed(3)} ms each`;
  const what = `place in ${shape.nodes}/${shape.vms}${held ? ', a failure tolerated' : ''}, each`;
  return { what, theirsS: peer.userS / theirs, oursS: mine.userS / pending, floor, note };
}

function cases(seed: number): (() => Row)[] {
  return [
    () => rebalance({ nodes: 40, vms: 400, seed }, 50),
    () => rebalance({ nodes: 40, vms: 400, seed }, 5, '--prefer', 'bytes'),
    () => evenOut({ nodes: 40, vms: 400, seed }, 5),
    () => evacuate({ nodes: 200, vms: 2000, seed }),
    () => place({ nodes: 40, vms: 400, pending: 200, seed }, 20, 2),
    () => place({ nodes: 200, vms: 2000, pending: 500, seed }, 20, 50),
    () => place({ nodes: 40, vms: 400, pending: 200, seed, hostFailuresToTolerate: 1 }, 10, 20),
    () => place({ nodes: 1000, vms: 5000, pending: 1000, seed }, 1, 1000),
  ];
}

/** Prints the table; returns what is below its floor. */
export function besideHtools(seed: number): string[] {
  if (!provideHtools()) {
    process.stdout.write('htools: skipped, ganeti-htools is not here and cannot be installed\n');
    return [];
  }
  try {
    const entry = join(__dirname, '../../../cli/main.ts');
    buildSync({ entryPoints: [entry], bundle: true, platform: 'node', outfile: bundle, minify: true });
    const rows = cases(seed).map((one) => {
      const row = one();
      progress(`${row.what}: ${row.theirsS.toFixed(3)} s / ${row.oursS.toFixed(4)} s`);
      return row;
    });
    const cells = rows.map(({ what, theirsS, oursS, note }): Cell[] => [
      what,
      theirsS,
      oursS,
      Math.round(theirsS / oursS),
      note,
    ]);
    print(
      `beside Ganeti's htools, seed ${seed}, user CPU seconds`,
      ['work', 'htools', 'xenfleet', 'ratio', 'theirs / ours'],
      cells,
    );
    const slow = rows.filter(({ theirsS, oursS, floor }) => !(theirsS / oursS >= floor));
    return slow.map(({ what, floor }) => `${what}: less than ${floor} times quicker`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
