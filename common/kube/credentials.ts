/**
 * What a transport proves itself with, and trusts, with the connections made by it. Files are read
 * again once a minute and when they are refused: certificates and authorities are replaced while we
 * run. What cannot be used is not taken up.
 */
import type http from 'node:http';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../ports';
import type { KubeTarget } from './config';
import { newAgent } from './exchange';

/**
 * API servers close idle connections after 90 s; ours go first, so that no write meets a closing
 * one.
 */
const IDLE_SOCKET_MS = 60_000;
const REREAD_MS = 60_000;

export class Credentials {
  /** Calls share a few connections. */
  callAgent!: http.Agent;
  /** A watch occupies a connection for minutes, so watches have connections of their own. */
  watchAgent!: http.Agent;
  /** Counts up whenever other credentials are in use than before. */
  generation = 0;
  #target: KubeTarget;
  /**
   * Those of earlier credentials too: calls under way end on them, and idle ones close by
   * themselves.
   */
  #agents: http.Agent[] = [];
  #readAtMs: number;
  #reading: Promise<void> | undefined;

  constructor(
    target: KubeTarget,
    private readonly options: { readonly maxSockets: number; readonly clock: Clock },
  ) {
    this.#target = target;
    this.#readAtMs = options.clock.monotonicMs();
    this.#connect();
  }

  get token(): KubeTarget['token'] {
    return this.#target.token;
  }

  get isDue(): boolean {
    const { clock } = this.options;
    return this.#target.reload !== undefined && clock.monotonicMs() - this.#readAtMs >= REREAD_MS;
  }

  /**
   * Reads again; `refused`: the server did not take them, or we did not take the server's. Never
   * rejects.
   */
  async renew(refused: boolean): Promise<void> {
    this.#reading ??= this.#renew(refused)
      .catch(() => undefined) // what is in use stays in use
      .finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  destroy(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #renew(refused: boolean): Promise<void> {
    this.#readAtMs = this.options.clock.monotonicMs();
    const read = await this.#target.reload?.(refused);
    if (read === undefined) return;
    const before = this.#target;
    const isOther = (['ca', 'cert', 'key', 'serverName'] as const).some((name) => read[name] !== before[name]);
    // Throws if a file was caught half-written, or if the key belongs to another certificate.
    if (isOther) createSecureContext(read);
    const isTokenNew = refused && read.token !== undefined && (await read.token()) !== undefined;
    const { token, ...others } = isTokenNew ? read : { ...read, token: before.token };
    const reload = read.reload ?? before.reload;
    this.#target = { ...others, server: before.server, ...(token && { token }), ...(reload && { reload }) };
    if (isOther) this.#connect();
    if (isOther || isTokenNew) this.generation += 1;
  }

  #connect(): void {
    const { server, ca, cert, key, serverName } = this.#target;
    const common = {
      keepAlive: true,
      scheduling: 'lifo' as const,
      timeout: IDLE_SOCKET_MS,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(serverName !== undefined && { servername: serverName }),
    };
    const { maxSockets } = this.options;
    const secure = server.startsWith('https:');
    this.callAgent = newAgent(secure, { ...common, maxSockets, maxFreeSockets: maxSockets });
    this.watchAgent = newAgent(secure, { ...common, maxFreeSockets: 2 });
    this.#agents.push(this.callAgent, this.watchAgent);
  }
}

/** OpenSSL's and Node's names for a certificate, on either side, that was not taken. */
const NOT_TRUSTED = /CERT|VERIFY|SIGNATURE|ISSUER|PEM|TLS|SSL|EPROTO/;

/**
 * Whether `cause`, an error of a connection, says that one side did not take the other's
 * certificate.
 */
export function isNotTrusted(cause: unknown): boolean {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && NOT_TRUSTED.test(code);
}
