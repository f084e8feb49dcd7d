/** The transport's one body: node's own HTTPS, connections kept and shared. */
import type http from 'node:http';
import { performance } from 'node:perf_hooks';
import { TooLong, readAll, readLines } from './body';
import { CallLife, whatOf } from './call-life';
import { KubeError } from './errors';
import { Exchange, newAgent } from './exchange';
import type { ExchangeOptions } from './exchange';
import { errorOfAnswer } from './status';
import type { KubeRequest, KubeTransport, StreamEnd, StreamRequest, TransportOptions } from './transport';

export function createTransport(options: TransportOptions): KubeTransport {
  return new HttpsTransport(options);
}

/** Several of the largest objects that etcd takes; a page of a list that is longer is asked for in halves. Parsed, it takes several times this. */
const DEFAULT_MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
/** etcd takes objects of 1.5 MiB; a watch event is one object in one line. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;
/** API servers close idle connections after 90 s; ours go first, so that no write meets a closing one. */
const IDLE_SOCKET_MS = 60_000;
const STALE_RETRIES = 3;

function withQuery(call: KubeRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? call.path : `${call.path}?${text}`;
}

interface Answer {
  readonly exchange: Exchange;
  readonly response: http.IncomingMessage;
}

class HttpsTransport implements KubeTransport {
  private readonly url: URL;
  private readonly secure: boolean;
  /** Calls share a few connections; a watch occupies one for minutes, so watches have connections of their own. */
  private readonly callAgent: http.Agent;
  private readonly watchAgent: http.Agent;
  private readonly living = new Set<CallLife>();

  constructor(private readonly options: TransportOptions) {
    const { target } = options;
    this.url = new URL(target.server);
    this.secure = this.url.protocol === 'https:';
    const common = {
      keepAlive: true,
      scheduling: 'lifo' as const,
      timeout: IDLE_SOCKET_MS,
      ...(target.ca !== undefined && { ca: target.ca }),
      ...(target.cert !== undefined && { cert: target.cert }),
      ...(target.key !== undefined && { key: target.key }),
      ...(target.serverName !== undefined && { servername: target.serverName }),
    };
    const maxSockets = options.maxSockets ?? 16;
    this.callAgent = newAgent(this.secure, { ...common, maxSockets, maxFreeSockets: maxSockets });
    this.watchAgent = newAgent(this.secure, { ...common, maxFreeSockets: 2 });
  }

  request(call: KubeRequest): Promise<unknown> {
    return this.reported(call, async (life) => {
      const answer = await this.answerTo(call, life, this.callAgent);
      const text = await this.bodyOf(call, answer);
      try {
        return { code: answer.response.statusCode ?? 0, result: JSON.parse(text) as unknown };
      } catch (cause) {
        const mayHaveLanded = answer.exchange.mayHaveLanded;
        throw new KubeError('other', `${whatOf(call)}: the answer is no JSON`, { cause, mayHaveLanded });
      }
    });
  }

  stream(call: StreamRequest): Promise<StreamEnd> {
    return this.reported(call, async (life) => {
      const { exchange, response } = await this.answerTo(call, life, this.watchAgent);
      life.stopDeadline();
      const reading = { idleMs: call.idleMs, maxLineLength: MAX_LINE_LENGTH, onLine: call.onLine };
      const result = await readLines(response, reading).catch((error: unknown) => {
        throw exchange.networkError(error);
      });
      return { code: response.statusCode ?? 0, result };
    });
  }

  close(): void {
    for (const life of [...this.living]) life.end('aborted', 'the connection to the API server was closed');
    this.callAgent.destroy();
    this.watchAgent.destroy();
  }

  private async reported<R>(
    call: KubeRequest,
    run: (life: CallLife) => Promise<{ code: number; result: R }>,
  ): Promise<R> {
    const startedMs = performance.now();
    const report = (code: number | string): void =>
      this.options.onRequest?.({
        verb: call.verb,
        resource: call.resource,
        code,
        durationMs: performance.now() - startedMs,
      });
    const life = new CallLife(call, this.living);
    try {
      const { code, result } = await run(life);
      report(code);
      return result;
    } catch (error) {
      report(error instanceof KubeError ? (error.code ?? error.kind) : 'refused');
      throw error;
    } finally {
      life.release();
    }
  }

  /** A successful answer's head. A refused token is read anew once: a 401 changed nothing. */
  private async answerTo(call: KubeRequest, life: CallLife, agent: http.Agent): Promise<Answer> {
    for (let fresh = false; ; fresh = true) {
      const token = await this.token(fresh);
      life.throwIfOver();
      const answer = await this.exchange(call, life, { agent, token });
      const code = answer.response.statusCode ?? 0;
      if (code >= 200 && code < 300) return answer;
      const body = await this.bodyOf(call, answer);
      if (code === 401 && !fresh && this.options.target.token !== undefined) continue;
      const { headers } = answer.response;
      throw errorOfAnswer({ what: whatOf(call), isWrite: call.method !== 'GET', code, headers, body });
    }
  }

  private async token(fresh: boolean): Promise<string | undefined> {
    try {
      return await this.options.target.token?.(fresh);
    } catch (cause) {
      throw new KubeError('unauthorized', `no token: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }

  private async exchange(
    call: KubeRequest,
    life: CallLife,
    { agent, token }: { agent: http.Agent; token: string | undefined },
  ): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      const exchange = life.hold(new Exchange(this.exchangeOptions(call, agent, token)));
      try {
        return { exchange, response: await exchange.response };
      } catch (error) {
        life.throwIfOver();
        const harmless = call.method === 'GET' && exchange.wasStale && attempt < STALE_RETRIES;
        if (!harmless) throw error;
      }
    }
  }

  private exchangeOptions(call: KubeRequest, agent: http.Agent, token: string | undefined): ExchangeOptions {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers = {
      accept: 'application/json',
      'user-agent': this.options.userAgent ?? 'xenfleet',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': call.contentType ?? 'application/json',
        'content-length': String(body.length),
      }),
    };
    const { hostname, port, pathname } = this.url;
    return {
      agent,
      secure: this.secure,
      what: whatOf(call),
      isWrite: call.method !== 'GET',
      request: {
        // URL keeps the brackets of an IPv6 address; sockets want it without.
        host: hostname.replace(/^\[|\]$/g, ''),
        ...(port !== '' && { port: Number(port) }),
        method: call.method,
        path: pathname.replace(/\/$/, '') + withQuery(call),
        headers,
      },
      ...(body !== undefined && { body }),
      ...(call.guard !== undefined && { guard: call.guard }),
    };
  }

  private async bodyOf(call: KubeRequest, { exchange, response }: Answer): Promise<string> {
    try {
      return await readAll(response, this.options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES);
    } catch (error) {
      if (!(error instanceof TooLong)) throw exchange.networkError(error);
      const mayHaveLanded = exchange.mayHaveLanded;
      throw new KubeError('tooLong', `${whatOf(call)}: ${error.message}`, { mayHaveLanded });
    }
  }
}
