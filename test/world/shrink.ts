/** From a life that went wrong to the fewest acts that still go wrong in the same way. */
import type { Scenario } from './life';

/** The rule that a scenario breaks first, if it breaks one. */
export type Judge = (scenario: Scenario) => Promise<string | undefined>;

/**
 * Delta debugging: takes away halves, quarters and so on of the acts, then single ones, as long as
 * the same rule breaks; then hosts. `most`: lives that it may cost.
 */
export async function shrink(scenario: Scenario, rule: string, judge: Judge, most = 48): Promise<Scenario> {
  let left = most;
  let best = scenario;
  const take = async (candidate: Scenario): Promise<boolean> => {
    if ((left -= 1) < 0 || (await judge(candidate)) !== rule) return false;
    best = candidate;
    return true;
  };
  for (let size = Math.ceil(best.acts.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.acts.length;) {
      const acts = best.acts.filter((_, index) => index < at || index >= at + size);
      if (!(await take({ ...best, acts }))) at += size;
    }
  }
  while (best.hosts > 1 && (await take({ ...best, hosts: best.hosts - 1 })));
  return best;
}
