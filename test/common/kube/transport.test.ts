import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { KubeError } from '../../../common/kube/errors';
import type { KubeErrorKind } from '../../../common/kube/errors';
import { createTransport } from '../../../common/kube/transport';
import type {
  KubeRequest,
  KubeTransport,
  RequestReport,
  StreamRequest,
  TransportOptions,
} from '../../../common/kube/transport';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that does what a test says, counting connections. */
class Server {
  handler: Handler = (_request, response) => response.end('{}');
  connections = 0;
  readonly sockets = new Set<Socket>();
  private readonly server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => this.handler(request, response, body));
    request.on('error', () => undefined);
  });

  async start(): Promise<string> {
    this.server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const status = (code: number, more: object = {}, headers: http.OutgoingHttpHeaders = {}): Handler => {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ kind: 'Status', code, message: 'no', ...more }));
  };
};
const get: KubeRequest = { method: 'GET', path: '/x', verb: 'get', resource: 'things' };
const put: KubeRequest = { method: 'PUT', path: '/x', verb: 'update', resource: 'things', body: { a: 1 } };

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
  const failure = async (call: Promise<unknown>): Promise<KubeError> => {
    const error: unknown = await call.then(
      (answer) => new Error(`it worked: ${JSON.stringify(answer)}`),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof KubeError)) throw error;
    return error;
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
    server.handler = () => undefined;
    const caller = new AbortController();
    const call = failure(transport.request({ ...put, signal: caller.signal }));
    await wait(20);
    caller.abort();
    deepEqual([(await call).kind, (await call).mayHaveLanded], ['aborted', true]);
    const late = await failure(transport.request({ ...put, signal: caller.signal }));
    deepEqual([late.kind, late.mayHaveLanded], ['aborted', false]);
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

  describe('guard', () => {
    class Refused extends Error {}
    const guard = (): void => {
      throw new Refused('not now');
    };

    it('is asked when the connection stands, right before the first byte; then nothing is sent', async () => {
      let arrived = 0;
      server.handler = (_request, response) => ((arrived += 1), response.end('{}'));
      await rejects(transport.request({ ...put, guard }), Refused);
      await transport.request(get);
      await rejects(transport.request({ ...put, guard }), Refused);
      await wait(20);
      equal(arrived, 1);
    });

    it('is asked after the wait for a free connection, not before', async () => {
      open({ maxSockets: 1 });
      let finish: () => void = () => undefined;
      server.handler = (_request, response) => (finish = () => response.end('{}'));
      const first = transport.request(get);
      await wait(20);
      let leading = true;
      const write = transport.request({
        ...put,
        guard: () => {
          if (!leading) throw new Refused('lost it while waiting');
        },
      });
      await wait(20);
      leading = false;
      finish();
      await first;
      await rejects(write, Refused);
    });
  });

  describe('token', () => {
    it('is sent, and read anew once after a 401', async () => {
      const asked: boolean[] = [];
      const token = (fresh = false): Promise<string> => {
        asked.push(fresh);
        return Promise.resolve(fresh ? 'new' : 'old');
      };
      open({ target: { server: url, token } });
      server.handler = (request, response) => {
        response.statusCode = request.headers.authorization === 'Bearer new' ? 200 : 401;
        response.end('{}');
      };
      deepEqual(await transport.request(put), {});
      deepEqual(asked, [false, true]);
      server.handler = status(401);
      equal((await failure(transport.request(get))).kind, 'unauthorized');
      deepEqual(asked, [false, true, false, true]);
    });

    it('that cannot be read is an error like others', async () => {
      open({ target: { server: url, token: () => Promise.reject(new Error('ENOENT')) } });
      equal((await failure(transport.request(get))).kind, 'unauthorized');
    });
  });

  describe('stream', () => {
    const watching = (lines: string[], more: Partial<StreamRequest> = {}): StreamRequest => ({
      ...get,
      verb: 'watch',
      idleMs: 1000,
      onLine: (line) => lines.push(line) > 0,
      ...more,
    });

    it('splits lines wherever the chunks end, inside characters too', async () => {
      const text = Buffer.from('{"a":"ü"}\n\n{"b":"€€"}\r\n{"c":1}\n');
      server.handler = (_request, response) => {
        void (async () => {
          for (const byte of text) {
            response.write(Buffer.of(byte));
            await new Promise(setImmediate);
          }
          response.end();
        })();
      };
      const lines: string[] = [];
      equal(await transport.stream(watching(lines)), 'closed');
      deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        [{ a: 'ü' }, { b: '€€' }, { c: 1 }],
      );
    });

    it('takes silence for death, and noise for life', async () => {
      server.handler = (_request, response) => {
        response.flushHeaders();
        setTimeout(() => response.write('1\n'), 60);
        setTimeout(() => response.write('2\n'), 120);
      };
      const lines: string[] = [];
      const startedMs = performance.now();
      equal(await transport.stream(watching(lines, { idleMs: 100 })), 'idle');
      deepEqual(lines, ['1', '2']);
      ok(performance.now() - startedMs >= 210);
    });

    it('outlives the deadline of its beginning', async () => {
      server.handler = (_request, response) => {
        response.flushHeaders();
        setTimeout(() => response.end('1\n'), 80);
      };
      equal(await transport.stream(watching([], { deadlineMs: 40 })), 'closed');
      server.handler = () => undefined;
      equal((await failure(transport.stream(watching([], { deadlineMs: 40 })))).kind, 'timeout');
    });

    it('is a network error where it breaks, also inside a line', async () => {
      server.handler = (request, response) => {
        response.write('1\n');
        setTimeout(() => request.socket.destroy(), 10);
      };
      equal((await failure(transport.stream(watching([])))).kind, 'network');
      server.handler = (_request, response) => response.end('1\n{"half');
      equal((await failure(transport.stream(watching([])))).kind, 'network');
    });

    it('ends where the reader has had enough, where it is aborted, and where it is refused', async () => {
      server.handler = (_request, response) => response.write('1\n2\n3\n');
      let seen = 0;
      equal(await transport.stream(watching([], { onLine: () => (seen += 1) < 2 })), 'closed');
      equal(seen, 2);
      const caller = new AbortController();
      const stream = failure(transport.stream(watching([], { signal: caller.signal })));
      await wait(20);
      caller.abort();
      equal((await stream).kind, 'aborted');
      server.handler = status(410, { reason: 'Expired' });
      equal((await failure(transport.stream(watching([])))).kind, 'gone');
    });

    it('does not take connections from calls', async () => {
      open({ maxSockets: 1 });
      server.handler = (request, response) => (request.url === '/watch' ? response.flushHeaders() : response.end('{}'));
      const streams = [1, 2, 3].map(() => failure(transport.stream(watching([], { path: '/watch' }))));
      await wait(20);
      deepEqual(await transport.request(get), {});
      transport.close();
      for (const stream of streams) equal((await stream).kind, 'aborted');
    });
  });
});
