/** What was measured, as figures, a table and a verdict. Pure. */
import { table } from '../../../cli/table';
import type { Cell } from '../../../cli/table';
import { quantile } from '../statistics';

export interface Run {
  readonly scene: string;
  readonly contender: string;
  readonly round: number;
  readonly perSecond: number;
  /** Per object placed: `PATCH xenvms/status 200` → how many. */
  readonly writes: Readonly<Record<string, number>>;
  /** Processor time per object placed, by process. */
  readonly cpuMs: Readonly<Record<string, number>>;
}

export const [PEER, OURS, ALONE] = ['kube-scheduler', 'xen-fleet', 'server alone'] as const;

export interface SceneFigures {
  readonly scene: string;
  /** Medians over the rounds. */
  readonly perSecond: Readonly<Record<string, number>>;
  /**
   * Medians of the ratios within a round: what the machine does beside changes from round to round.
   */
  readonly oursToAlone: number;
  readonly oursToPeer: number;
  /**
   * All processor time that one placement costs on the machine; where processors are the limit, its
   * inverse is the rate.
   */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Against the first scene, within a round. */
  readonly toPlain: Readonly<Record<string, number>>;
}

export const GOALS = { oursToAlone: 0.9, toPlain: 0.95 } as const;
/** Generous, for slow and shared machines: below it something is broken. */
export const FLOORS = { oursToAlone: 0.5, toPlain: 0.5 } as const;

const median = (values: readonly number[]): number => quantile(values, 0.5) ?? NaN;

function rates(runs: readonly Run[], scene: string, contender: string): number[] {
  const own = runs.filter((run) => run.scene === scene && run.contender === contender);
  return own.toSorted((a, b) => a.round - b.round).map(({ perSecond }) => perSecond);
}

function processorMs(runs: readonly Run[], scene: string, contender: string): number[] {
  const own = runs.filter((run) => run.scene === scene && run.contender === contender);
  return own.map(({ cpuMs }) => Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0));
}

const ratio = (of: readonly number[], to: readonly number[]): number =>
  median(of.map((value, index) => value / (to[index] ?? NaN)));

export function figuresOf(runs: readonly Run[]): SceneFigures[] {
  const scenes = [...new Set(runs.map(({ scene }) => scene))];
  const [plain = ''] = scenes;
  return scenes.map((scene) => {
    const of = (contender: string): number[] => rates(runs, scene, contender);
    const all = [PEER, OURS, ALONE];
    return {
      scene,
      perSecond: Object.fromEntries(all.map((name) => [name, median(of(name))])),
      oursToAlone: ratio(of(OURS), of(ALONE)),
      oursToPeer: ratio(of(OURS), of(PEER)),
      cpuMs: Object.fromEntries(all.map((name) => [name, median(processorMs(runs, scene, name))])),
      toPlain: Object.fromEntries(all.map((name) => [name, ratio(of(name), rates(runs, plain, name))])),
    };
  });
}

const whole = (value: number | undefined): string => `${Math.round(value ?? NaN)}/s`;
const share = (value: number | undefined): string => (value ?? NaN).toFixed(2);

export function figureTable(figures: readonly SceneFigures[]): string {
  const header = [
    'scene',
    PEER,
    OURS,
    ALONE,
    'ours ÷ alone',
    'ours ÷ kube-scheduler',
    'to plain: kube-scheduler',
    'ours',
    'processor ms each',
  ];
  const rows = figures.map(({ scene, perSecond, oursToAlone, oursToPeer, toPlain, cpuMs }): Cell[] => [
    scene,
    whole(perSecond[PEER]),
    whole(perSecond[OURS]),
    whole(perSecond[ALONE]),
    share(oursToAlone),
    share(oursToPeer),
    share(toPlain[PEER]),
    share(toPlain[OURS]),
    [PEER, OURS, ALONE].map((name) => (cpuMs[name] ?? NaN).toFixed(1)).join(' / '),
  ]);
  return table(header, rows);
}

/** What is below its floor, in words; what could not be measured is too. */
export function failures(figures: readonly SceneFigures[]): string[] {
  return figures.flatMap(({ scene, oursToAlone, toPlain }) => {
    const own = toPlain[OURS] ?? NaN;
    return [
      ...(oursToAlone >= FLOORS.oursToAlone ? [] : [`${scene}: ours ÷ alone ${share(oursToAlone)}`]),
      ...(own >= FLOORS.toPlain ? [] : [`${scene}: ours is ${share(own)} of its plain rate`]),
    ];
  });
}
