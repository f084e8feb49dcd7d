/** The ledger keeps what it found until it changes. These changes must not be missed. */
import { deepEqual, equal } from 'node:assert/strict';
import { domainOverheadBytes } from '../../../common/memory';
import { Ledger } from '../../../operator/controllers/placement/ledger';
import { claimed, order, tombstone, UID, vm } from '../plan/builders';
import { FleetInMemory } from './fleet-in-memory';

const wish = { className: undefined, resources: { vcpus: 1, memory: '1Gi' } };
const unclaimed = vm({ spec: wish as never });
const on = (host: string, epoch = 1) => vm({ spec: wish as never, status: claimed(host, epoch) });
/** 1 GiB and its overhead, in MiB. */
const ONE = Math.floor(1024 + domainOverheadBytes({ type: 'pvh', vcpus: 1, memoryBytes: 2 ** 30 }) / 2 ** 20);

describe('the ledger', () => {
  it('counts an order that no claim counts with its host, and no longer when it is claimed there', () => {
    const here = new FleetInMemory('h1');
    here.vm(unclaimed);
    here.order(order('h1', 1));
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: ONE });
    here.vm(on('h1'));
    deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
  });

  it('counts an order with its host until it is retired or gone', () => {
    const here = new FleetInMemory('h1', 'h2');
    here.vm(on('h2'));
    here.order(order('h1', 1));
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: ONE });
    const retired = here.order(tombstone('h1', 1, 1));
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: 0 });
    here.order(order('h1', 1));
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: ONE });
    here.remove(here.caches.domains, retired);
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: 0 });
  });

  it('counts a claim and its order once', () => {
    const here = new FleetInMemory('h1');
    here.vm(on('h1'));
    deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
    here.order(order('h1', 1));
    deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
    here.order(order('h1', 1, { memory: { targetMiB: 2048, maxMiB: 2048 } }));
    deepEqual(here.countedMiB('h1').orphans, 0);
    equal(here.countedMiB('h1').guests > 2048, true, 'the larger of granted and wanted');
  });

  it('takes a domain that a host calls an orphan over with the claim', () => {
    const here = new FleetInMemory('h1');
    here.report('h1', { domains: [{ uuid: UID, kind: 'orphan', type: 'pvh', vcpus: 1, memoryMiB: 1024 } as never] });
    here.vm(unclaimed);
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: ONE });
    here.vm(on('h1'));
    deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
  });

  const big = { uuid: UID, type: 'pvh' as const, vcpus: 4, memoryMiB: 12288 };
  const BIG = Math.floor(
    12288 + domainOverheadBytes({ type: 'pvh', vcpus: 4, memoryBytes: 12288 * 2 ** 20 }) / 2 ** 20,
  );
  for (const kind of ['ours', 'orphan', 'foreign'] as const) {
    it(`counts what a host reports of a claimed domain as a floor, though it calls it ${kind}`, () => {
      const here = new FleetInMemory('h1');
      here.vm(on('h1'));
      here.order(order('h1', 1));
      deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
      here.report('h1', { domains: [{ ...big, kind }] });
      deepEqual(here.countedMiB('h1'), { guests: BIG, orphans: 0 });
      here.report('h1');
      deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
    });
  }

  it('counts a domain whose claim says nothing of its size: the order is lost and the class is gone', () => {
    const here = new FleetInMemory('h1');
    here.vm(vm({ status: claimed('h1', 1) }));
    here.report('h1', { domains: [{ ...big, kind: 'orphan' }] });
    deepEqual(here.countedMiB('h1'), { guests: BIG, orphans: 0 });
  });

  it('counts a domain that a tombstone is to end for what it has, and once', () => {
    const here = new FleetInMemory('h1');
    here.order(tombstone('h1', 1));
    here.report('h1', { domains: [{ ...big, kind: 'ours' }] });
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: BIG });
    here.order(order('h1', 1));
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: BIG });
  });

  it('counts a domain that is left behind on a host when its claim goes elsewhere', () => {
    const here = new FleetInMemory('h1', 'h2');
    here.report('h1', { domains: [{ ...big, kind: 'orphan' }] });
    here.vm(on('h1'));
    deepEqual(here.countedMiB('h1'), { guests: BIG, orphans: 0 });
    here.vm(on('h2', 2));
    deepEqual(here.countedMiB('h1'), { guests: 0, orphans: BIG });
  });

  it('counts what is reserved, and never what the spec merely wants', () => {
    const here = new FleetInMemory('h1');
    const resources = { vcpus: 8, memory: '8Ti' };
    const reserved = { vcpus: 1, memoryMiB: 1024 };
    here.vm(vm({ spec: { ...wish, resources } as never, status: { ...claimed('h1', 1), reserved } }));
    deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 });
    here.vm(vm({ status: { ...claimed('h1', 1), reserved } }));
    deepEqual(here.countedMiB('h1'), { guests: ONE, orphans: 0 }, 'the class is gone');
  });

  it('goes on past a VM and a host that cannot be read, tells each change once, and counts what is known of them', () => {
    const unread: string[] = [];
    const here = new FleetInMemory('h1', 'h2');
    const ledger = new Ledger(
      here.caches,
      here.directory,
      here.facts,
      (kind, key) => void unread.push(`${kind} ${key}`),
    );
    const counted = (host: string): number => {
      ledger.flush();
      return Math.floor((ledger.scheduler.account(host)?.guestBytes ?? NaN) / 2 ** 20);
    };
    here.vm(on('h1'));
    here.order(order('h1', 1));
    equal(counted('h1'), ONE);
    const nonsense = { ...wish, resources: null };
    here.vm(vm({ spec: nonsense as never, status: claimed('h1', 1) }));
    here.report('h2', { networks: 5 } as never);
    here.vm(
      vm({ meta: { name: 'z', uid: 'u-z' }, spec: wish as never, status: { placement: { host: 'h2', epoch: 1 } } }),
    );
    deepEqual([counted('h1'), counted('h2')], [ONE, ONE]);
    deepEqual(unread.sort(), ['XenHost h2', 'XenVM acme/web']);
    equal(ledger.unread, 2);
    const ask = { key: 'n', namespace: 'n', name: 'n', type: 'pvh' as const, vcpus: 1, memoryBytes: 2 ** 30 };
    deepEqual(
      [ledger.scheduler.fits(ask, 'h1'), ledger.scheduler.fits(ask, 'h2')],
      [true, false],
      'nothing more there',
    );
    counted('h1');
    equal(unread.length, 2);
    here.vm(on('h1'));
    here.report('h2');
    deepEqual([counted('h1'), ledger.unread], [ONE, 0]);
  });

  it('tells the scheduler anew from which pools a placed VM is kept', () => {
    const here = new FleetInMemory('h1');
    const told: unknown[] = [];
    const ledger = new Ledger(here.caches, here.directory, here.facts);
    const { scheduler } = ledger;
    const assume = scheduler.assume.bind(scheduler);
    scheduler.assume = (spec, host) => {
      told.push(spec.deniedPools);
      assume(spec, host);
    };
    const labelled = (labels: Record<string, string>): void => {
      here.put(here.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme', labels } });
      ledger.flush();
    };
    here.vm(on('h1'));
    ledger.flush();
    const spec = { allowedNamespaces: { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } } };
    here.put(here.caches.pools, { apiVersion: 'v', kind: 'XenPool', metadata: { name: 'metal' }, spec } as never);
    ledger.flush();
    labelled({ tier: 'gold' });
    labelled({ tier: 'iron' });
    deepEqual(told, [undefined, ['metal'], undefined, ['metal']]);
    ledger.stop();
  });
});
