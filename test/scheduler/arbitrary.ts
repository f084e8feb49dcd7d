/** Random fleets for properties: small, crowded, with every kind of rule. */
import * as fc from 'fast-check';
import { HOSTNAME_KEY, Scheduler } from '../../scheduler';
import type { HostState, VmSpec } from '../../scheduler';
import { GIB, host, required, vm } from './fleet';

const APPS = ['web', 'db', 'mail'];
const app = fc.constantFrom(...APPS);
const topology = fc.constantFrom(HOSTNAME_KEY, 'rack');

export const arbitraryHosts = (max: number): fc.Arbitrary<HostState[]> =>
  fc
    .array(
      fc.record({
        totalBytes: fc.constantFrom(16 * GIB, 32 * GIB, 64 * GIB),
        cpus: fc.constantFrom(4, 8, 16),
        labels: fc.record({ rack: fc.constantFrom('a', 'b', 'c') }, { requiredKeys: [] }),
        mostHvmGuests: fc.constantFrom(0, 1, 2, 3, 56),
        foreignHvmGuests: fc.constantFrom(0, 0, 1),
        cordoned: fc.constantFrom(false, false, false, true),
        storage: fc.constantFrom([], [{ name: 'ssd', freeBytes: 50 * GIB, locality: 'local' as const }]),
      }),
      { minLength: 1, maxLength: max },
    )
    .map((list) => list.map((over, index) => host(`h${index}`, over)));

const relations = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record({ antiAffinity: fc.tuple(app, topology).map(([a, t]) => required({ app: a }, t)) }),
  },
  { weight: 1, arbitrary: fc.record({ affinity: fc.tuple(app, topology).map(([a, t]) => required({ app: a }, t)) }) },
  {
    weight: 1,
    arbitrary: fc.tuple(app, topology, fc.integer({ min: 1, max: 2 })).map(([a, topologyKey, maxSkew]) => ({
      topologySpread: [{ maxSkew, topologyKey, labelSelector: { matchLabels: { app: a } } }],
    })),
  },
);

export const arbitraryVms = (max: number): fc.Arbitrary<VmSpec[]> =>
  fc
    .array(
      fc.tuple(
        fc.record({
          memoryBytes: fc.constantFrom(GIB, 2 * GIB, 4 * GIB, 8 * GIB, 15 * GIB),
          vcpus: fc.constantFrom(1, 2, 4, 8),
          dedicated: fc.constantFrom(false, false, true),
          type: fc.constantFrom('pv' as const, 'pvh' as const, 'pvh' as const, 'hvm' as const, 'hvm' as const),
          labels: app.map((a) => ({ app: a })),
          disks: fc.constantFrom([], [], [{ pool: 'ssd', sizeBytes: 12 * GIB }]),
          priority: fc.integer({ min: 0, max: 2 }),
        }),
        relations,
      ),
      { minLength: 1, maxLength: max },
    )
    .map((list) => list.map(([over, rules], index) => vm(`v${index}`, { ...over, ...rules })));

/** Preferred affinity or anti-affinity, instead of the rules that VMs have. */
export const arbitraryWishes = fc.tuple(app, topology, fc.constantFrom(-1, 1)).map(([a, t, sign]) => {
  const [podAffinityTerm] = required({ app: a }, t).requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const wishes = podAffinityTerm && [{ weight: 50, podAffinityTerm }];
  return { [sign < 0 ? 'antiAffinity' : 'affinity']: { preferredDuringSchedulingIgnoredDuringExecution: wishes } };
});

/** A crowded fleet with every placed VM on a host that allows it. */
export const placed = (
  fleets: fc.Arbitrary<HostState[]>,
  queues: fc.Arbitrary<VmSpec[]>,
): fc.Arbitrary<[HostState[], VmSpec[]]> =>
  fc.tuple(fleets, queues).map(([fleet, vms]) => {
    const open = fleet.map((one) => ({ ...one, cordoned: false }));
    const scheduler = new Scheduler({ hosts: open, vms: [] });
    const found = vms.flatMap((spec) => {
      const name = scheduler.find(spec);
      if (name === undefined) return [];
      scheduler.assume(spec, name);
      return [{ ...spec, host: name }];
    });
    return [open, found];
  });
