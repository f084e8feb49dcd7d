import { deepEqual } from 'node:assert/strict';
import { Store } from '../../../agents/dom0/store';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { InProcessHost } from '../../sim/in-process-host';
import { NOW, UUID, record } from '../orders';

const layout = { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' };

/** `[refused, retired]` as an agent reads them after a restart. */
async function epochs(held: Partial<DomainRecord>, fence?: string): Promise<(number | undefined)[]> {
  const host = new InProcessHost();
  await host.putFile(`/var/lib/xenfleet/domains/${UUID}.json`, JSON.stringify(record(held)));
  if (fence !== undefined) await host.putFile(`/var/lib/xenfleet/fence/${UUID}`, fence);
  const store = new Store(host, layout);
  await store.load();
  const { refusedEpoch, retiredEpoch } = store.records.get(UUID) ?? {};
  return [refusedEpoch, retiredEpoch];
}

describe('what a Dom0 remembers of refusals and receipts', () => {
  it('a fence raises what is refused, and is no receipt', async () => {
    deepEqual(await epochs({}, '4\n'), [4, undefined]);
    deepEqual(await epochs({ refusedEpoch: 2, retiredEpoch: 2, retiredAtMs: NOW }, '4\n'), [4, 2]);
    deepEqual(await epochs({ refusedEpoch: 6, retiredEpoch: 5, retiredAtMs: NOW }, '4\n'), [6, 5]);
    deepEqual(await epochs({}, 'rubbish\n'), [undefined, undefined]);
  });

  it('a record of one word only is a receipt if the time of one is in it, else a fence', async () => {
    deepEqual(await epochs({ retiredEpoch: 3, retiredAtMs: NOW }), [3, 3]);
    deepEqual(await epochs({ retiredEpoch: 3 }), [3, undefined]);
    deepEqual(await epochs({}), [undefined, undefined]);
  });
});
