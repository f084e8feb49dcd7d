/** One term of a leader from its start to its end, with all that runs in it. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { vm as newVm, UID } from '../plan/builders';
import { TermInMemory } from './term-in-memory';

const spec = (memory = '1Gi') => ({ className: undefined as never, resources: { vcpus: 1, memory } });

function wanted(here: TermInMemory, memory?: string) {
  return here.vm(newVm({ spec: spec(memory), meta: { finalizers: [] } }));
}

const web = (here: TermInMemory) => here.caches.vms.get('acme/web');
const claim = (here: TermInMemory) => web(here)?.status?.placement;
const whyNotScheduled = (here: TermInMemory): string =>
  web(here)?.status?.conditions?.find(({ type }) => type === 'Scheduled')?.message ?? '';
const orders = (here: TermInMemory) => here.caches.domains.all();

describe('a term', () => {
  it('asks every host by a nonce of its own, and claims nothing before the answers', async () => {
    const here = new TermInMemory(['h1', 'h2']);
    wanted(here);
    here.term.start();
    await here.rest();
    for (const host of ['h1', 'h2']) equal(here.directory.agent(host)?.spec.nonce, 'term-1');
    here.answers('h1');
    await here.rest();
    equal(claim(here), undefined, 'h2 may hold it');
    match(whyNotScheduled(here), /h2/);
    here.answers('h2');
    await here.rest();
    const { host = '', epoch, bootID } = claim(here) ?? {};
    deepEqual([epoch, bootID], [1, `boot-${host}`]);
    deepEqual(
      orders(here).map(({ metadata, spec }) => [metadata.namespace, spec.epoch, spec.bootID]),
      [[`xenhost-${host}`, 1, bootID]],
    );
    here.answers(host);
    await here.rest();
    equal(web(here)?.status?.phase, 'Running');
    deepEqual(here.faults, []);
    await here.term.stop();
  });

  it('places nothing on what was asked before a doubt, until all hosts have answered anew', async () => {
    const here = new TermInMemory(['h1']);
    here.term.start();
    await here.rest();
    here.answers('h1');
    await here.rest();
    const big = here.vm(newVm({ meta: { name: 'big', uid: 'uid-big', finalizers: [] }, spec: spec('12Gi') }));
    await here.rest();
    wanted(here, '8Gi');
    await here.rest();
    match(here.term.placement.unplaced('acme/web')?.reason ?? '', /MiB short/);
    here.term.renewNonce();
    equal(here.term.placement.unplaced('acme/web'), undefined);
    equal(here.directory.nonce, 'term-2');
    here.remove(here.caches.vms, here.caches.vms.get('acme/big')!);
    for (const order of here.caches.domains.all()) here.remove(here.caches.domains, order);
    await here.rest();
    equal(web(here)?.status?.placement, undefined);
    equal(here.directory.agent('h1')?.spec.nonce, 'term-2', 'every host is asked anew at once');
    here.answers('h1');
    await here.rest();
    equal(web(here)?.status?.placement?.host, 'h1');
    equal(big.metadata.name, 'big');
    await here.term.stop();
  });

  it('asks again whether a claim is the newest after a doubt', async () => {
    const here = new TermInMemory(['h1', 'h2']);
    here.term.start();
    await here.rest();
    for (const host of ['h1', 'h2']) here.answers(host);
    await here.rest();
    wanted(here);
    await here.rest();
    const host = web(here)?.status?.placement?.host ?? '';
    here.term.renewNonce();
    await here.rest();
    const [order] = here.caches.domains.all();
    here.remove(here.caches.domains, order!);
    await here.rest();
    equal(here.caches.domains.size, 0, 'no order while nobody has said that the claim is the newest');
    for (const one of ['h1', 'h2']) here.answers(one);
    await here.rest();
    equal(here.caches.domains.all()[0]?.metadata.namespace, `xenhost-${host}`);
    await here.term.stop();
  });

  it('looks at deletions that the brake held up once it lets them go', async () => {
    const here = new TermInMemory(['h1'], { deletions: 3, percent: 10, windowMs: 300_000 });
    here.term.start();
    await here.rest();
    here.answers('h1');
    wanted(here);
    await here.rest();
    here.answers('h1');
    await here.rest();
    const deletionTimestamp = new Date(here.clock.wallMs()).toISOString();
    const known = web(here)!;
    here.vm({ ...known, metadata: { ...known.metadata, deletionTimestamp } });
    await here.rest(1900);
    equal(here.caches.domains.all()[0]?.spec.desired, 'Running', 'it may be one of many');
    await here.rest(1000);
    equal(here.caches.domains.all()[0]?.spec.desired, 'Absent');
    here.answers('h1');
    await here.rest();
    deepEqual([web(here), here.caches.domains.size], [undefined, 0]);
    await here.term.stop();
  });

  it('notices a host that falls silent, without any event', async () => {
    const here = new TermInMemory(['h1']);
    here.term.start();
    await here.rest();
    here.answers('h1');
    await here.rest();
    const state = (): unknown => here.caches.hosts.get('h1')?.status?.phase;
    equal(state(), 'Ready');
    await here.rest(30_000);
    equal(state(), 'Unknown');
    equal(
      here.told.measured.some((line) => line.startsWith('reconciled host ok')),
      true,
    );
    await here.term.stop();
  });

  it('shows pools, and looks at orders whose VM is gone', async () => {
    const here = new TermInMemory(['h1']);
    here.put(here.caches.pools, {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenPool',
      metadata: { name: 'default', uid: 'uid-pool' },
      spec: {},
    });
    const gone = newVm();
    here.vm(gone);
    here.term.start();
    await here.rest();
    equal(here.caches.pools.get('default')?.status?.hosts?.count, 1);
    await here.term.stop();
  });

  it('leaves nothing behind: no timer, no ear, no write', async () => {
    const here = new TermInMemory(['h1']);
    here.term.start();
    await here.rest();
    here.answers('h1');
    await here.rest();
    await here.term.stop();
    const { timers } = here.clock;
    const before = here.api.calls.length;
    wanted(here);
    here.editHost('h1', { quarantined: true });
    await here.rest(30_000);
    deepEqual([here.api.calls.length - before, here.clock.timers <= timers], [0, true]);
    equal(web(here)?.status, undefined);
    equal(here.caches.vms.get('acme/web')?.metadata.uid, UID);
  });

  it('tells of an object that cannot be read, and places all others', async () => {
    const here = new TermInMemory(['h1']);
    here.term.start();
    await here.rest();
    here.answers('h1');
    const status = { placement: { host: 'h1', epoch: 1 }, domainUUID: 'uid-bad' };
    here.vm(newVm({ meta: { name: 'bad', uid: 'uid-bad' }, spec: { resources: null } as never, status }));
    wanted(here);
    await here.rest();
    equal(here.told.lines(/object cannot be read/).length > 0, true);
    equal(here.told.lines(/warn reconcile failed/).length > 0, true);
    equal(web(here)?.status?.placement?.host, 'h1');
    await here.term.stop();
  });
});
