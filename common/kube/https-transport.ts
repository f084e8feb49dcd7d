/** The one implementation of Transport: Node's own HTTPS, with connections kept and shared. */
import type http from 'node:http';
import { performance } from 'node:perf_hooks';
import { TooLong, readAll, readLines } from './body';
import { CallLife, whatOf } from './call-life';
import { systemClock } from './clock';
import { refuseCleartext } from './config';
import { Credentials, isNotTrusted } from './credentials';
import { KubeError, isKubeError } from './errors';
import { Exchange } from './exchange';
import type { ExchangeOptions } from './exchange';
import { errorOfAnswer } from './status';
import type { KubeRequest, KubeTransport, StreamEnd, StreamRequest, TransportOptions } from './transport';

export function createTransport(options: TransportOptions): KubeTransport {
  return new HttpsTransport(options);
}

/**
 * Several of the largest objects that etcd takes; a page of a list that is longer is asked for in
 * halves. Parsed, it takes several times this.
 */
const DEFAULT_MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
/** etcd takes objects of 1.5 MiB; a watch event is one object in one line. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;
const STALE_RETRIES = 3;

function withQuery(call: KubeRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? call.path : `${call.path}?${text}`;
}

type Pool = 'callAgent' | 'watchAgent';

/**
 * The server did not let us in, or one side did not take the other's certificate: nothing was done.
 */
function isRefusal(error: unknown): error is KubeError {
  if (isKubeError(error, 'unauthorized')) return error.code === 401;
  return isKubeError(error, 'network') && !error.mayHaveLanded && isNotTrusted(error.cause);
}

interface Answer {
  readonly exchange: Exchange;
  readonly response: http.IncomingMessage;
}

class HttpsTransport implements KubeTransport {
  private readonly url: URL;
  private readonly secure: boolean;
  private readonly credentials: Credentials;
  private readonly living = new Set<CallLife>();

  constructor(private readonly options: TransportOptions) {
    const { target } = options;
    refuseCleartext(target.server);
    this.url = new URL(target.server);
    this.secure = this.url.protocol === 'https:';
    const { maxSockets = 16, clock = systemClock } = options;
    this.credentials = new Credentials(target, { maxSockets, clock });
  }

  request(call: KubeRequest): Promise<unknown> {
    return this.reported(call, async (life) => {
      const answer = await this.answerTo(call, life, 'callAgent');
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
      const { exchange, response } = await this.answerTo(call, life, 'watchAgent');
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
    this.credentials.destroy();
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

  /**
   * A successful answer's head. What was refused is read anew once, and tried again: a refusal
   * changed nothing.
   */
  private async answerTo(call: KubeRequest, life: CallLife, pool: Pool): Promise<Answer> {
    const { credentials } = this;
    if (credentials.isDue) await credentials.renew(false);
    const { generation } = credentials;
    try {
      return await this.answerOnce(call, life, { pool, fresh: false });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await credentials.renew(true);
      life.throwIfOver();
      const isRenewed = credentials.generation !== generation;
      const mayHelp = isRenewed || (error.kind === 'unauthorized' && credentials.token !== undefined);
      if (!mayHelp) throw error;
      return this.answerOnce(call, life, { pool, fresh: !isRenewed });
    }
  }

  private async answerOnce(
    call: KubeRequest,
    life: CallLife,
    { pool, fresh }: { pool: Pool; fresh: boolean },
  ): Promise<Answer> {
    const token = await this.token(fresh);
    life.throwIfOver();
    const answer = await this.exchange(call, life, { agent: this.credentials[pool], token });
    const code = answer.response.statusCode ?? 0;
    if (code >= 200 && code < 300) return answer;
    const body = await this.bodyOf(call, answer);
    const { headers } = answer.response;
    throw errorOfAnswer({ what: whatOf(call), isWrite: call.method !== 'GET', code, headers, body });
  }

  private async token(fresh: boolean): Promise<string | undefined> {
    try {
      return await this.credentials.token?.(fresh);
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
