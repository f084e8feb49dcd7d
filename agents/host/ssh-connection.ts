/**
 * One ssh connection to a Dom0: made when needed, made anew after it broke (with backoff), at most
 * eight commands at a time, the host key pinned. ssh2 is loaded only here, and only when the first
 * connection is made.
 */
import { createHash } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import { HostError } from './port';

export interface SshTarget {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  /** Default root. */
  readonly user?: string;
  /** The text of the private key. */
  readonly privateKey: string;
  /** `SHA256:…` as `ssh-keygen -l` prints it; any other key is refused. */
  readonly hostKey: string;
  /** Milliseconds for one attempt to connect (default 20 000). */
  readonly connectTimeoutMs?: number;
}

/** OpenSSH's MaxSessions is 10 by default; two are left for people. */
const maxChannels = 8;
const keepaliveMs = 10_000;
const firstBackoffMs = 250;
const maxBackoffMs = 15_000;
/** How long the answers of commands on a full connection are still waited for. */
const lingerMs = 10 * 60_000;

/** The command was certainly not started. Any other error leaves that open. */
export class NotStarted extends HostError {}

/** The server has no session left on this connection. */
class Full extends NotStarted {}

export class SshConnection {
  /** The connection for new commands. */
  private client: Promise<Client> | undefined;
  /** The same once it is made. */
  private current: Client | undefined;
  /** Every live connection: the one for new commands, and full ones whose commands still run. */
  private readonly live = new Set<Client>();
  private closed = false;
  private free = maxChannels;
  private readonly waiting: (() => void)[] = [];
  private failures = 0;
  private notBefore = 0;

  constructor(private readonly target: SshTarget) {
    if (!/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(target.hostKey))
      throw new HostError('a host key fingerprint (SHA256:…) is needed');
  }

  /**
   * Takes one of the eight places, waiting for it; the caller gives it back. Rejects when `gaveUp`
   * fires first.
   */
  async place(gaveUp: AbortSignal): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await this.queue(gaveUp);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    };
  }

  /**
   * Starts a command, unless it was given up before that was possible. `begin` gets the channel at
   * once, in the very callback: output and exit status may be in the same packet, and an event
   * without a listener is lost.
   */
  async start<T>(command: string, gaveUp: AbortSignal, begin: (channel: ClientChannel) => Promise<T>): Promise<T> {
    try {
      return await this.startOn(await this.connected(gaveUp), command, begin);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      return this.startOn(await this.connected(gaveUp), command, begin);
    }
  }

  private startOn<T>(client: Client, command: string, begin: (channel: ClientChannel) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (!error) return resolve(begin(channel));
        // A connection that broke meanwhile: who knows. Refused by the server's word: not started.
        // Commands that were given up hold their sessions over there until they end, so a full
        // connection is left to them and another one is made.
        if (!/open failure/i.test(error.message)) return reject(new HostError(error.message));
        this.forget(client);
        setTimeout(() => client.end(), lingerMs).unref();
        reject(new Full(error.message));
      });
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.catch(() => undefined);
    for (const client of this.live) client.end();
  }

  /** At once, lest the next command take it again. */
  private forget(client: Client): void {
    if (this.current !== client) return;
    this.current = undefined;
    this.client = undefined;
  }

  private queue(gaveUp: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        gaveUp.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(new NotStarted('no free channel in time'));
      };
      this.waiting.push(go);
      gaveUp.addEventListener('abort', leave, { once: true });
    });
  }

  private async connected(gaveUp: AbortSignal): Promise<Client> {
    if (this.closed) throw new NotStarted('the port is closed');
    const client = await (this.client ??= this.connect());
    if (gaveUp.aborted) throw new NotStarted('given up before there was a connection');
    return client;
  }

  private async connect(): Promise<Client> {
    try {
      const waitMs = this.notBefore - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const client = await this.attempt();
      this.failures = 0;
      return client;
    } catch (error) {
      this.client = undefined;
      this.backOff();
      throw new NotStarted(`no ssh connection: ${(error as Error).message}`, { cause: error });
    }
  }

  private backOff(): void {
    const wait = Math.min(maxBackoffMs, firstBackoffMs * 2 ** this.failures++);
    this.notBefore = performance.now() + wait * (0.75 + Math.random() / 2);
  }

  private async attempt(): Promise<Client> {
    const { Client } = await import('ssh2');
    const { host, port = 22, user = 'root', privateKey, connectTimeoutMs = 20_000 } = this.target;
    const client = new Client();
    let seen = 'none';
    return new Promise((resolve, reject) => {
      client.on('ready', () => {
        client.setNoDelay(true); // Small requests: waiting to fill a packet would cost 40 ms a call.
        this.live.add(client);
        this.current = client;
        resolve(client);
      });
      // For good: an error without a listener would end the process, also one after the end.
      client.on('error', (error) =>
        reject(seen === 'refused' ? new HostError('the host key is not the pinned one') : error),
      );
      client.on('close', () => {
        this.live.delete(client);
        this.forget(client);
        reject(new HostError('the connection was closed'));
      });
      client.connect({
        host,
        port,
        username: user,
        privateKey,
        readyTimeout: connectTimeoutMs,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: 3,
        hostVerifier: (key: Buffer) => {
          seen = this.isPinned(key) ? 'pinned' : 'refused';
          return seen === 'pinned';
        },
      });
    });
  }

  private isPinned(key: Buffer): boolean {
    const fingerprint = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
    return `SHA256:${fingerprint}` === this.target.hostKey.replace(/=+$/, '');
  }
}
