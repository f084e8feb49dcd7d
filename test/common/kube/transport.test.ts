import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { KubeErrorKind } from '../../../common/kube/errors';
import { createTransport } from '../../../common/kube/https-transport';
import type { KubeTransport, RequestReport, TransportOptions } from '../../../common/kube/transport';
import { Server, failure, get, put, status } from './http-server';

describe('transport', () => {
  let server: Server;
  let url: string;
  let transport: KubeTransport;
  let reports: RequestReport[];

  const open = (more: Partial<TransportOptions> = {}): KubeTransport => {
    transport?.close();
    transport = createTransport({ target: { server: url }, onRequest: (report) => reports.push(report), ...more });
    return transport;
  };
  beforeEach(async () => {
    server = new Server();
    url = await server.start();
    reports = [];
    open();
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
  });

  it('sends and parses JSON, and reports what it took', async () => {
    server.handler = (request, response, body) =>
      response.end(
        JSON.stringify({ url: request.url, type: request.headers['content-type'], body: JSON.parse(body) as unknown }),
      );
    const call = {
      ...put,
      query: { force: true, limit: 5, none: undefined },
      contentType: 'application/merge-patch+json',
    };
    deepEqual(await transport.request(call), {
      url: '/x?force=true&limit=5',
      type: 'application/merge-patch+json',
      body: { a: 1 },
    });
    deepEqual(
      reports.map(({ verb, resource, code }) => [verb, resource, code]),
      [['update', 'things', 200]],
    );
    ok((reports[0]?.durationMs ?? -1) > 0);
  });

  it('keeps one connection for many calls, and no more than allowed for many at once', async () => {
    for (let call = 0; call < 20; call += 1) await transport.request(get);
    equal(server.connections, 1);
    open({ maxSockets: 3 });
    server.connections = 0;
    server.handler = (_request, response) => void setTimeout(() => response.end('{}'), 5);
    await Promise.all(Array.from({ length: 30 }, () => transport.request(get)));
    equal(server.connections, 3);
  });

  const cases: [number, object, KubeErrorKind, boolean][] = [
    [400, {}, 'invalid', false],
    [401, {}, 'unauthorized', false],
    [403, {}, 'forbidden', false],
    [404, {}, 'notFound', false],
    [409, { reason: 'Conflict' }, 'conflict', false],
    [409, { reason: 'AlreadyExists' }, 'alreadyExists', false],
    [410, { reason: 'Expired' }, 'gone', false],
    [422, { reason: 'Invalid' }, 'invalid', false],
    [429, {}, 'throttled', false],
    [500, {}, 'unavailable', true],
    [500, { reason: 'ServerTimeout' }, 'timeout', true],
    [503, {}, 'unavailable', true],
    [504, { reason: 'Timeout' }, 'timeout', true],
    [418, {}, 'other', false],
  ];
  for (const [code, more, kind, mayHaveLanded] of cases) {
    it(`${code} ${JSON.stringify(more)} is ${kind}${mayHaveLanded ? ', and a write may have landed' : ''}`, async () => {
      server.handler = status(code, more);
      const error = await failure(transport.request(put));
      deepEqual([error.kind, error.code, error.mayHaveLanded], [kind, code, mayHaveLanded]);
      match(error.message, /PUT \/x: \d+ no/);
      equal((await failure(transport.request(get))).mayHaveLanded, false);
    });
  }

  it('reads how long to wait from the header or from the answer', async () => {
    server.handler = status(429, {}, { 'retry-after': '3' });
    equal((await failure(transport.request(get))).retryAfterMs, 3000);
    server.handler = status(500, { details: { retryAfterSeconds: 2 } });
    equal((await failure(transport.request(get))).retryAfterMs, 2000);
    server.handler = status(503, {}, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    const ms = (await failure(transport.request(get))).retryAfterMs ?? 0;
    ok(ms > 50_000 && ms <= 60_000, String(ms));
  });

  it('tells why a namespace takes nothing', async () => {
    server.handler = status(403, { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } });
    deepEqual((await failure(transport.request(put))).causes, ['NamespaceTerminating']);
  });

  it('says of a write whose answer never came that it may have landed; of a read, and of one that was not sent, not', async () => {
    server.handler = (request) => request.socket.destroy();
    const write = await failure(transport.request(put));
    deepEqual([write.kind, write.mayHaveLanded], ['network', true]);
    equal((await failure(transport.request(get))).mayHaveLanded, false);
    await server.stop();
    const unsent = await failure(transport.request(put));
    deepEqual([unsent.kind, unsent.mayHaveLanded], ['network', false]);
  });

  it('says the same where the answer breaks off half-way, or is no JSON', async () => {
    server.handler = (request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"a":');
      setTimeout(() => request.socket.destroy(), 5);
    };
    const broken = await failure(transport.request(put));
    deepEqual([broken.kind, broken.mayHaveLanded], ['network', true]);
    server.handler = (_request, response) => response.end('<html>');
    const html = await failure(transport.request(put));
    deepEqual([html.kind, html.mayHaveLanded], ['other', true]);
  });

  it('gives up at the deadline, in every phase', async () => {
    server.handler = () => undefined;
    const silent = await failure(transport.request({ ...put, deadlineMs: 30 }));
    deepEqual([silent.kind, silent.mayHaveLanded], ['timeout', true]);
    server.handler = (_request, response) => response.write('{');
    equal((await failure(transport.request({ ...get, deadlineMs: 30 }))).kind, 'timeout');
    open({ maxSockets: 1 });
    const first = failure(transport.request({ ...get, deadlineMs: 80 }));
    const queued = await failure(transport.request({ ...put, deadlineMs: 30 }));
    deepEqual([queued.kind, queued.mayHaveLanded], ['timeout', false], 'it never left the queue');
    equal((await first).kind, 'timeout');
    server.handler = (_request, response) => response.end('{}');
    deepEqual(await transport.request(get), {}, 'and the connections are free again');
  });

  it('gives up where the caller does, also before it began', async () => {
    const arrived = new Promise<void>((resolve) => (server.handler = () => resolve()));
    const caller = new AbortController();
    const call = failure(transport.request({ ...put, signal: caller.signal }));
    await arrived;
    caller.abort();
    deepEqual([(await call).kind, (await call).mayHaveLanded], ['aborted', true]);
    const late = await failure(transport.request({ ...put, signal: caller.signal }));
    deepEqual([late.kind, late.mayHaveLanded], ['aborted', false]);
  });

  it('is not spoiled by a call that was given up in the very moment its connection was begun', async () => {
    for (let hops = 0; hops < 16; hops += 1) {
      open({ maxSockets: 1 });
      const caller = new AbortController();
      const call = failure(transport.request({ ...put, signal: caller.signal }));
      for (let hop = 0; hop < hops; hop += 1) await Promise.resolve();
      caller.abort();
      equal((await call).kind, 'aborted');
      await wait(10);
      deepEqual(await transport.request({ ...get, deadlineMs: 500 }), {});
    }
  });

  it('ends what is under way at close()', async () => {
    server.handler = () => undefined;
    const call = failure(transport.request(get));
    await wait(20);
    transport.close();
    equal((await call).kind, 'aborted');
  });

  it('bounds what it reads', async () => {
    open({ maxResponseBytes: 1000 });
    server.handler = (_request, response) => response.end(JSON.stringify('x'.repeat(2000)));
    match((await failure(transport.request(get))).message, /longer than 1000 bytes/);
  });

  it('repeats a read on a kept connection that the server closed meanwhile, but never a write', async () => {
    await transport.request(get);
    let seen = 0;
    server.handler = (request, response) => ((seen += 1) === 1 ? request.socket.resetAndDestroy() : response.end('{}'));
    deepEqual(await transport.request(get), {});
    equal(seen, 2);
    seen = 0;
    const write = await failure(transport.request(put));
    deepEqual([write.mayHaveLanded, seen], [true, 1]);
  });
});
