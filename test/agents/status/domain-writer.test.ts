/** A status that cannot even be made is tried again later, and neither spins nor ends the agent. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenDomain } from '../../../crds/generated/types';
import { silentLog } from '../../../agents/log';
import { DomainStatusWriter } from '../../../agents/status/domain-writer';
import type { AgentApi } from '../../../agents/api/types';
import { FakeClock, settle } from '../../common/kube/fake-clock';

describe('what the agent says of a domain', () => {
  it('is tried again with growing delays if a bug is in the way', async () => {
    const clock = new FakeClock();
    const said: string[] = [];
    let looks = 0;
    const domain = {
      metadata: { name: 'u', uid: 'u', generation: 1 },
      get spec(): never {
        looks += 1;
        throw new TypeError('a bug');
      },
    } as unknown as XenDomain;
    const api = { order: () => ({ domain }) } as unknown as AgentApi;
    const log = { ...silentLog, warn: (fields: object) => said.push((fields as { error: string }).error) };
    const writer = new DomainStatusWriter({ api, clock, log });
    const report = { phase: 'Running', ready: 'True', reason: 'Running', message: '' } as const;
    writer.set('u', { report, record: undefined, bootID: 'b', domid: 1, uid: 'u', generation: 1 });
    await settle();
    equal(looks, 1);
    match(said[0] ?? '', /TypeError: a bug\n.*at /);
    await clock.advance(500);
    await clock.advance(900);
    deepEqual(looks, 2);
    await clock.advance(100);
    equal(looks, 3);
    await writer.stop();
  });
});
