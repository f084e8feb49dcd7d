/** Which test files run together, and in which order. Pure. */

export type Floor = 'pure' | 'system' | 'xen';

export interface Run {
  readonly name: string;
  readonly floor: Floor;
  readonly files: readonly string[];
}

const XEN = [/^test\/xen-lab\//, /\.xen\.test\.ts$/];
/** These start servers, build programs or images: each file gets a process of its own. */
const SYSTEM = [/\.system\.test\.ts$/, /^test\/(charts|control-plane|examples|image|playground|run)\//];

export function floorOf(file: string): Floor {
  if (XEN.some((pattern) => pattern.test(file))) return 'xen';
  return SYSTEM.some((pattern) => pattern.test(file)) ? 'system' : 'pure';
}

/**
 * The pure floor is one process, since starting one costs more than its tests. What took longest
 * the last time starts first, so that two lanes end together.
 */
export function planRuns(files: readonly string[], lastMs: Readonly<Record<string, number>> = {}): Run[] {
  const of = (floor: Floor): string[] => files.filter((file) => floorOf(file) === floor).sort();
  const pure = of('pure');
  const alone = (floor: Floor): Run[] => of(floor).map((file) => ({ name: shortName(file), floor, files: [file] }));
  const runs: Run[] = [
    ...(pure.length > 0 ? [{ name: 'pure', floor: 'pure', files: pure } as const] : []),
    ...alone('system'),
    ...alone('xen'),
  ];
  const weight = ({ name }: Run): number => lastMs[name] ?? Infinity;
  return runs.sort(
    (a, b) => compare(weight(b), weight(a)) || compare(floors.indexOf(a.floor), floors.indexOf(b.floor)),
  );
}

const floors: readonly Floor[] = ['pure', 'system', 'xen'];
const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

function shortName(file: string): string {
  return file.replace(/^test\//, '').replace(/(\.system|\.xen)?\.test\.[jt]s$/, '');
}
