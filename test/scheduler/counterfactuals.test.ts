import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { MIB } from '../../common/memory';
import { Planner, Scheduler, counterfactualText } from '../../scheduler';
import type { HostState, Snapshot, VmSpec } from '../../scheduler';
import { arbitraryHosts, arbitraryVms } from './arbitrary';
import { GIB, host, hosts, required, vm } from './fleet';

const plain = { hypervisorBytes: 0, totalBytes: 20 * GIB };
const texts = (fleet: HostState[], vms: VmSpec[], spec: VmSpec): string[] =>
  new Scheduler({ hosts: fleet, vms }).counterfactuals(spec).map(counterfactualText);
const size = (gib: number): Partial<VmSpec> => ({ memoryBytes: gib * GIB, overheadBytes: 0 });

describe('what would help a pending VM', () => {
  it('less memory, to the MiB', () => {
    const vms = [vm('a', { ...size(9), host: 'h1' }), vm('b', { ...size(10), host: 'h2' })];
    assert.deepEqual(
      texts(
        hosts(2, () => plain),
        vms,
        vm('new', size(16)),
      ),
      ['fits on h1 if memory ≤ 7168 MiB'],
    );
  });

  it('fewer vCPUs, or shared ones', () => {
    const vms = [vm('a', { ...size(1), vcpus: 10, dedicated: true, host: 'h1' })];
    assert.deepEqual(texts([host('h1', plain)], vms, vm('new', { ...size(1), vcpus: 6, dedicated: true })), [
      'fits on h1 if vcpus ≤ 4',
      'fits on h1 if dedicated is dropped',
    ]);
  });

  it('a rule less', () => {
    const web = { ...size(1), labels: { app: 'web' } };
    const vms = [vm('a', { ...web, host: 'h1' }), vm('b', { ...web, host: 'h2' })];
    const spec = vm('new', { ...web, antiAffinity: required({ app: 'web' }), hostSelector: { matchLabels: {} } });
    assert.deepEqual(
      texts(
        hosts(2, () => plain),
        vms,
        spec,
      ),
      [
        'fits on h1 if anti-affinity app=web per kubernetes.io/hostname is dropped',
        'fits on h1 after moving acme.a to h2',
      ],
    );
  });

  it('a toleration, an end of a cordon, another pool', () => {
    const fleet = [
      host('h1', { ...plain, pool: 'a', taints: [{ key: 'gpu', effect: 'NoSchedule' }] }),
      host('h2', { ...plain, pool: 'a', cordoned: true }),
      host('h3', { ...plain, pool: 'b' }),
    ];
    assert.deepEqual(texts(fleet, [], vm('new', { ...size(1), pool: 'a' })), [
      'fits on h3 if pool a is dropped',
      'fits on h1 if the taint gpu is tolerated',
      'fits on h2 if it is uncordoned',
    ]);
  });

  it('fewer failures to tolerate, where nothing else keeps it out', () => {
    const fleet = hosts(2, () => plain);
    const pools = [{ name: 'default', hostFailuresToTolerate: 1 }];
    const scheduler = new Scheduler({ hosts: fleet, vms: [vm('a', { ...size(10), host: 'h1' })], pools });
    assert.deepEqual(scheduler.counterfactuals(vm('new', size(7))).map(counterfactualText), [
      'fits on h2 if memory ≤ 6144 MiB',
      'fits on h2 if pool default has no host failures to tolerate',
    ]);
    assert.doesNotMatch(
      scheduler
        .counterfactuals(vm('huge', size(17)))
        .map(counterfactualText)
        .join(),
      /failures/,
    );
  });

  it('a move of somebody else, the cheapest', () => {
    const vms = [
      vm('db-1', { ...size(6), host: 'h1' }),
      vm('db-2', { ...size(4), host: 'h1' }),
      vm('db-3', { ...size(8), host: 'h2' }),
    ];
    assert.deepEqual(
      texts(
        hosts(2, () => plain),
        vms,
        vm('new', size(9)),
      ).at(-1),
      'fits on h1 after moving acme.db-2 to h2',
    );
  });

  it('several moves where one is not enough', () => {
    const vms = [1, 2, 3, 4, 5].map((n) => vm(`db-${n}`, { ...size(n < 4 ? 5 : 4), host: n < 4 ? 'h1' : 'h2' }));
    const fleet = [host('h1', plain), host('h2', plain), host('h3', { ...plain, totalBytes: 13 * GIB })];
    const plan = new Planner({ hosts: fleet, vms }).admit(vm('new', size(16)));
    assert.deepEqual(
      plan?.moves.map(({ key, to }) => [key, to]),
      [
        ['uid-db-4', 'h3'],
        ['uid-db-5', 'h3'],
      ],
    );
    assert.equal(plan.host, 'h2');
  });

  it('is true, every time', () => {
    const proved = new Set<string>();
    fc.assert(
      fc.property(arbitraryHosts(4), arbitraryVms(25), fc.constantFrom(0, 1), (hosts, wishes, failures) => {
        const pools = [{ name: 'default', hostFailuresToTolerate: failures }];
        const scheduler = new Scheduler({ hosts, vms: [], pools });
        const vms: VmSpec[] = [];
        for (const spec of wishes) {
          const found = scheduler.find(spec);
          if (found !== undefined) {
            scheduler.assume(spec, found);
            vms.push({ ...spec, host: found });
            continue;
          }
          for (const help of scheduler.counterfactuals(spec)) {
            proved.add(help.kind);
            prove({ hosts, vms, pools }, spec, help);
          }
        }
      }),
      { numRuns: 100, seed: 4 },
    );
    for (const kind of ['memory', 'drop', 'uncordon', 'failures', 'move']) assert.ok(proved.has(kind), kind);
  });
});

