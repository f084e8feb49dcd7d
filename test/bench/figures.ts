/** The figures, their goals, and the limits beyond which something is broken. Pure. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'MiB' | '';
  readonly goal: number;
  /** Beyond it the bench fails; generous, for slow and shared machines. */
  readonly limit: number;
}

export type Verdict = 'met' | 'missed' | 'FAILED';

export interface Measured {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly writesPerVm: number;
  readonly eventsPerVm: number;
  readonly writesPerMinuteAtRest: number;
  readonly operatorMiB: number;
  readonly agentMiB: number;
}

export function figuresOf(measured: Measured): Figure[] {
  return [
    { name: 'create → Running, p50', value: measured.p50Ms, unit: 'ms', goal: 50, limit: 500 },
    { name: 'create → Running, p99', value: measured.p99Ms, unit: 'ms', goal: 200, limit: 2000 },
    { name: 'API writes per VM', value: measured.writesPerVm, unit: '', goal: 5, limit: 7 },
    { name: 'Events per VM', value: measured.eventsPerVm, unit: '', goal: 1, limit: 2 },
    { name: 'writes per minute at rest', value: measured.writesPerMinuteAtRest, unit: '', goal: 0, limit: 6 },
    { name: 'memory of the operator', value: measured.operatorMiB, unit: 'MiB', goal: 150, limit: 300 },
    { name: 'memory of the largest agent', value: measured.agentMiB, unit: 'MiB', goal: 64, limit: 128 },
  ];
}

/** What could not be measured has failed. */
export function verdictOf({ value, goal, limit }: Figure): Verdict {
  if (!(value <= limit)) return 'FAILED';
  return value <= goal ? 'met' : 'missed';
}

export function show(value: number, unit: Figure['unit']): string {
  const digits = Number.isInteger(value) || value >= 100 ? 0 : unit === '' ? 2 : 1;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

export function figureTable(figures: readonly Figure[]): string[] {
  return figures.map((figure) => {
    const { name, value, unit, goal } = figure;
    const wanted = goal === 0 ? show(goal, unit) : `≤ ${show(goal, unit)}`;
    return `${name.padEnd(34)}${show(value, unit).padStart(10)}${wanted.padStart(14)}   ${verdictOf(figure)}`;
  });
}
