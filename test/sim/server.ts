/** Serves one simulated host on a Unix socket: one JSON request a connection, one JSON reply. */
import { createHash } from 'node:crypto';
import { lstatSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimXen } from './xen';
import { runCommand } from './xl';

export interface Request {
  readonly argv: readonly string[];
  readonly cwd?: string;
}

export async function serve(xen: SimXen, dir: string): Promise<{ close(): Promise<void> }> {
  const link = join(dir, 'xl.sock');
  const path = socketPath(link);
  for (const stale of new Set([link, path])) if (isThere(stale)) rmSync(stale, { force: true });
  const open = new Set<Socket>();
  // Who asked for the reboot stands beside the machine and gets an answer.
  xen.onPowerLoss.add(() => open.forEach((socket) => !atTheMachine.has(socket) && socket.destroy()));
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    answer(xen, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (path !== link) symlinkSync(path, link);
  return { close: () => close(server, open, [link, path]) };
}

const atTheMachine = new WeakSet<Socket>();

function answer(xen: SimXen, socket: Socket): void {
  const killed = new AbortController();
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('close', () => killed.abort());
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (!text.endsWith('\n')) return;
    const { argv, cwd } = JSON.parse(text) as Request;
    text = '';
    if (argv[0] === 'sim') atTheMachine.add(socket);
    runCommand(xen, argv, { ...(cwd === undefined ? {} : { cwd }), signal: killed.signal }).then(
      (result) => socket.end(JSON.stringify(result)),
      (error: unknown) =>
        socket.end(JSON.stringify({ code: 125, stdout: '', stderr: `${String((error as Error).stack)}\n` })),
    );
  });
}

/**
 * A socket's path may have 107 bytes; where the folder's is longer it lies in the temporary folder.
 */
function socketPath(link: string): string {
  if (Buffer.byteLength(link) <= 100) return link;
  return join(tmpdir(), `xenfleet-sim-${createHash('sha256').update(link).digest('hex').slice(0, 16)}.sock`);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

async function close(server: Server, open: ReadonlySet<Socket>, paths: readonly string[]): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of open) socket.destroy();
  await closed;
  for (const path of new Set(paths)) rmSync(path, { force: true });
}
