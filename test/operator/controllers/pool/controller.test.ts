/** One XenPool: when its status is written, how, and which change is told as an Event. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { XenPool } from '../../../../crds/generated/types';
import { PoolController } from '../../../../operator/controllers/pool/controller';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { ApiInMemory } from '../api-in-memory';
import { FleetInMemory } from '../fleet-in-memory';
import { Recording } from '../recording';
import { claimed, vm } from '../../plan/builders';

class Rig extends FleetInMemory {
  readonly api = new ApiInMemory(this);
  readonly told = new Recording();
  readonly controller: PoolController;

  constructor(...hosts: string[]) {
    super(...hosts);
    const { caches, directory, ledger, clock, told } = this;
    const writer = new Writer({ caches, client: this.api.client, log: told.log });
    this.controller = new PoolController({ caches, directory, ledger, writer, clock, events: told.recorder });
    this.rules({});
  }

  rules(spec: XenPool['spec']): void {
    const known = this.caches.pools.get('default');
    const metadata = { name: 'default', uid: 'uid-pool', ...known?.metadata };
    this.put(this.caches.pools, {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenPool',
      ...known,
      metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
      spec,
    });
  }

  get status() {
    return this.caches.pools.get('default')?.status;
  }

  verdict(): string {
    const found = this.status?.conditions?.find(({ type }) => type === 'FailuresTolerated');
    return `${found?.status} ${found?.reason}`;
  }

  look(): Promise<object | undefined | void> {
    return this.controller.reconcile('default');
  }

  holds(name: string, host: string, memoryMiB: number): void {
    const status = { ...claimed(host, 1), domainUUID: `uid-${name}`, reserved: { vcpus: 1, memoryMiB } };
    this.vm(vm({ meta: { name, uid: `uid-${name}` }, status: status }));
  }
}

describe('the status of a pool', () => {
  it('is what the ledger counts on its hosts, and of no other', async () => {
    const here = new Rig('h1', 'h2', 'h3');
    here.editHost('h3', { pool: 'metal' });
    here.holds('web', 'h1', 1024);
    await here.look();
    deepEqual(here.status?.hosts, { count: 2, ready: 2 });
    equal(here.status?.committed?.vms, 1);
    equal(here.verdict(), 'True NoFailuresToTolerate');
    deepEqual(here.api.writes, ['apply XenPool default']);
    deepEqual(here.api.calls[0]?.options, { subresource: 'status', fieldManager: 'xenfleet-operator', force: true });
    equal(await here.look(), undefined);
    equal(here.api.writes.length, 1, 'nothing is written where nothing has changed');
  });

  it('is written on the state that it was found on', async () => {
    const here = new Rig('h1');
    here.api.before = () => here.rules({ vcpuRatio: 2 });
    await rejects(here.look(), /not what it was/);
  });

  it('does not say that reports are missing while a new leader has only begun to ask', async () => {
    const here = new Rig('h1', 'h2', 'h3');
    here.rules({ hostFailuresToTolerate: 1 });
    for (const [host, name] of [
      ['h1', 'a'],
      ['h2', 'b'],
    ] as const)
      here.holds(name, host, 12288);
    here.directory.nonce = 'n2';
    for (const host of ['h1', 'h2']) here.report(host, { nonce: 'n2' });
    here.ledger.markHost('h3');
    await here.clock.advance(3000);
    deepEqual(await here.look(), { requeueAfterMs: 7000 });
    equal(here.status, undefined);
    await here.clock.advance(7000);
    await here.look();
    equal(here.verdict(), 'Unknown AwaitingReports');
    here.report('h3', { nonce: 'n2' });
    await here.look();
    equal(here.verdict(), 'True FailuresTolerated');
  });

  it('waits for no report of a host in another pool', async () => {
    const here = new Rig('h1', 'h2');
    here.rules({ hostFailuresToTolerate: 1 });
    here.holds('a', 'h1', 12288);
    here.editHost('h2', { pool: 'metal' });
    here.report('h2', { nonce: 'old' });
    await here.look();
    equal(here.verdict(), 'False FailuresNotTolerated');
  });

  it('tells of usage at most every ten seconds, and of all else at once', async () => {
    const here = new Rig('h1', 'h2');
    await here.look();
    await here.clock.advance(4000);
    here.holds('web', 'h1', 1024);
    deepEqual(await here.look(), { requeueAfterMs: 6000 });
    equal(here.status?.committed?.vms, 0);
    here.rules({ vcpuRatio: 2 });
    equal(await here.look(), undefined);
    deepEqual([here.status?.committed?.vms, here.status?.rules?.vcpuRatio], [1, 2]);
    here.holds('db', 'h1', 1024);
    await here.clock.advance(9999);
    deepEqual(await here.look(), { requeueAfterMs: 1 });
    await here.clock.advance(1);
    equal(await here.look(), undefined);
    equal(here.status?.committed?.vms, 2);
  });

  it('begins anew with a pool that was made anew', async () => {
    const here = new Rig('h1');
    await here.look();
    const { status: _status, ...bare } = here.caches.pools.get('default')!;
    here.remove(here.caches.pools, here.caches.pools.get('default')!);
    equal(await here.look(), undefined);
    here.put(here.caches.pools, { ...bare, status: { observedGeneration: 1 } });
    here.holds('web', 'h1', 1024);
    await here.look();
    equal(here.status?.committed?.vms, 1);
  });
});

describe('a pool that could not bear the loss of a host', () => {
  it('is told once as an Event, and again once it had been well', async () => {
    const here = new Rig('h1', 'h2');
    here.rules({ hostFailuresToTolerate: 1 });
    await here.look();
    deepEqual(here.told.events, []);
    for (const [host, name] of [
      ['h1', 'a'],
      ['h2', 'b'],
    ] as const)
      here.holds(name, host, 12288);
    await here.look();
    deepEqual(here.told.events, ['default Warning FailuresNotTolerated']);
    await here.clock.advance(10_000);
    here.holds('c', 'h2', 512);
    await here.look();
    equal(here.told.events.length, 1);
    here.remove(here.caches.vms, here.caches.vms.get('acme/a')!);
    await here.look();
    equal(here.verdict(), 'True FailuresTolerated');
    here.holds('a', 'h1', 12288);
    await here.look();
    equal(here.told.events.length, 2);
  });
});
