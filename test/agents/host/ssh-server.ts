/**
 * An ssh server on loopback that runs commands here, as sshd would on a Dom0: ten sessions a
 * connection, none killed when it breaks.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { Server } from 'ssh2';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { testKeys } from './ssh-keys';

export interface TestSshServer {
  readonly port: number;
  readonly privateKey: string;
  readonly hostKey: string;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** The same with those that were turned away. */
  readonly tried: () => number;
  /** Connections that are there now. */
  readonly open: () => number;
  /** The most that were shaking hands at a time. */
  readonly crowd: () => number;
  /** The commands begun so far. */
  readonly begun: readonly string[];
  /** What it allows from now on, as sshd's MaxSessions and a firewall do. */
  readonly allows: { sessions: number; connections: boolean };
  /** Breaks every connection, or the n-th that is there. */
  cut(n?: number): void;
  stop(): Promise<void>;
}

/**
 * `login` is what the login shell runs first. With `deaf` its commands ignore signals, like an xl
 * that hangs in the kernel.
 */
export async function startSshServer(
  env: Readonly<Record<string, string>> = {},
  deaf = false,
  login = '',
): Promise<TestSshServer> {
  const { host, user } = testKeys();
  const allowed = user.publicKey;
  const open = new Set<Connection>();
  const begun: string[] = [];
  const allows = { sessions: 10, connections: true };
  const shaking = new Set<Connection>();
  let accepted = 0;
  let tried = 0;
  let crowd = 0;
  const server = new Server({ hostKeys: [host.privateKey] }, (connection) => {
    connection.on('error', () => undefined);
    tried++;
    if (!allows.connections) return void socketOf(connection).destroy();
    accepted++;
    socketOf(connection).setNoDelay(true); // As sshd does.
    open.add(connection);
    crowd = Math.max(crowd, shaking.add(connection).size);
    connection.on('ready', () => shaking.delete(connection));
    connection.on('close', () => {
      open.delete(connection);
      shaking.delete(connection);
    });
    connection.on('authentication', (context) => {
      const isKey = context.method === 'publickey' && context.key.data.equals(allowed.getPublicSSH());
      if (!isKey) return context.reject(['publickey']);
      if (context.signature && context.blob && !allowed.verify(context.blob, context.signature, context.hashAlgo))
        return context.reject();
      context.accept();
    });
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      if (sessions >= allows.sessions) return void reject();
      sessions++;
      serveSession(accept(), { env, deaf, login, begun }, () => sessions--);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (n?: number) =>
    [...open].filter((_, i) => n === undefined || n === i).forEach((connection) => socketOf(connection).destroy());
  return {
    port: (server.address() as AddressInfo).port,
    privateKey: user.privateKey,
    hostKey: `SHA256:${createHash('sha256').update(host.publicKey.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    accepted: () => accepted,
    tried: () => tried,
    open: () => open.size,
    crowd: () => crowd,
    begun,
    allows,
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

interface Serving {
  readonly env: Readonly<Record<string, string>>;
  readonly deaf: boolean;
  readonly login: string;
  readonly begun: string[];
}

function serveSession(session: Session, { env, deaf, login, begun }: Serving, over: () => void): void {
  session.once('exec', (accept, _reject, info) => {
    begun.push(info.command);
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
