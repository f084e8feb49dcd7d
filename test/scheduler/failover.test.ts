import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { Planner, Scheduler, message } from '../../scheduler';
import type { HostState, VmSpec } from '../../scheduler';
import { GIB, host, hosts, required, vm } from './fleet';
import { brokenAffinity, brokenAntiAffinity, overcommitted } from './oracle';

const pools = (hostFailuresToTolerate: number): { name: string; hostFailuresToTolerate: number }[] => [
  { name: 'default', hostFailuresToTolerate },
];

function lossesOf(fleet: readonly HostState[], failures: number): string[][] {
  const names = fleet.map(({ name }) => name);
  if (failures === 1 || names.length === 1) return names.map((name) => [name]);
  return names.flatMap((first, index) => names.slice(index + 1).map((second) => [first, second]));
}

/** Tries every host for every VM that would be lost, in every order where the order matters. */
function canRestart(fleet: readonly HostState[], vms: readonly VmSpec[], lost: readonly string[]): boolean {
  const isHomeless = ({ host: home }: VmSpec): boolean => home !== undefined && lost.includes(home);
  const homeless = vms.filter(isHomeless);
  if (homeless.length === 0) return true;
  const ordered = homeless.some(({ affinity }) => affinity !== undefined);
  return (ordered ? homeless : homeless.slice(0, 1)).some((one) =>
    fleet.some(({ name }) => {
      if (lost.includes(name)) return false;
      const moved = { ...one, host: name };
      const next = vms.map((spec) => (spec === one ? moved : spec));
      const settled = next.filter((spec) => !isHomeless(spec));
      if (overcommitted(fleet, settled).length + brokenAntiAffinity(fleet, settled).length > 0) return false;
      return meetsAffinity(fleet, settled, moved) && canRestart(fleet, next, lost);
    }),
  );
}

/**
 * What Kubernetes asks of a new pod, and we of a VM: one that matches is near, or none but itself
 * matches anywhere.
 */
function meetsAffinity(fleet: readonly HostState[], settled: readonly VmSpec[], moved: VmSpec): boolean {
  const app = moved.affinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector?.matchLabels?.app;
  const others = settled.filter((spec) => spec !== moved && spec.labels?.app === app);
  if (app === undefined || (others.length === 0 && moved.labels?.app === app)) return true;
  return brokenAffinity(fleet, [...others, { ...moved, labels: {} }]).every((text) => !text.startsWith(moved.name));
}

const smallHost = fc.record({
  totalBytes: fc.constantFrom(8 * GIB, 12 * GIB, 16 * GIB),
  cpus: fc.constantFrom(2, 4),
  mostHvmGuests: fc.constantFrom(0, 1, 2, 8),
});
const smallVm = fc.tuple(
  fc.record({
    memoryBytes: fc.constantFrom(GIB, 2 * GIB, 3 * GIB, 4 * GIB),
    vcpus: fc.constantFrom(1, 2, 3),
    dedicated: fc.constantFrom(false, false, false, true),
    type: fc.constantFrom('pvh' as const, 'pvh' as const, 'hvm' as const),
    labels: fc.constantFrom({ app: 'web' }, { app: 'db' }),
  }),
  fc.constantFrom({}, {}, { antiAffinity: required({ app: 'web' }) }, { affinity: required({ app: 'db' }) }),
);
const smallFleet = fc.tuple(
  fc.array(smallHost, { minLength: 2, maxLength: 4 }),
  fc.array(smallVm, { minLength: 1, maxLength: 8 }),
  fc.constantFrom(1, 2),
);