type Help = ReturnType<Scheduler['counterfactuals']>[number];

/** Changes the input as the answer says and asks a scheduler that knows nothing of it. */
function prove(fleet: Snapshot, spec: VmSpec, help: Help): void {
  if (help.kind === 'memory') {
    const fits = (memoryMiB: number): string | undefined =>
      new Scheduler(fleet).find({ ...spec, memoryBytes: memoryMiB * MIB });
    assert.deepEqual([fits(help.mostMiB), fits(help.mostMiB + 1)], [help.host, undefined]);
  } else if (help.kind === 'vcpus') {
    assert.equal(new Scheduler(fleet).find({ ...spec, vcpus: help.most }), help.host);
  } else if (help.kind === 'uncordon') {
    const open = fleet.hosts.map((one) => (one.name === help.host ? { ...one, cordoned: false } : one));
    assert.ok(new Scheduler({ ...fleet, hosts: open }).fits(spec, help.host));
  } else if (help.kind === 'failures') {
    assert.ok(new Scheduler({ ...fleet, pools: [] }).fits(spec, help.host));
  } else if (help.kind === 'move') {
    const scheduler = new Scheduler(fleet);
    for (const { vm: name, to } of help.moves) {
      const moved = fleet.vms.find((other) => `acme.${other.name}` === name) as VmSpec;
      assert.ok(scheduler.fits(moved, to), `${name} to ${to}`);
      scheduler.assume({ ...moved, host: to }, to);
    }
    assert.ok(scheduler.fits(spec, help.host));
  }
}

describe('capacity', () => {
  it('counts what fits host by host, and what is lost to this size', () => {
    const fleet = [host('h1', plain), host('h2', { ...plain, cpus: 2 })];
    const planner = new Planner({ hosts: fleet, vms: [vm('a', { ...size(3), host: 'h1' })] });
    const answer = planner.capacity(vm('vps', { ...size(4), vcpus: 4 }));
    assert.deepEqual(answer, { most: 4, tolerant: 4, lostBytes: 13 * GIB, lostVcpus: 50 });
  });

  it('counts fewer where a failure is to be tolerated', () => {
    const pools = [{ name: 'default', hostFailuresToTolerate: 1 }];
    const planner = new Planner({ hosts: hosts(4, () => plain), vms: [], pools });
    assert.deepEqual(planner.capacity(vm('vps', { ...size(4), vcpus: 1 })), {
      most: 16,
      tolerant: 12,
      lostBytes: 0,
      lostVcpus: 232,
    });
  });
});
