/** A row about what a filter says when it refuses, and the scheduler asked about it. */
import { Scheduler } from '../../scheduler';
import type { HostState, PoolPolicy, VmSpec } from '../../scheduler';
import { host, vm } from './fleet';

export interface Refusal {
  readonly name: string;
  readonly host?: Partial<HostState>;
  /** Further hosts, by name. */
  readonly others?: Readonly<Record<string, Partial<HostState>>>;
  readonly placed?: readonly Partial<VmSpec>[];
  readonly vm?: Partial<VmSpec>;
  readonly policy?: Partial<PoolPolicy>;
  /**
   * `Filter: reason, short n unit of resource`; `!` if nothing but a change helps; nothing if it
   * fits.
   */
  readonly says: readonly string[];
}

export function said({ host: first, others = {}, placed = [], vm: asked, policy }: Refusal): string[] {
  const hosts = [host('h1', first), ...Object.entries(others).map(([name, over]) => host(name, over))];
  const vms = placed.map((over, index) => vm(`placed-${index}`, { host: 'h1', ...over }));
  const answer = new Scheduler({ hosts, vms, pools: [{ name: 'default', ...policy }] }).place(vm('new', asked));
  if (!('unschedulable' in answer)) return [];
  return answer.unschedulable.filters.map(({ filter, reason, unresolvable, nearest }) => {
    const { amount, unit, resource } = nearest?.shortfall ?? {};
    return `${filter}${unresolvable > 0 ? '!' : ''}: ${reason}${nearest === undefined ? '' : `, short ${amount} ${unit} of ${resource}`}`;
  });
}
