import { deepEqual, equal, match } from 'node:assert/strict';
import { showHost } from '../../../../operator/plan/host/status';
import { confirmedBoot, hasAnswered, viewHost, type HostFacts } from '../../../../operator/plan/host/view';
import type { XenAgent, XenHost } from '../../../../crds/generated/types';

const NOW = '2027-01-01T00:00:00Z';
const host = (pinned: { spec?: string; status?: string } = {}): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: { name: 'h1' },
  spec: { ...(pinned.spec !== undefined && { machineID: pinned.spec }) },
  ...(pinned.status !== undefined && { status: { machineID: pinned.status } }),
});
const agent = (machineID?: string): XenAgent => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenAgent',
  metadata: { name: 'h1' },
  spec: { fleetID: 'f', nonce: 'n', confirmedBootID: 'b1' },
  status: { nonce: 'n', bootID: 'b2', dom0: { memoryFixed: true }, ...(machineID !== undefined && { machineID }) },
});
const facts = (object: XenHost, reported?: string): HostFacts => ({
  agent: agent(reported),
  nonce: 'n',
  fleetID: 'f',
  silentMs: 0,
  watchedMs: 60_000,
  unknownAfterMs: 25_000,
  namespaceReady: true,
  machineID: object.spec.machineID ?? object.status?.machineID,
});
const seen = (object: XenHost, reported?: string): unknown[] => {
  const { state, answered } = viewHost(object, facts(object, reported));
  return [state, answered, hasAnswered(object, agent(reported), 'n'), confirmedBoot(object, facts(object, reported))];
};
const OURS = ['Ready', true, true, 'b2'];
const OTHER = ['NotReady', false, false, 'b1'];

describe('the machine of a host', () => {
  it('is pinned at first contact, and stays', () => {
    equal(showHost(host(), facts(host(), 'aa'), undefined, NOW).machineID, 'aa');
    const pinned = host({ status: 'aa' });
    const { machineID, bootID } = showHost(pinned, facts(pinned, 'bb'), undefined, NOW);
    deepEqual([machineID, bootID], ['aa', undefined]);
    const named = host({ status: 'aa', spec: 'bb' });
    equal(showHost(named, facts(named, 'aa'), undefined, NOW).machineID, 'bb');
    equal(showHost(host(), facts(host()), undefined, NOW).machineID, undefined);
  });

  it('another one is neither believed nor confirmed, and the host is NotReady', () => {
    deepEqual(seen(host(), 'aa'), OURS);
    deepEqual(seen(host({ status: 'aa' }), 'aa'), OURS);
    deepEqual(seen(host({ status: 'aa' }), 'bb'), OTHER);
    deepEqual(seen(host({ status: 'aa', spec: 'bb' }), 'bb'), OURS);
    deepEqual(seen(host({ status: 'aa', spec: 'bb' }), 'aa'), OTHER);
    // An agent of an older version tells none.
    deepEqual(seen(host({ status: 'aa' })), OURS);
  });

  it('says what to do', () => {
    const pinned = host({ status: 'aa' });
    const [ready] = showHost(pinned, facts(pinned, 'bb'), undefined, NOW).conditions ?? [];
    equal(ready?.reason, 'MachineChanged');
    match(ready?.message ?? '', /stop that agent; or, .* set spec\.machineID: bb/);
  });
});
