/**
 * An object that was stored before its schema refused it is in the caches of a living fleet. All
 * others go on.
 */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenVM } from '../../../crds/generated/types';
import { claimed, order, vm } from '../plan/builders';
import { FleetInMemory } from './fleet-in-memory';

const sized = (memory: string): XenVM['spec'] => ({ type: 'pvh', resources: { vcpus: 1, memory } });
const named = (name: string, memory: string, host?: string): XenVM => ({
  ...vm({ meta: { name, uid: `uid-${name}` }, ...(host !== undefined && { status: claimed(host, 1) }) }),
  spec: sized(memory),
});

describe('a fleet with objects that cannot be read', () => {
  it('goes on placing: the edit of a placed VM that cannot be read costs what was granted, no more and no less', () => {
    const here = new FleetInMemory('h1', 'h2');
    here.order(order('h1', 1));
    here.vm(vm({ spec: sized('1Gi'), status: claimed('h1', 1) }));
    const before = here.countedMiB('h1');
    here.vm(vm({ spec: sized('8e99'), status: claimed('h1', 1) }));
    deepEqual(here.countedMiB('h1'), before);
    const other = here.vm(named('other', '1Gi'));
    equal(here.finds(other) !== undefined, true);
  });

  it('keeps off a host whose reserve cannot be read, and comes back once it is mended', () => {
    const here = new FleetInMemory('h1');
    const host = here.host('h1');
    const wish = here.vm(named('wish', '1Gi'));
    const found = (memory: string): string | undefined => {
      here.put(here.caches.hosts, { ...host, spec: { ...host.spec, reserved: { memory } } });
      here.ledger.flush();
      return here.finds(wish);
    };
    deepEqual(['1Gi', '8e99', '-1', '1Gi'].map(found), ['h1', undefined, undefined, 'h1']);
  });
});
