/** What pending VMs share, and what may be left unasked: against asking each of them alone. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { Scheduler } from '../../scheduler';
import type { HostState, VmSpec } from '../../scheduler';
import { arbitraryHosts, arbitraryVms, arbitraryWishes } from './arbitrary';
import { GIB, host, hosts, required, vm } from './fleet';

function crowd(fleet: readonly HostState[], vms: readonly VmSpec[], hostFailuresToTolerate = 0) {
  const pools = [{ name: 'default', hostFailuresToTolerate }];
  const scheduler = new Scheduler({ hosts: fleet, vms: [], pools });
  const pending = vms.filter((spec) => {
    const target = scheduler.find(spec);
    if (target !== undefined) scheduler.assume(spec, target);
    return target === undefined;
  });
  return { scheduler, pending };
}

describe('VMs of one shape', () => {
  const scheduler = new Scheduler({ hosts: hosts(2), vms: [vm('placed', { host: 'h1' })] });
  const key = (over: Partial<VmSpec>): string => scheduler.shapeKey(vm('a', over));

  it('are those that differ in nothing but who they are, and how old and urgent', () => {
    assert.equal(key({ key: 'b', name: 'b', createdAtMs: 5, priority: 9 }), key({}));
    const rules = { labels: { a: '1', b: '2' }, antiAffinity: required({ a: '1' }) };
    assert.equal(key({ ...rules, labels: { b: '2', a: '1' }, key: 'b' }), key(rules));
  });

  const others: Readonly<Record<string, Partial<VmSpec>>> = {
    memory: { memoryBytes: 5 * GIB },
    overhead: { overheadBytes: 0 },
    vcpus: { vcpus: 3 },
    dedicated: { dedicated: true },
    type: { type: 'hvm' },
    'the device model that is kept for it': { hvm: true },
    namespace: { namespace: 'other' },
    labels: { labels: { app: 'web' } },
    pool: { pool: 'other' },
    'denied pools': { deniedPools: ['other'] },
    hostSelector: { hostSelector: { matchLabels: { a: 'b' } } },
    tolerations: { tolerations: [{ operator: 'Exists' }] },
    networks: { networks: ['lan'] },
    disks: { disks: [{ pool: 'ssd', sizeBytes: GIB }] },
    'made disks': { disks: [{ pool: 'ssd', sizeBytes: GIB, made: true }] },
    'disks made on a host': { disks: [{ pool: 'ssd', sizeBytes: GIB, madeOn: 'h1' }] },
    affinity: { affinity: required({ app: 'web' }) },
    antiAffinity: { antiAffinity: required({ app: 'web' }) },
    topologySpread: { topologySpread: [{ maxSkew: 1, topologyKey: 'zone', labelSelector: {} }] },
    protected: { protected: false },
  };
  for (const [what, over] of Object.entries(others)) {
    it(`are not those that differ in ${what}`, () => assert.notEqual(key(over), key({})));
  }

  it('are not those that are kept away from different pools', () =>
    assert.notEqual(key({ deniedPools: ['a'] }), key({ deniedPools: ['b'] })));

  it('are alone where they are placed, or where host failures are tolerated', () => {
    assert.notEqual(scheduler.shapeKey(vm('placed')), key({}));
    const careful = crowd(hosts(2), [], 1).scheduler;
    assert.notEqual(careful.shapeKey(vm('a')), careful.shapeKey(vm('b')));
  });

  it('get the same answers', () => {
    const wishing = fc
      .tuple(arbitraryVms(12), arbitraryWishes)
      .map(([vms, wishes]) => [...vms, vm('w', { labels: { app: 'web' }, ...wishes })]);
    fc.assert(
      fc.property(arbitraryHosts(4), arbitraryVms(20), wishing, fc.nat(1), (fleet, vms, asked, failures) => {
        const known = new Map<string, [unknown, unknown]>();
        const { scheduler: crowded } = crowd(fleet, vms, failures);
        for (const spec of asked.flatMap((one) => [one, { ...one, name: 'twin', priority: 7 }])) {
          const pending = { ...spec, key: `${spec.name}-${known.size}` };
          const answers: [unknown, unknown] = [crowded.find(pending), crowded.explain(pending)];
          const shape = crowded.shapeKey(pending);
          assert.deepEqual(answers, known.get(shape) ?? answers);
          known.set(shape, answers);
        }
      }),
    );
  });
});

describe('explanations', () => {
  const large = (name: string, over: Partial<VmSpec> = {}): VmSpec => vm(name, { memoryBytes: 90 * GIB, ...over });

  it('are kept for all VMs of a shape while nothing changes', () => {
    const scheduler = new Scheduler({ hosts: hosts(3), vms: [vm('placed', { host: 'h1' })] });
    const first = scheduler.explain(large('a'));
    assert.equal(scheduler.explain(large('b')), first);
    assert.notEqual(scheduler.explain(large('c', { vcpus: 3 })), first);
    scheduler.updateHost(host('h1', { reportedFreeBytes: 5 * GIB }));
    scheduler.find(vm('placed'));
    scheduler.fitsGrown(vm('placed', { host: 'h1', memoryBytes: 5 * GIB }));
    scheduler.counterfactuals(large('a'));
    scheduler.updatePool({ name: 'default' });
    assert.equal(scheduler.explain(large('a')), first, 'nothing has changed');
  });

  const changes: Readonly<Record<string, (scheduler: Scheduler) => void>> = {
    'a VM came': (scheduler) => scheduler.assume(vm('new'), 'h1'),
    'a VM went': (scheduler) => scheduler.forget('uid-placed'),
    'a host changed': (scheduler) => scheduler.updateHost(host('h1', { cordoned: true })),
    'a disk pool filled': (scheduler) =>
      scheduler.updateHost(host('h2', { storage: [{ name: 'ssd', freeBytes: 1, locality: 'local' }] })),
    'a host went': (scheduler) => scheduler.removeHost('h3'),
    'a pool changed': (scheduler) => scheduler.updatePool({ name: 'default', vcpuRatio: 1 }),
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`are made anew when ${what}`, () => {
      const ssd = { name: 'ssd', freeBytes: GIB, locality: 'local' } as const;
      const fleet = [host('h1'), host('h2', { storage: [ssd] }), host('h3')];
      const scheduler = new Scheduler({ hosts: fleet, vms: [vm('placed', { host: 'h1' })] });
      const first = scheduler.explain(large('a'));
      change(scheduler);
      assert.notEqual(scheduler.explain(large('a')), first);
    });
  }

  it('name the VM itself where a failure could not be absorbed', () => {
    const { scheduler } = crowd(hosts(1), [], 1);
    assert.deepEqual(scheduler.explain(vm('a')).unabsorbed?.left, ['acme.a']);
    assert.deepEqual(scheduler.explain(vm('b')).unabsorbed?.left, ['acme.b']);
  });
});

describe('a change of hosts', () => {
  it('is never said to help nobody where it helps', () => {
    fc.assert(
      fc.property(arbitraryHosts(5), arbitraryVms(30), fc.nat(), fc.nat(1), (fleet, vms, n, failures) => {
        const { scheduler, pending } = crowd(fleet, vms, failures);
        const target = fleet[n % fleet.length] as HostState;
        const gone = vms.filter(({ key }) => scheduler.hostOf(key) === target.name).slice(0, 2);
        for (const { key } of gone) scheduler.forget(key);
        if (n % 2 === 0) scheduler.updateHost({ ...target, cordoned: false });
        for (const spec of pending) {
          const helps = scheduler.couldHelp(spec, [target.name]);
          if (!helps) assert.equal(scheduler.find(spec), undefined);
          else if (failures === 0) assert.notEqual(scheduler.find(spec), undefined);
        }
      }),
    );
  });

  it('of no host, or of a host that is full, helps nobody', () => {
    const scheduler = new Scheduler({ hosts: hosts(2), vms: [] });
    assert.equal(scheduler.couldHelp(vm('a'), []), false);
    assert.equal(scheduler.couldHelp(vm('a', { memoryBytes: 90 * GIB }), ['h1']), false);
    assert.equal(scheduler.couldHelp(vm('a'), ['h1']), true);
  });

  it('may open a host that did not change', () => {
    const fleet = hosts(2, () => ({ labels: { zone: 'a' } }));
    const shy = vm('shy', { host: 'h1', memoryBytes: 50 * GIB, antiAffinity: required({ app: 'web' }, 'zone') });
    const scheduler = new Scheduler({ hosts: fleet, vms: [shy] });
    const web = vm('web', { labels: { app: 'web' }, memoryBytes: 40 * GIB });
    assert.equal(scheduler.find(web), undefined);
    scheduler.assume(vm('large', { memoryBytes: 50 * GIB }), 'h1');
    scheduler.forget('uid-shy');
    assert.equal(scheduler.couldHelp(web, ['h1']), true);
  });
});
