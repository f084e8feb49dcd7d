/** When each VM reached which step, as an onlooker's watches told. Pure: the times come in. */
import type { XenDomain, XenVM } from '../../crds/generated/types';
import { findCondition } from '../../common/conditions';
import { FINALIZER } from '../../common/names';
import { spread } from './statistics';
import type { Spread } from './statistics';

/** In order. `asked` is the moment before the client's call. */
export const STEPS = ['asked', 'answered', 'finalizer', 'claim', 'order', 'domainRuns', 'running'] as const;
export type Step = (typeof STEPS)[number];

export interface Hop extends Spread {
  readonly hop: string;
}

export class Timeline {
  private readonly marks = new Map<string, Map<Step, number>>();

  /** The first time counts. */
  mark(vm: string, step: Step, atMs: number): void {
    const own = this.marks.get(vm) ?? new Map<Step, number>();
    this.marks.set(vm, own);
    if (!own.has(step)) own.set(step, atMs);
  }

  seeVm(vm: XenVM, atMs: number): void {
    const { name, finalizers = [] } = vm.metadata;
    if (finalizers.includes(FINALIZER)) this.mark(name, 'finalizer', atMs);
    if (vm.status?.placement) this.mark(name, 'claim', atMs);
    const ready = findCondition(vm.status?.conditions, 'Ready')?.status === 'True';
    if (vm.status?.phase === 'Running' && ready) this.mark(name, 'running', atMs);
  }

  seeOrder(order: XenDomain, atMs: number): void {
    this.mark(order.spec.vm.name, 'order', atMs);
    if (order.status?.phase === 'Running') this.mark(order.spec.vm.name, 'domainRuns', atMs);
  }

  count(step: Step): number {
    return [...this.marks.values()].filter((own) => own.has(step)).length;
  }

  /** Milliseconds of every VM that made it from one step to the other. */
  durationsMs(from: Step, to: Step): number[] {
    return [...this.marks.values()].flatMap((own) => {
      const [began, ended] = [own.get(from), own.get(to)];
      return began === undefined || ended === undefined ? [] : [ended - began];
    });
  }

  /** From each step to the next. */
  hops(): Hop[] {
    return STEPS.slice(1).map((step, index) => {
      const from = STEPS[index] ?? 'asked';
      return { hop: `${from} → ${step}`, ...spread(this.durationsMs(from, step)) };
    });
  }
}
