/**
 * One HTTP exchange on a pooled connection: waits for the connection, asks the guard, sends, hands
 * over the response.
 */
import http from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { KubeError } from './errors';

export interface ExchangeOptions {
  readonly agent: http.Agent;
  readonly request: https.RequestOptions;
  readonly secure: boolean;
  readonly body?: Buffer;
  readonly guard?: () => void;
  /** For messages. */
  readonly what: string;
  readonly isWrite: boolean;
}

/** Connections whose handshake is done. */
const ready = new WeakSet<Duplex>();

const TCP_KEEPALIVE_MS = 10_000;
const readyEvent = (secure: boolean): string => (secure ? 'secureConnect' : 'connect');

/** A pool of connections that knows which of them stand. */
export function newAgent(secure: boolean, options: https.AgentOptions): http.Agent {
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args);
    if (socket instanceof Socket) {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
      socket.once(readyEvent(secure), () => ready.add(socket));
    }
    return socket;
  };
  return agent;
}

function whenReady(socket: Duplex, secure: boolean, go: () => void): void {
  if (ready.has(socket)) go();
  else socket.once(readyEvent(secure), go);
}

export class Exchange {
  readonly response: Promise<http.IncomingMessage>;
  private readonly request: http.ClientRequest;
  private sent = false;
  private failure: Error | undefined;

  constructor(private readonly options: ExchangeOptions) {
    const { secure, agent } = options;
    this.request = (secure ? https : http).request({ ...options.request, agent });
    this.response = new Promise((resolve, reject) => {
      this.request.once('response', resolve);
      // Stays for the exchange's life: an error without a listener would end the process.
      this.request.on('error', (error) => reject(this.failure ?? this.networkError(error)));
    });
    this.request.once('socket', (socket: Duplex) => whenReady(socket, secure, () => this.send()));
  }

  /**
   * The connection was used before and died without a word: the server closed it while idle, so a
   * read may simply be repeated.
   */
  get wasStale(): boolean {
    return this.request.reusedSocket;
  }

  /** Breaks the exchange off; `response`, or who reads it, sees `reason`. */
  abort(reason: Error): void {
    this.failure ??= reason;
    this.request.destroy(reason);
  }

  /** What an error of the connection means: why it was broken off, else a network error. */
  networkError(cause: unknown): Error {
    if (this.failure !== undefined) return this.failure;
    const text = cause instanceof Error ? cause.message : String(cause);
    return new KubeError('network', `${this.options.what}: ${text}`, { cause, mayHaveLanded: this.mayHaveLanded });
  }

  get mayHaveLanded(): boolean {
    return this.options.isWrite && this.sent;
  }

  private send(): void {
    if (this.request.destroyed) return;
    try {
      this.options.guard?.();
    } catch (refused) {
      return this.abort(refused instanceof Error ? refused : new Error(String(refused)));
    }
    this.sent = true;
    this.request.end(this.options.body);
  }
}
