/**
 * One ssh connection to a Dom0, the host key pinned. ssh2 is loaded only here, and only when the
 * first connection is made.
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

const keepaliveMs = 10_000;

/** The command was certainly not started. Any other error leaves that open. */
export class NotStarted extends HostError {}

/** The server has no session left on this connection. */
export class Full extends NotStarted {}

/** Both are told at once, in the very event, lest a command be put on what is gone. */
export interface ConnectionEvents {
  ready(connection: SshConnection): void;
  /** Only after `ready`. */
  closed(connection: SshConnection): void;
}

export class SshConnection {
  /** It has run a command, so it can. */
  served = false;

  constructor(private readonly client: Client) {}

  /**
   * Starts a command. `begin` gets the channel at once, in the very callback: output and exit
   * status may be in the same packet, and an event without a listener is lost.
   */
  start<T>(command: string, begin: (channel: ClientChannel) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (!error) {
          this.served = true;
          return resolve(begin(channel));
        }
        // A connection that broke meanwhile: who knows. Refused by the server's word: not started.
        reject(/open failure/i.test(error.message) ? new Full(error.message) : new HostError(error.message));
      });
    });
  }

  end(): void {
    this.client.end();
  }
}

export function checkHostKey({ hostKey }: SshTarget): void {
  if (!/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(hostKey)) throw new HostError('a host key fingerprint (SHA256:…) is needed');
}

/** Resolves once it is ready. */
export async function connect(target: SshTarget, events: ConnectionEvents): Promise<void> {
  const { Client } = await import('ssh2');
  const { host, port = 22, user = 'root', privateKey, connectTimeoutMs = 20_000 } = target;
  const client = new Client();
  const connection = new SshConnection(client);
  let seen = 'none';
  return new Promise((resolve, reject) => {
    client.on('ready', () => {
      client.setNoDelay(true); // Small requests: waiting to fill a packet would cost 40 ms a call.
      client.on('close', () => events.closed(connection));
      events.ready(connection);
      resolve();
    });
    // For good: an error without a listener would end the process, also one after the end.
    client.on('error', (error) =>
      reject(seen === 'refused' ? new HostError('the host key is not the pinned one') : error),
    );
    client.on('close', () => reject(new HostError('the connection was closed')));
    client.connect({
      host,
      port,
      username: user,
      privateKey,
      readyTimeout: connectTimeoutMs,
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer) => {
        seen = isPinned(key, target) ? 'pinned' : 'refused';
        return seen === 'pinned';
      },
    });
  });
}

function isPinned(key: Buffer, { hostKey }: SshTarget): boolean {
  const fingerprint = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  return `SHA256:${fingerprint}` === hostKey.replace(/=+$/, '');
}
