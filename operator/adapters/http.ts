/** Serves /metrics, /healthz and /readyz. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exposition, ListenAddress } from './types';

export interface HttpOptions {
  readonly listen: ListenAddress;
  readonly metrics: () => Promise<Exposition>;
  /**
   * What is not ready yet, in words; empty if all is. /healthz says only that the process lives.
   */
  readonly notReady: () => readonly string[];
}

export interface HttpServer {
  readonly port: number;
  /** e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly code: number;
  readonly body: string;
  readonly contentType?: string;
}
type Route = () => Answer | Promise<Answer>;

export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const routes = routesOf(options);
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 65_000 }, (request, response) => {
    answer(routes, request)
      .then((found) => send(response, request, found))
      .catch(() => response.destroy());
  });
  await listening(server, options.listen);
  const { port } = server.address() as AddressInfo;
  return { port, url: urlOf(options.listen.host, port), stop: () => stop(server) };
}

function routesOf({ metrics, notReady }: HttpOptions): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/healthz', () => ({ code: 200, body: 'ok\n' })],
    ['/readyz', () => readiness(notReady())],
    ['/metrics', async () => ({ code: 200, ...(await metrics()) })],
  ]);
}

function readiness(missing: readonly string[]): Answer {
  if (missing.length === 0) return { code: 200, body: 'ok\n' };
  return { code: 503, body: missing.map((what) => `not ready: ${what}\n`).join('') };
}

async function answer(routes: ReadonlyMap<string, Route>, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { code: 405, body: 'only GET is served here\n' };
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const route = routes.get(path);
  if (route === undefined) return { code: 404, body: `nothing here; there are ${[...routes.keys()].join(', ')}\n` };
  try {
    return await route();
  } catch (error) {
    return { code: 500, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

function send(response: ServerResponse, request: IncomingMessage, { code, body, contentType }: Answer): void {
  response.writeHead(code, {
    'content-type': contentType ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(code === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listening(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const remedy = cause.code === 'EADDRINUSE' ? ': the port is taken; choose another with --listen' : '';
      reject(new Error(`cannot listen on ${host ?? ''}:${port} (${cause.code ?? cause.message})${remedy}`, { cause }));
    });
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
}

function urlOf(host: string | undefined, port: number): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Does not wait for scrapers that keep their connection open. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
