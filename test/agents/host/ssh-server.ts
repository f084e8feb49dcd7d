/** An ssh server on loopback that runs commands here, as sshd would on a Dom0: ten sessions a connection, none killed when it breaks. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { Server } from 'ssh2';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { testKeys } from './ssh-keys';

const maxSessions = 10;

export interface TestSshServer {
  readonly port: number;
  readonly privateKey: string;
  readonly hostKey: string;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** Breaks every connection. */
  cut(): void;
  stop(): Promise<void>;
}

/** What the login shell runs first is `login`. With `deaf` its commands do not hear of signals, like an xl that hangs in the kernel. */
export async function startSshServer(
  env: Readonly<Record<string, string>> = {},
  deaf = false,
  login = '',
): Promise<TestSshServer> {
  const { host, user } = testKeys();
  const allowed = user.publicKey;
  const open = new Set<Connection>();
  let accepted = 0;
  const server = new Server({ hostKeys: [host.privateKey] }, (connection) => {
    accepted++;
    socketOf(connection).setNoDelay(true); // As sshd does.
    open.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => open.delete(connection));
    connection.on('authentication', (context) => {
      const isKey = context.method === 'publickey' && context.key.data.equals(allowed.getPublicSSH());
      if (!isKey) return context.reject(['publickey']);
      if (context.signature && context.blob && !allowed.verify(context.blob, context.signature, context.hashAlgo))
        return context.reject();
      context.accept();
    });
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      if (sessions >= maxSessions) return void reject();
      sessions++;
      serveSession(accept(), { env, deaf, login }, () => sessions--);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () =>
    open.forEach((connection) => (connection as unknown as { _sock: { destroy(): void } })._sock.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    privateKey: user.privateKey,
    hostKey: `SHA256:${createHash('sha256').update(host.publicKey.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    accepted: () => accepted,
    cut,
    async stop() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** ssh2 gives no other way to break a connection. */
function socketOf(connection: Connection): Socket {
  return (connection as unknown as { _sock: Socket })._sock;
}

function serveSession(
  session: Session,
  { env, deaf, login }: { env: Readonly<Record<string, string>>; deaf: boolean; login: string },
  over: () => void,
): void {
  session.once('exec', (accept, _reject, info) => {
    const channel = accept();
    const child = spawn('sh', ['-c', login + info.command], {
      env: { ...process.env, ...env },
      detached: true,
      stdio: 'pipe',
    });
    // As sshd: when the channel goes, its pipes close, and the command finds out by itself.
    channel.on('close', () => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    });
    for (const stream of [channel, child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    session.on('signal', (acceptSignal, _rejectSignal, signal) => {
      acceptSignal?.();
      if (child.pid !== undefined && !deaf) process.kill(-child.pid, `SIG${signal.name}`);
    });
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.on('exit', over);
    child.on('close', (code, signal) => finish(channel, code, signal));
  });
}

function finish(channel: ServerChannel, code: number | null, signal: string | null): void {
  try {
    if (code === null) channel.exit((signal ?? 'SIGKILL').replace('SIG', ''));
    else channel.exit(code);
    channel.end();
  } catch {
    // The connection is gone.
  }
}
