/** However many VMs of one tenant wait, the loop keeps its turns short, and nobody else waits. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import type { KubeClient } from '../../../../common/kube/client';
import type { Clock } from '../../../../common/ports';
import type { Metrics } from '../../../../operator/adapters/types';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { Placement } from '../../../../operator/controllers/placement/placement';
import { vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';
import { NO_LOG } from '../operator-in-memory';

/** Every look at this clock takes a millisecond: so many decisions, so many milliseconds. */
class Ticking implements Clock {
  #nowMs = 0;
  readonly timers: (() => void)[] = [];
  readonly monotonicMs = (): number => (this.#nowMs += 1);
  readonly wallMs = (): number => this.#nowMs;
  setTimer(_delayMs: number, fire: () => void): { cancel(): void } {
    this.timers.push(fire);
    return { cancel: () => undefined };
  }
}

class Load extends FleetInMemory {
  readonly ticking = new Ticking();
  readonly due: (() => void)[] = [];
  readonly claims: string[] = [];
  readonly outcomes: string[] = [];
  readonly errors: string[] = [];
  readonly placement: Placement;
  decisions = 0;

  constructor(...hosts: readonly string[]) {
    super(...hosts);
    const mergePatch = (_type: unknown, ref: { name: string }): Promise<XenVM> => {
      this.claims.push(ref.name);
      return new Promise(() => undefined);
    };
    const client = { mergePatch } as unknown as KubeClient;
    this.placement = new Placement({
      caches: this.caches,
      ledger: this.ledger,
      client,
      writer: new Writer({ caches: this.caches, client, log: NO_LOG }),
      clock: this.ticking,
      metrics: { placement: () => void (this.decisions += 1) } as unknown as Metrics,
      log: { ...NO_LOG, error: (_text: string, { vm: key }: { vm: string }) => void this.errors.push(key) },
      plan: () => ({ do: 'place', epoch: 1 }),
      onOutcome: (key) => void this.outcomes.push(key),
      defer: (run) => void this.due.push(run),
      onClaimed: () => undefined,
      bootOf: () => undefined,
      pause: () => Promise.resolve(),
    });
  }

  ask(namespace: string, name: string, memory: string): void {
    const meta = { namespace, name, uid: `uid-${namespace}-${name}` };
    const spec = { className: undefined, resources: { vcpus: 1, memory } } as unknown as XenVM['spec'];
    this.placement.request(`${namespace}/${name}`, this.vm(vm({ meta, spec })), 1);
  }

  turn(): void {
    this.due.splice(0).forEach((run) => run());
  }

