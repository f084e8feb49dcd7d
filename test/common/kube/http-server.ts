/**
 * An HTTP server that does what a test says: for faults below what the proxy before the real API
 * server can do.
 */
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { KubeError } from '../../../common/kube/errors';
import type { KubeRequest } from '../../../common/kube/transport';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that does what a test says, counting connections. */
export class Server {
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

export const status = (code: number, more: object = {}, headers: http.OutgoingHttpHeaders = {}): Handler => {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ kind: 'Status', code, message: 'no', ...more }));
  };
};
export const get: KubeRequest = { method: 'GET', path: '/x', verb: 'get', resource: 'things' };
export const put: KubeRequest = { method: 'PUT', path: '/x', verb: 'update', resource: 'things', body: { a: 1 } };

/** The KubeError of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await call.then(
    (answer) => new Error(`it worked: ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KubeError)) throw error;
  return error;
}
