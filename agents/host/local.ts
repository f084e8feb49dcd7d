/**
 * The host port on the Dom0 itself: child processes and files. Under systemd the agent's unit needs
 * KillMode=process, else stopping the agent ends a running `xl create` and the device models that
 * it leaves behind.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Capture } from './capture';
import { HostError } from './port';
import type { ExecEnd, ExecOptions, ExecResult, HostPort, PutOptions } from './port';
import {
  defaultDeadlineMs,
  defaultMaxOutputBytes,
  flockArgv,
  hostPath,
  lockDir,
  runDir,
  scriptText,
} from './script-call';

export interface LocalHostOptions {
  /**
   * A folder that holds the Dom0's files (`/host` in a container, a folder in tests); the scripts
   * get it as XENFLEET_ROOT.
   */
  readonly root?: string;
  /** Added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
}

export class LocalHost implements HostPort {
  readonly name = 'local';
  private readonly root: string;
  private readonly env: NodeJS.ProcessEnv;
  private serial = 0;

  constructor(options: LocalHostOptions = {}) {
    this.root = options.root ?? '';
    this.env = { ...process.env, XENFLEET_ROOT: this.root, ...options.env };
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const call = new Call(options);
    try {
      const child = this.spawn(argv, options, ['pipe', 'pipe']);
      if (child.stdout) call.stdout.drain(child.stdout);
      if (child.stderr) call.stderr.drain(child.stderr);
      // A group of its own, so that at the deadline what the command has started ends with it.
      return await call.follow(child, 'close', () => killGroup(child.pid));
    } catch (error) {
      return call.result('not-started', null, String(error));
    }
  }

  async locked(lock: string, script: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const files: number[] = [];
    const call = new Call(options);
    try {
      const argv = [...flockArgv(this.root, lock, options.deadlineMs), 'sh', '-c', scriptText(script), script, ...args];
      for (const dir of [lockDir, runDir]) mkdirSync(this.root + dir, { recursive: true, mode: 0o700 });
      // Output goes to files: a pipe would break with the agent's death, and a writing xl would die
      // of it half way.
      const stdout = this.namelessFile(files);
      const stderr = this.namelessFile(files);
      const result = await call.follow(this.spawn(argv, options, [stdout, stderr]), 'exit', () => undefined);
      call.stdout.addFile(stdout);
      call.stderr.addFile(stderr);
      return call.result(result.end, result.code, result.stderr);
    } catch (error) {
      return call.result('not-started', null, String(error));
    } finally {
      files.forEach((fd) => closeSync(fd));
    }
  }

  readFile(path: string): Promise<string | undefined> {
    return attempt(() => readFile(hostPath(this.root, path), 'utf8'), undefined);
  }

  putFile(path: string, text: string, { durable = true }: PutOptions = {}): Promise<void> {
    const unique = `${process.pid}.${this.serial++}`;
    return attempt(() => writeWhole(hostPath(this.root, path), text, { unique, durable }));
  }

  removeFile(path: string): Promise<void> {
    return attempt(() => unlink(hostPath(this.root, path)), undefined);
  }

  async listDir(path: string): Promise<string[]> {
    const names = await attempt(() => readdir(hostPath(this.root, path)), []);
    return names.filter((name) => !name.startsWith('.')).sort();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private spawn(
    argv: readonly string[],
    options: ExecOptions,
    output: ['pipe', 'pipe'] | [number, number],
  ): ChildProcess {
    const [command = '', ...rest] = argv;
    const stdio: StdioOptions = [options.stdin === undefined ? 'ignore' : 'pipe', ...output];
    return spawn(command, rest, { env: this.env, stdio, detached: true, cwd: '/' });
  }

  /** A file that only its openers can see, so that nothing is left behind whoever dies. */
  private namelessFile(opened: number[]): number {
    const path = join(this.root + runDir, `.${process.pid}.${this.serial++}`);
    const fd = openSync(path, 'wx+', 0o600);
    opened.push(fd);
    unlinkSync(path);
    return fd;
  }
}

/** One running command: its deadline, its signal and its output. */
class Call {
  readonly stdout: Capture;
  readonly stderr: Capture;

  constructor(private readonly options: ExecOptions) {
    const maxBytes = options.maxOutputBytes ?? defaultMaxOutputBytes;
    this.stdout = new Capture(maxBytes);
    this.stderr = new Capture(maxBytes);
  }

  follow(child: ChildProcess, ended: 'exit' | 'close', onGiveUp: () => void): Promise<ExecResult> {
    const { deadlineMs = defaultDeadlineMs, signal, stdin } = this.options;
    child.stdin?.on('error', () => undefined); // A command that does not read its input is no failure.
    child.stdin?.end(stdin);
    return new Promise((resolve) => {
      const finish = (end: ExecEnd, code: number | null, words = '') => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(this.result(end, code, words));
      };
      const giveUp = () => {
        onGiveUp();
        child.unref();
        finish('deadline', null);
      };
      const timer = setTimeout(giveUp, deadlineMs);
      signal?.addEventListener('abort', giveUp, { once: true });
      child.on('error', (error) => finish('not-started', null, error.message));
      child.on(ended, (code: number | null) => finish(code === null ? 'signalled' : 'exited', code));
      if (signal?.aborted) giveUp();
    });
  }

  result(end: ExecEnd, code: number | null, words: string): ExecResult {
    const truncated = this.stdout.truncated || this.stderr.truncated;
    return { end, code, stdout: this.stdout.text(), stderr: this.stderr.text() + words, truncated };
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/**
 * Runs a file operation; with `absent` given, that is the answer if the file does not exist.
 * Anything else is a HostError.
 */
async function attempt<T>(act: () => Promise<T>, ...absent: [T?]): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (absent.length > 0 && (code === 'ENOENT' || code === 'ENOTDIR')) return absent[0] as T;
    throw error instanceof HostError ? error : new HostError(String(error), { cause: error });
  }
}

async function writeWhole(
  path: string,
  text: string,
  { unique, durable }: { readonly unique: string; readonly durable: boolean },
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${unique}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await withFile(temporary, 'wx', async (file) => {
    await file.writeFile(text);
    if (durable) await file.sync();
  });
  await rename(temporary, path);
  if (durable) await withFile(folder, 'r', (file) => file.sync());
}

async function withFile(
  path: string,
  flags: string,
  act: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await act(file);
  } finally {
    await file.close();
  }
}