  /** Turns until there are no more. */
  rest(): void {
    for (let turn = 0; turn < 10_000 && this.due.length > 0; turn++) this.turn();
    equal(this.due.length, 0);
  }
}

describe('the placement loop under load', () => {
  it('stops at its budget, goes on in later turns, and comes to all', () => {
    const load = new Load('h1');
    for (let i = 0; i < 300; i++) load.ask('evil', `v${i}`, `${20_000 + i}Mi`);
    load.turn();
    ok(load.decisions > 0 && load.decisions <= 20, `${load.decisions} in one turn`);
    deepEqual(load.outcomes, [], 'nothing is explained while others wait for a decision');
    load.rest();
    equal(load.decisions, 300);
    equal(new Set(load.outcomes).size, 300, 'each is told why');
  });

  it('comes to all where all fit', () => {
    const load = new Load('h1', 'h2');
    for (let i = 0; i < 60; i++) load.ask('acme', `v${i}`, '16Mi');
    load.turn();
    ok(load.claims.length < 60);
    load.rest();
    equal(load.claims.length, 60);
  });

  it('places another tenant’s VM in the turn after it was asked for', () => {
    const load = new Load('h1');
    for (let i = 0; i < 300; i++) load.ask('evil', `v${i}`, `${20_000 + i}Mi`);
    load.turn();
    load.ask('good', 'web', '1Gi');
    load.turn();
    deepEqual(load.claims, ['web']);
  });

  it('is not woken by what cannot help: a heartbeat, or a VM that came', () => {
    const load = new Load('h1', 'h2');
    for (let i = 0; i < 50; i++) load.ask('evil', `v${i}`, `${20_000 + i}Mi`);
    load.rest();
    load.decisions = 0;
    load.report('h1', { memory: { totalMiB: 16384, freeMiB: 15000 } });
    load.placement.wake();
    load.rest();
    load.vm(
      vm({ meta: { name: 'other', uid: 'u' }, status: { placement: { host: 'h1', epoch: 1 }, domainUUID: 'u' } }),
    );
    load.placement.wake();
    load.rest();
    equal(load.decisions, 0);
  });

  for (const [what, help] of [
    ['a host that got larger', (load: Load) => load.report('h1', { memory: { totalMiB: 65536, freeMiB: 60000 } })],
    ['a host that came', (load: Load) => (load.host('h9'), load.report('h9', { memory: { totalMiB: 65536 } }))],
  ] as const) {
    it(`is woken by ${what}`, () => {
      const load = new Load('h1');
      load.ask('acme', 'big', '20Gi');
      load.rest();
      deepEqual(load.claims, []);
      help(load);
      load.placement.wake();
      load.rest();
      deepEqual(load.claims, ['big']);
    });
  }

  it('is woken by room that a VM gives back', () => {
    const load = new Load('h1');
    const spec = { className: undefined, resources: { vcpus: 1, memory: '12Gi' } } as unknown as XenVM['spec'];
    const status = { placement: { host: 'h1', epoch: 1 }, domainUUID: 'u' };
    const there = load.vm(vm({ meta: { name: 'there', uid: 'u' }, spec, status }));
    load.ask('acme', 'big', '8Gi');
    load.rest();
    deepEqual(load.claims, []);
    load.remove(load.caches.vms, there);
    load.placement.wake();
    load.rest();
    deepEqual(load.claims, ['big']);
  });

  it('lets one VM that cannot be decided about be, tells it, and goes on with the others', () => {
    const load = new Load('h1');
    load.ask('acme', 'bad', '2Gi');
    load.ask('acme', 'good', '1Gi');
    const spec = { className: undefined, resources: null } as unknown as XenVM['spec'];
    load.vm(vm({ meta: { name: 'bad', uid: 'uid-acme-bad' }, spec }));
    load.rest();
    deepEqual([load.claims, load.errors], [['good'], ['acme/bad']]);
    load.vm(
      vm({ meta: { name: 'bad', uid: 'uid-acme-bad' }, spec: { ...spec, resources: { vcpus: 1, memory: '2Gi' } } }),
    );
    load.placement.wake();
    load.rest();
    deepEqual(load.claims, ['good'], 'nothing has made room since');
    load.host('h9');
    load.report('h9');
    load.placement.wake();
    load.rest();
    deepEqual(load.claims, ['good', 'bad']);
  });

  it('lets who was woken wait behind those of his namespace who have had no turn', () => {
    const load = new Load('h1');
    load.ask('acme', 'a-old', '20Gi');
    load.rest();
    load.report('h1', { memory: { totalMiB: 65536, freeMiB: 60000 } });
    load.ask('acme', 'z-new', '1Gi');
    load.rest();
    deepEqual(load.claims, ['z-new', 'a-old']);
  });

  for (const [what, change] of [
    ['is gone', (load: Load, bad: XenVM) => load.remove(load.caches.vms, bad)],
    [
      'names a class that nobody knows',
      (load: Load, bad: XenVM) =>
        load.vm({ ...bad, spec: { ...bad.spec, className: 'gone', resources: undefined } as never }),
    ],
  ] as const)
    it(`explains nothing to a VM that ${what} by then`, () => {
      const load = new Load('h1');
      for (let i = 0; i < 30; i++) load.ask('acme', `v${i}`, '20Gi');
      load.turn();
      load.turn();
      const told = load.outcomes.length;
      for (const { metadata } of load.caches.vms.all()) change(load, load.caches.vms.get(`acme/${metadata.name}`)!);
      load.rest();
      deepEqual([load.outcomes.length, load.errors], [told, []]);
    });
});
