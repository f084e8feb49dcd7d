/**
 * `make world` and `make soak`: lives of the world, one per seed, and the story of each that went
 * wrong.
 */
import { parseArgs } from 'node:util';
import { live, scenarioOf, type Scenario, type Verdict } from './life';
import { shrink } from './shrink';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    /** 0: without end. */
    runs: { type: 'string', default: '20' },
    story: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    /** Cuts a life that went wrong down to the acts that matter. */
    shrink: { type: 'boolean', default: false },
    /** Tells of lives that went wrong, and counts the others. */
    quiet: { type: 'boolean', default: false },
  },
});

const seconds = (ms: number): string => (ms / 1000).toFixed(3).padStart(9);

function tell({ violations, notes }: Verdict, withStory: boolean): void {
  for (const { atMs, rule, what } of violations) console.log(`${seconds(atMs)} ${rule}: ${what}`);
  if (withStory) for (const { atMs, what, about } of notes) console.log(`${seconds(atMs)}   ${what} ${about}`);
}

async function shorten(scenario: Scenario, rule: string): Promise<void> {
  const judge = async (shorter: Scenario) => (await live(shorter)).violations[0]?.rule;
  const short = await shrink(scenario, rule, judge);
  console.log(`cut down from ${scenario.acts.length} acts to ${short.acts.length}, on ${short.hosts} hosts:`);
  tell(await live(short), true);
  console.log(JSON.stringify(short));
}

async function one(seed: number): Promise<boolean> {
  const scenario = scenarioOf(seed);
  const began = performance.now();
  let nowMs = (): number => 0;
  const verdict = await live(scenario, {
    onWorld: ({ time }) => (nowMs = () => time.nowMs),
    ...(values.log && {
      onLog: (who, message, fields) =>
        console.log(`${seconds(nowMs())} ${who}: ${message} ${JSON.stringify(fields).slice(0, 400)}`),
    }),
  });
  const [first] = verdict.violations;
  const took = `${(performance.now() - began).toFixed(0)} ms`;
  if (!values.quiet || first !== undefined)
    console.log(`seed ${seed}: ${first === undefined ? 'clean' : 'BAD'} ${verdict.digest.slice(0, 8)} ${took}`);
  tell(verdict, values.story);
  if (first !== undefined && values.shrink) await shorten(scenario, first.rule);
  return first === undefined;
}

async function main(): Promise<void> {
  const first = Number(values.seed);
  const most = Number(values.runs) || Infinity;
  const began = performance.now();
  let bad = 0;
  for (let run = 1; run <= most; run += 1) {
    if (!(await one(first + run - 1))) bad += 1;
    if (run === most || (values.quiet && run % 100 === 0))
      console.log(`${run} lives from seed ${first}, ${bad} bad, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  if (bad > 0) process.exitCode = 1;
}

void main();
