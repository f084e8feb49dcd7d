/**
 * Properties have one seed, so that a red run means a change and not chance. To look further:
 * `SEED=random RUNS=20000 make test ONLY=test/scheduler/planner.test.ts`. Those that give a seed or
 * a number of runs themselves keep it.
 */
import * as fc from 'fast-check';

const { SEED, RUNS } = process.env;
const seed = SEED === 'random' ? {} : { seed: Number(SEED ?? 1) };
fc.configureGlobal({ ...seed, ...(RUNS !== undefined && { numRuns: Number(RUNS) }) });
