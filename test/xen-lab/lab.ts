/**
 * A real Xen host for tests and the playground: starts one Dom0 through lab.sh and tells how to
 * reach it. The node ends with `stop()`, and also when this process dies in any way (tie.sh holds
 * the other end of a pipe).
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const LAB_SH = join(__dirname, 'lab.sh');
const TIE_SH = join(__dirname, 'tie.sh');

export interface LabOptions {
  /**
   * Folder for the node's disk, logs and pid; by default a temporary one that `stop()` removes.
   * Labs in different folders do not know of each other.
   */
  readonly runDir?: string;
  /** 1 to 4; nodes of one runDir share a network. */
  readonly node?: number;
  readonly memoryMiB?: number;
  /** Gets each line of progress (set-up takes minutes the first time). */
  readonly log?: (line: string) => void;
}

export interface LabSsh {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKeyPath: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly hostKeySha256: string;
}

export interface LabResult {
  /** null: ended by the deadline. 255: ssh itself failed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Lab {
  readonly node: number;
  readonly runDir: string;
  readonly ssh: LabSsh;
  /** The log of Xen and of the Dom0's kernel, on this machine. */
  readonly serialLog: string;
  /**
   * Runs a shell command as root in the Dom0, for the test itself; the agent has its own
   * connection. Deadline 180 s by default.
   */
  exec(command: string, options?: { stdin?: string; deadlineMs?: number }): Promise<LabResult>;
  /** What the guest of that name has printed so far; empty if nothing. */
  console(domainName: string): Promise<string>;
  /** Ends the node at once, as a power loss does. */
  stop(): Promise<void>;
}

/**
 * Why this machine cannot run the lab; undefined if it can (the image may still have to be built).
 */
export function labReason(): string | undefined {
  const check = spawnSync(LAB_SH, ['check'], { encoding: 'utf8', timeout: 60_000 });
  if (check.status === 0) return undefined;
  return (
    check.stdout.trim() || check.stderr.trim() || `lab.sh check ended with ${String(check.status ?? check.signal)}`
  );
}

/**
 * Makes the image if need be, boots a Dom0 and waits until its xl answers. Rejects with the last
 * line of lab.sh.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const node = options.node ?? 1;
  const runDir = resolve(options.runDir ?? mkdtempSync(join(tmpdir(), 'xen-lab-')));
  mkdirSync(runDir, { recursive: true });
  const env: NodeJS.ProcessEnv = { ...process.env, XENLAB_RUN: runDir, XENLAB_TIED: '1' };
  if (options.memoryMiB !== undefined) env['XENLAB_MEM'] = String(options.memoryMiB);

  const tie = await startTie(runDir);
  const stop = async (): Promise<void> => {
    if (tie.exitCode !== null || tie.signalCode !== null) return;
    const ended = once(tie, 'exit');
    tie.ref();
    tie.stdin?.end();
    await ended;
    if (options.runDir === undefined) rmSync(runDir, { recursive: true, force: true });
  };
  try {
    await runUp(node, env, options.log);
    const facts = await run(['info', String(node)], { env });
    const info = JSON.parse(facts.stdout) as LabSsh & { consoleDir: string; serialLog: string };
    const exec: Lab['exec'] = (command, execOptions) => run(['ssh', String(node), command], { env, ...execOptions });
    const console: Lab['console'] = async (name) =>
      (await exec(`cat '${info.consoleDir}/guest-${name}.log' 2>/dev/null`)).stdout;
    const { host, port, user, privateKeyPath, hostKey, hostKeySha256, serialLog } = info;
    return {
      node,
      runDir,
      ssh: { host, port, user, privateKeyPath, hostKey, hostKeySha256 },
      serialLog,
      exec,
      console,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The process that ends the nodes when our end of its standard input closes. In a session of its
 * own: Ctrl-C must not end it first.
 */
async function startTie(runDir: string): Promise<ChildProcess> {
  const tie = spawn(TIE_SH, [runDir], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  tie.stdin.on('error', () => undefined);
  await once(tie.stdout, 'data');
  tie.stdout.destroy();
  tie.unref();
  return tie;
}

async function runUp(node: number, env: NodeJS.ProcessEnv, log?: (line: string) => void): Promise<void> {
  const up = spawn(LAB_SH, ['up', String(node)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let last = '';
  createInterface(up.stderr).on('line', (line) => {
    last = line;
    log?.(line);
  });
  const [code] = (await once(up, 'close')) as [number | null];
  if (code !== 0) throw new Error(last || `lab.sh up ended with ${String(code)}`);
}

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin?: string;
  readonly deadlineMs?: number;
}

async function run(args: readonly string[], options: RunOptions): Promise<LabResult> {
  const child = spawn(LAB_SH, args, { env: options.env, timeout: options.deadlineMs ?? 180_000 });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...out };
}
