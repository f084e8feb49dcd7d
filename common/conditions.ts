/**
 * Conditions in the sense of Kubernetes: one entry per type, lastTransitionTime moves only with
 * status. Pure.
 */

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime: string;
}

export type ConditionInput = Omit<Condition, 'lastTransitionTime'>;

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The new list in the order of `wanted`; what did not change keeps its time. `now` is RFC 3339. */
export function mergeConditions(
  previous: readonly Condition[] | undefined,
  wanted: readonly ConditionInput[],
  now: string,
): Condition[] {
  return wanted.map((input) => {
    const before = findCondition(previous, input.type);
    const lastTransitionTime = before?.status === input.status ? before.lastTransitionTime : now;
    return { ...input, message: input.message.slice(0, 4096), lastTransitionTime };
  });
}
