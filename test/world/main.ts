/**
 * `make world SEED=… RUNS=…`: lives of the world, one per seed, and the story of each that went
 * wrong.
 */
import { parseArgs } from 'node:util';
import { live, scenarioOf } from './life';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '20' },
      story: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
    },
  });
  const first = Number(values.seed);
  const began = performance.now();
  let bad = 0;
  for (let seed = first; seed < first + Number(values.runs); seed += 1) {
    const began1 = performance.now();
    let nowMs = (): number => 0;
    const verdict = await live(
      scenarioOf(seed),
      values.log
        ? (who, message, fields) => console.log(nowMs(), who, message, JSON.stringify(fields).slice(0, 400))
        : undefined,
    );
    nowMs = () => verdict.world.time.nowMs;
    const { violations, notes, digest } = verdict;
    console.log(
      `seed ${seed}: ${violations.length === 0 ? 'clean' : 'BAD'} ${digest.slice(0, 8)} ${(performance.now() - began1).toFixed(0)} ms`,
    );
    if (violations.length > 0) bad += 1;
    for (const { atMs, rule, what } of violations) console.log(`  ${(atMs / 1000).toFixed(3)} ${rule}: ${what}`);
    if (values.story)
      for (const { atMs, what, about } of notes) console.log(`    ${(atMs / 1000).toFixed(3)} ${what} ${about}`);
  }
  console.log(`${values.runs} lives, ${bad} bad, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

void main();
