import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { KubeError } from '../../../common/kube/errors';
import { EventRecorder } from '../../../common/kube/events';
import type { CoreEvent } from '../../../common/kube/events';
import type { KubeObject } from '../../../common/kube/types';
import { FakeClock, settle } from './fake-clock';
import { ScriptedTransport } from './scripted-transport';

const vm = (name: string, namespace?: string): KubeObject => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenVM',
  metadata: { name, uid: `uid-${name}`, ...(namespace !== undefined && { namespace }) },
});
const placed = { type: 'Normal', reason: 'Scheduled', message: 'on host h1' } as const;

describe('event recorder', () => {
  let clock: FakeClock;
  let api: ScriptedTransport;
  let dropped: string[];
  let recorder: EventRecorder;
  const sent = (): CoreEvent[] => api.requests.map((request) => request.body as CoreEvent);

  beforeEach(() => {
    clock = new FakeClock();
    api = new ScriptedTransport();
    dropped = [];
    recorder = new EventRecorder({
      client: new KubeClient(api),
      clock,
      component: 'xenfleet-operator',
      instance: 'pod-1',
      onDropped: (why) => dropped.push(why),
    });
  });

  it('tells a matter once, where kubectl looks for it', async () => {
    api.next({}, {});
    recorder.record(vm('web', 'shop'), placed);
    recorder.record(vm('web', 'shop'), placed);
    recorder.record(vm('h1'), placed);
    await recorder.flush();
    deepEqual(
      api.requests.map((request) => request.path),
      ['/api/v1/namespaces/shop/events', '/api/v1/namespaces/default/events'],
    );
    const [event] = sent();
    deepEqual(event?.involvedObject, {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenVM',
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
    });
    deepEqual([event?.count, event?.reason, event?.type], [1, 'Scheduled', 'Normal']);
    match(event?.firstTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('counts repeats and tells them with the first that comes ten minutes later', async () => {
    api.next({}, {});
    for (let times = 0; times < 4; times += 1) recorder.record(vm('web', 'shop'), placed);
    await clock.advance(600_000);
    recorder.record(vm('web', 'shop'), placed);
    await recorder.flush();
    deepEqual(
      sent().map((event) => event.count),
      [1, 4],
    );
    equal(sent()[1]?.firstTimestamp, sent()[0]?.firstTimestamp);
    ok(sent()[0]?.metadata.name !== sent()[1]?.metadata.name);
  });

  it('is not in the way: returns at once, drops what fails and what piles up', async () => {
    let release: (value: unknown) => void = () => undefined;
    api.next(() => new Promise((resolve) => (release = resolve)));
    for (let n = 0; n < 300; n += 1) recorder.record(vm(`vm-${n}`, 'shop'), placed);
    await settle();
    equal(api.requests.length, 1);
    equal(dropped.filter((why) => why === 'backlog').length, 300 - 257);
    for (let n = 0; n < 256; n += 1) api.next(new KubeError('unavailable', 'down'));
    release({});
    await recorder.flush();
    equal(dropped.filter((why) => why === 'failed').length, 256);
  });

  it('cuts a message to the API’s limit', async () => {
    api.next({});
    recorder.record(vm('web', 'shop'), { ...placed, message: 'x'.repeat(5000) });
    await recorder.flush();
    equal(sent()[0]?.message.length, 1024);
  });
});
