import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startControlPlane } from './control-plane';
import type { ControlPlane } from './control-plane';
import { startFaultProxy } from './fault-proxy';
import type { FaultProxy } from './fault-proxy';
import { endOfEvents, matches } from './faults';

type Answer = { status: number; retryAfter: string | undefined; body: string };
type WatchEvent = { type: string; object: { code?: number; reason?: string; metadata: { name?: string } } };

const configMaps = '/api/v1/namespaces/default/configmaps';
const watchPath = `${configMaps}?watch=true&fieldSelector=metadata.name%3Dwatched`;

describe('the fault proxy', () => {
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let agent: Agent;

  before(async () => {
    plane = await startControlPlane();
    proxy = await startFaultProxy(plane);
    agent = new Agent({ ca: proxy.caPem, keepAlive: true });
  });
  after(async () => {
    agent?.destroy();
    await proxy?.stop();
    await plane?.stop();
  });
  afterEach(() => proxy.rules.clear());

  /** Resolves with the answer's beginning; rejects when the connection ends before. */
  function open(path: string, method = 'GET', body?: object): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${plane.adminToken}`, 'content-type': 'application/json' };
      const call = request(`${proxy.url}${path}`, { method, headers, agent }, resolve);
      call.once('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async function ask(path: string, method = 'GET', body?: object): Promise<Answer> {
    const answer = await open(path, method, body);
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
    return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], body: text };
  }

  /** What a watch hears until it ends, and how it ended. */
  async function watch(): Promise<{ events: WatchEvent[]; ended: 'cleanly' | 'cut' }> {
    const answer = await open(watchPath);
    let text = '';
    const parse = (): WatchEvent[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as WatchEvent);
    try {
      for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
      return { events: parse(), ended: 'cleanly' };
    } catch {
      return { events: parse(), ended: 'cut' };
    }
  }

  const configMap = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

  it('passes everything on when nothing is wrong, kubectl included', async () => {
    equal((await ask(configMaps, 'POST', configMap('watched'))).status, 201);
    const kubeconfig = await plane.writeKubeconfig({ name: 'proxied', token: plane.adminToken, server: proxy.url });
    match(await plane.kubectl(['get', 'configmap', 'watched', '-o', 'name'], { kubeconfig }), /configmap\/watched/);
    ok(proxy.requests.some(({ path, status }) => path.startsWith(`${configMaps}/watched`) && status === 200));
  });

  it('answers 410, 429 with Retry-After and 500 in the words of the API, as often as asked', async () => {
    proxy.rules.add({ match: { path: /configmaps/ }, fault: { kind: 'status', code: 410 }, times: 1 });
    proxy.rules.add({ match: {}, fault: { kind: 'status', code: 429, retryAfterSeconds: 7 }, times: 1 });
    const rule = proxy.rules.add({ match: { method: 'GET' }, fault: { kind: 'status', code: 500 } });
    const gone = await ask(configMaps);
    deepEqual([gone.status, (JSON.parse(gone.body) as { reason: string }).reason], [410, 'Expired']);
    const busy = await ask(configMaps);
    deepEqual([busy.status, busy.retryAfter], [429, '7']);
    equal((await ask(configMaps)).status, 500);
    equal((await ask(configMaps)).status, 500);
    equal(rule.hits, 2);
    rule.remove();
    equal((await ask(configMaps)).status, 200);
  });

  it('cuts a watch after so many events', async () => {
    proxy.rules.add({ match: { watch: true }, fault: { kind: 'cut', afterEvents: 1 } });
    const { events, ended } = await watch();
    deepEqual([events.map(({ type }) => type), ended], [['ADDED'], 'cut']);
  });

  it('cuts a request before it reaches the server', async () => {
    proxy.rules.add({ match: { method: 'POST' }, fault: { kind: 'cut' } });
    match(await ask(configMaps, 'POST', configMap('never')).then(String, String), /hang up|ECONNRESET/);
    equal((await plane.tryKubectl(['get', 'configmap', 'never'])).code, 1);
  });

  it('loses the answer to a write that was done', async () => {
    proxy.rules.add({ match: { method: 'POST' }, fault: { kind: 'loseAnswer' } });
    match(await ask(configMaps, 'POST', configMap('done')).then(String, String), /hang up|ECONNRESET/);
    await plane.kubectl(['get', 'configmap', 'done']);
  });

  it('says 410 inside a watch and ends it', async () => {
    proxy.rules.add({ match: { watch: true }, fault: { kind: 'expire', afterEvents: 1 }, times: 1 });
    const { events, ended } = await watch();
    deepEqual([events.map(({ type }) => type), ended], [['ADDED', 'ERROR'], 'cleanly']);
    deepEqual([events[1]?.object.code, events[1]?.object.reason], [410, 'Expired']);
  });

  it('goes silent without closing, and can cut later what is open', async () => {
    proxy.rules.add({ match: { watch: true }, fault: { kind: 'silent', afterMs: 300 } });
    const answer = await open(watchPath);
    let heard = '';
    let closed = false;
    answer.setEncoding('utf8').on('data', (text: string) => (heard += text));
    answer.on('error', () => undefined).once('close', () => (closed = true));
    await sleep(600);
    await plane.kubectl(['label', 'configmap', 'watched', `at=${Date.now()}`]);
    await sleep(300);
    deepEqual([heard.split('\n').length - 1, closed], [1, false]);
    equal(proxy.cutOpen({ watch: true }), 1);
    await sleep(100);
    equal(closed, true);
  });

  it('never answers a request that it silences from the start', async () => {
    proxy.rules.add({ match: { path: /configmaps/ }, fault: { kind: 'silent' }, times: 1 });
    const first = await Promise.race([ask(configMaps).then(String, String), sleep(500).then(() => 'nothing')]);
    equal(first, 'nothing');
    equal(proxy.cutOpen(), 1);
  });

  it('delays', async () => {
    proxy.rules.add({ match: {}, fault: { kind: 'delay', delayMs: 400 }, times: 1 });
    const startedMs = performance.now();
    equal((await ask(configMaps)).status, 200);
    ok(performance.now() - startedMs >= 395);
  });
});

describe('which request a fault meets', () => {
  const asked = { method: 'GET', path: '/apis/x/v1/things?watch=true&resourceVersion=1' };
  it('goes by every field that is given', () => {
    ok(matches({}, asked));
    ok(matches({ path: /things/g, method: 'GET', watch: true }, asked));
    ok(matches({ path: /things/g }, asked), 'a global pattern has no memory');
    ok(!matches({ watch: false }, asked));
    ok(!matches({ method: 'PUT', path: /things/ }, asked));
    ok(!matches({ watch: true }, { method: 'GET', path: '/things?watchful=true' }));
  });
  it('counts events by lines, however they are chunked', () => {
    equal(endOfEvents(Buffer.from('{"a":1}\n{"b":2}\n'), 1), 8);
    equal(endOfEvents(Buffer.from('{"a":1}\n{"b":2}\n'), 2), 16);
    equal(endOfEvents(Buffer.from('{"a":1}\n{"b"'), 2), -1);
  });
});
