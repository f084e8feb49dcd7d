import { deepEqual, equal, match } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { KubeError } from '../../../common/kube/errors';
import { Heartbeat } from '../../../common/kube/heartbeat';
import { microTime, renewedSpec } from '../../../common/kube/lease';
import type { Lease } from '../../../common/kube/lease';
import type { KubeRequest } from '../../../common/kube/transport';
import { FakeClock } from './fake-clock';
import { ScriptedTransport } from './scripted-transport';

const lease = (resourceVersion: string, spec: object = {}): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'xenhost-h1', name: 'agent', resourceVersion },
  spec,
});

describe('lease', () => {
  it('writes times with six digits, always: API clients in Go refuse fewer', () => {
    equal(microTime(0), '1970-01-01T00:00:00.000000Z');
    equal(microTime(Date.UTC(2026, 10, 22, 20, 25, 1, 678)), '2026-11-22T20:25:01.678000Z');
    equal(microTime(1.5), '1970-01-01T00:00:00.001000Z');
  });

  it('keeps the acquire time of its holder, and counts transitions between holders', () => {
    const first = renewedSpec(undefined, { identity: 'a', leaseDurationSeconds: 25, wallMs: 1000 });
    const again = renewedSpec(first, { identity: 'a', leaseDurationSeconds: 25, wallMs: 2000 });
    const other = renewedSpec(again, { identity: 'b', leaseDurationSeconds: 25, wallMs: 3000 });
    deepEqual([first.leaseTransitions, again.leaseTransitions, other.leaseTransitions], [0, 0, 1]);
    equal(again.acquireTime, first.acquireTime);
    equal(other.acquireTime, microTime(3000));
  });
});

describe('heartbeat', () => {
  let clock: FakeClock;
  let api: ScriptedTransport;
  let beats: string[];
  let heartbeat: Heartbeat;
  const options = () => ({
    client: new KubeClient(api),
    clock,
    lease: { namespace: 'xenhost-h1', name: 'agent' },
    holderIdentity: 'h1',
    mayTake: (holder: string) => holder === 'before',
  });

  beforeEach(() => {
    clock = new FakeClock();
    api = new ScriptedTransport();
    beats = [];
    heartbeat = new Heartbeat({
      ...options(),
      onBeat: (error) => beats.push(error instanceof KubeError ? error.kind : String(error)),
    });
  });
  afterEach(async () => {
    await heartbeat.stop();
    equal(clock.timers, 0);
  });
  const methods = (): string[] => api.requests.map((request) => request.method);

  it('reads once, then is one write per interval, each on top of the last', async () => {
    api.next(lease('1'), lease('2'), lease('3'));
    heartbeat.start();
    await clock.advance(9999);
    deepEqual(methods(), ['GET', 'PUT']);
    await clock.advance(1);
    deepEqual(methods(), ['GET', 'PUT', 'PUT']);
    const body = api.requests[2]?.body as Lease;
    equal(body.metadata.resourceVersion, '2');
    match(body.spec?.renewTime ?? '', /\.\d{6}Z$/);
    equal(body.spec?.leaseDurationSeconds, 25);
    deepEqual(beats, ['undefined', 'undefined']);
  });

  it('reads again where somebody else wrote, and beats all the same', async () => {
    api.next(lease('1'), new KubeError('conflict', 'stale'), lease('7'), lease('8'));
    heartbeat.start();
    await clock.advance(0);
    deepEqual(methods(), ['GET', 'PUT', 'GET', 'PUT']);
    deepEqual(beats, ['undefined']);
  });

  it('tries again sooner where a beat failed, reading first', async () => {
    const lost = (_request: KubeRequest): never => {
      throw new KubeError('network', 'cut', { mayHaveLanded: true });
    };
    api.next(lease('1'), lost, new KubeError('notFound', 'gone'), lease('3'), lease('4'));
    heartbeat.start();
    await clock.advance(4000);
    deepEqual(methods(), ['GET', 'PUT', 'GET', 'GET', 'PUT']);
    deepEqual(beats, ['network', 'notFound', 'undefined']);
  });

  const held = (version: string, holder: string, renewTime: string): Lease => ({
    ...lease(version),
    spec: { holderIdentity: holder, leaseDurationSeconds: 25, renewTime },
  });

  it('yields for as long as another holder renews, and takes over once it is silent', async () => {
    const renewals = Array.from({ length: 20 }, (_none, index) =>
      held(String(index), 'other', `t${Math.min(index, 5)}`),
    );
    api.next(...renewals, lease('99'));
    heartbeat.start();
    // A look every 2 s; the last renewal is seen at 10 s and is good for 25 s.
    await clock.advance(35_000);
    deepEqual([...new Set(methods())], ['GET']);
    match(beats.at(-1) ?? '', /held by other/);
    await clock.advance(2000);
    equal(methods().at(-1), 'PUT');
    equal(beats.at(-1), 'undefined');
  });

  it('takes at once what is its own to take, or nobody holds', async () => {
    for (const holder of ['before', 'h1', '']) {
      api.next(held('1', holder, 't'), lease('2'));
      const other = new Heartbeat({ ...options(), onBeat: () => undefined });
      other.start();
      await clock.advance(0);
      equal(methods().at(-1), 'PUT', holder);
      await other.stop();
    }
  });
});