describe('host failures to tolerate', () => {
  it('allows exactly what brute force allows', function () {
    this.timeout(60_000);
    let allowed = 0;
    let refused = 0;
    fc.assert(
      fc.property(smallFleet, ([specs, wishes, failures]) => {
        const fleet = specs.map((over, index) => host(`h${index}`, { ...over, dom0Bytes: GIB, dom0Vcpus: 1 }));
        const scheduler = new Scheduler({ hosts: fleet, vms: [], pools: pools(failures) });
        const indifferent = new Scheduler({ hosts: fleet, vms: [] });
        let now: VmSpec[] = [];
        wishes.forEach(([over, rules], index) => {
          const spec = vm(`v${index}`, { ...over, ...rules });
          for (const { name } of fleet) {
            if (!indifferent.fits(spec, name)) continue;
            const then = [...now, { ...spec, host: name }];
            const expected = lossesOf(fleet, failures).every((lost) => canRestart(fleet, then, lost));
            assert.equal(scheduler.fits(spec, name), expected, `${spec.name} on ${name}`);
            if (expected) allowed++;
            else refused++;
          }
          const found = scheduler.find(spec);
          if (found === undefined) return;
          now = [...now, { ...spec, host: found }];
          for (const each of [scheduler, indifferent]) each.assume(spec, found);
          if (index % 3 !== 2) return;
          const gone = now[index % now.length]?.key ?? '';
          now = now.filter(({ key }) => key !== gone);
          for (const each of [scheduler, indifferent]) each.forget(gone);
        });
      }),
    );
    assert.ok(allowed > 100 && refused > 100, `${allowed} allowed, ${refused} refused: the property says little`);
  });

  it('finds the one way to restart them all where neither the widest nor the tightest fit does', () => {
    const fleet = [
      host('big', { hypervisorBytes: 0 }),
      ...hosts(2, () => ({ hypervisorBytes: 0, totalBytes: 13 * GIB })),
    ];
    const sizes = [5, 3, 3, 3, 2, 2];
    const vms = sizes.map((gib, index) =>
      vm(`v${index}`, { memoryBytes: gib * GIB, overheadBytes: 0, vcpus: 1, host: 'big' }),
    );
    const scheduler = new Scheduler({ hosts: fleet, vms, pools: pools(1) });
    assert.ok(scheduler.toleratesFailures());
    assert.equal(scheduler.find(vm('more', { memoryBytes: GIB, overheadBytes: 0, vcpus: 1 })), undefined);
  });

  it('names the loss and who would be left', () => {
    const fleet = hosts(2, () => ({ totalBytes: 16 * GIB, hypervisorBytes: 0 }));
    const size = { memoryBytes: 6 * GIB, overheadBytes: 0 };
    const scheduler = new Scheduler({ hosts: fleet, vms: [vm('db-1', { ...size, host: 'h1' })], pools: pools(1) });
    scheduler.assume(vm('db-2', size), scheduler.find(vm('db-2', size)) ?? '');
    const answer = scheduler.place(vm('db-3', size));
    assert.ok('unschedulable' in answer);
    assert.deepEqual(answer.unschedulable.unabsorbed, { lost: ['h1'], left: ['acme.db-3'] });
    assert.equal(
      message(answer.unschedulable),
      '0 of 2 hosts fit: host failures to tolerate 2 (the loss of h1 could not be absorbed: acme.db-3 would be left)',
    );
    scheduler.updatePool({ name: 'default', hostFailuresToTolerate: 0 });
    assert.deepEqual(scheduler.place(vm('db-3', size)), { host: 'h1' });
  });

  it('does not ask for VMs that are not restarted elsewhere', () => {
    const fleet = hosts(2, () => ({ totalBytes: 16 * GIB, hypervisorBytes: 0 }));
    const size = { memoryBytes: 6 * GIB, overheadBytes: 0 };
    const vms = [1, 2].map((n) => vm(`db-${n}`, { ...size, host: `h${n}` }));
    const scheduler = new Scheduler({ hosts: fleet, vms, pools: pools(1) });
    assert.equal(scheduler.find(vm('batch', { ...size, memoryBytes: 4 * GIB })), undefined);
    const idle = new Scheduler({
      hosts: fleet,
      vms: vms.map((spec) => ({ ...spec, protected: false })),
      pools: pools(1),
    });
    assert.equal(idle.find(vm('batch', { ...size, memoryBytes: 4 * GIB })), 'h1');
  });

  it('restarts VMs that are spread over hosts', () => {
    const spread = {
      labels: { app: 'web' },
      topologySpread: [
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    };
    const scheduler = new Scheduler({ hosts: hosts(3), vms: [], pools: pools(1) });
    const found = [1, 2, 3, 4].map((n) => {
      const where = scheduler.find(vm(`web-${n}`, spread));
      if (where !== undefined) scheduler.assume(vm(`web-${n}`, spread), where);
      return where;
    });
    assert.deepEqual(found, ['h1', 'h2', 'h3', 'h1']);
  });

  it('uses four fifths of what all hosts but the largest hold', () => {
    const fleet = hosts(10, (index) => ({
      totalBytes: (index % 3 === 0 ? 128 : 64) * GIB,
      hypervisorBytes: 0,
      cpus: 64,
    }));
    const sizes = [2, 4, 8, 16];
    const queue = Array.from({ length: 400 }, (_, index) =>
      vm(`v${String(index).padStart(3, '0')}`, {
        memoryBytes: (sizes[index % 4] ?? 1) * GIB,
        overheadBytes: 0,
        vcpus: 1,
      }),
    );
    const plan = new Planner({ hosts: fleet, vms: [], pools: pools(1) }).place(queue);
    const bytes = new Map(queue.map((spec) => [spec.key, spec.memoryBytes]));
    const used = plan.placed.reduce((sum, { key }) => sum + (bytes.get(key) ?? 0), 0);
    const room = fleet.reduce((sum, one) => sum + one.totalBytes - one.dom0Bytes, 0) - 124 * GIB;
    assert.ok(used / room >= 0.8, `${used / room}`);
  });
});
