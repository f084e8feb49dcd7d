/**
 * Which tests answer for which folder. A mutant that they let live is a survivor, though some slow
 * test elsewhere might notice it.
 */

export interface Target {
  /** A folder, or a file. */
  readonly code: string;
  /** Test files, or folders of them. */
  readonly tests: readonly string[];
  /** Of those, what explores so much that asking it about every mutant takes hours. */
  readonly without?: readonly string[];
}

export const TARGETS: readonly Target[] = [
  {
    code: 'operator/plan',
    tests: ['test/operator/plan'],
    without: ['claim-model', 'continuity-model'].map((name) => `test/operator/plan/${name}.test.ts`),
  },
  {
    code: 'operator/controllers',
    tests: ['test/operator/controllers'],
    without: ['test/operator/controllers/wakes.test.ts', 'test/operator/controllers/placement/promises.test.ts'],
  },
  { code: 'agents/reconcile', tests: ['test/agents/reconcile'] },
  { code: 'agents/xl', tests: ['test/agents/xl'] },
  { code: 'agents/storage', tests: ['test/agents/storage', 'test/agents/disks.test.ts'] },
  { code: 'agents/dom0', tests: ['test/agents/dom0', 'test/agents/storage', 'test/agents/trouble.test.ts'] },
  {
    code: 'scheduler/filters',
    tests: ['filters', 'refusals', 'refusals-vms', 'spread'].map((name) => `test/scheduler/${name}.test.ts`),
  },
  { code: 'common/quantity.ts', tests: ['test/common/quantity.test.ts'] },
  { code: 'common/memory.ts', tests: ['test/common/memory.test.ts'] },
];

/** What `only` names of each target; all of all, if it names nothing. */
export function chosen(only: string | undefined, targets: readonly Target[] = TARGETS): Target[] {
  if (only === undefined || only === '') return [...targets];
  const name = only.replace(/\/+$/, '');
  const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
  return targets.flatMap((target) => {
    if (inside(target.code, name)) return [target];
    return inside(name, target.code) ? [{ ...target, code: name }] : [];
  });
}
