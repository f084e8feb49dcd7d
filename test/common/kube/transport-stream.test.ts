import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { createTransport } from '../../../common/kube/https-transport';
import type { KubeTransport, StreamRequest, TransportOptions } from '../../../common/kube/transport';
import { Server, failure, get, put, status } from './http-server';

describe('transport: guard, token, stream', () => {
  let server: Server;
  let url: string;
  let transport: KubeTransport;

  const open = (more: Partial<TransportOptions> = {}): KubeTransport => {
    transport?.close();
    transport = createTransport({ target: { server: url }, ...more });
    return transport;
  };
  beforeEach(async () => {
    server = new Server();
    url = await server.start();
    open();
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
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
        setTimeout(() => response.write('1\n'), 250);
        setTimeout(() => response.write('2\n'), 500);
      };
      const lines: string[] = [];
      const startedMs = performance.now();
      equal(await transport.stream(watching(lines, { idleMs: 500 })), 'idle');
      deepEqual(lines, ['1', '2']);
      ok(performance.now() - startedMs >= 950);
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
