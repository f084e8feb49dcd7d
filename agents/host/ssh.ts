/** The host port over ssh, for hosts without an agent of their own on them. */
import type { ClientChannel } from 'ssh2';
import { Capture } from './capture';
import { HostError } from './port';
import type { ExecEnd, ExecOptions, ExecResult, HostPort } from './port';
import { defaultDeadlineMs, defaultMaxOutputBytes, flockArgv, hostPath, scriptText } from './script-call';
import { NotStarted } from './ssh-connection';
import { SshPool } from './ssh-pool';
import type { SshPoolOptions } from './ssh-pool';
import { callOf, printedBy } from './ssh-quote';
import {
  installedPath,
  listText,
  NOT_INSTALLED,
  NOT_THERE,
  putText,
  readText,
  removeText,
  runLocked,
} from './ssh-remote';

export interface SshHostOptions extends SshPoolOptions {
  /** As with LocalHost: a folder that holds the Dom0's files. */
  readonly root?: string;
  /** Added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
}

export class SshHost implements HostPort {
  readonly name: string;
  private readonly pool: SshPool;
  private readonly root: string;
  private readonly env: readonly string[];

  constructor(options: SshHostOptions) {
    const { host, port = 22, user = 'root', root = '', env = {} } = options;
    this.name = `ssh://${user}@${host}:${port}`;
    this.pool = new SshPool(options);
    this.root = root;
    const all = { ...(root === '' ? {} : { XENFLEET_ROOT: root }), ...env };
    this.env = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.run(argv, options, true);
  }

  async locked(lock: string, script: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const started = performance.now();
    const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    try {
      const text = scriptText(script);
      const path = installedPath(script, text);
      const flock = flockArgv(this.root, lock, deadlineMs);
      const argv = ['sh', '-c', runLocked, 'locked', this.root + path, ...flock, 'sh', this.root + path, ...args];
      const result = await this.run(argv, options, false);
      if (result.code !== NOT_INSTALLED) return result;
      await this.putFile(path, text);
      return await this.run(argv, { ...options, deadlineMs: deadlineMs - (performance.now() - started) }, false);
    } catch (error) {
      return ended('not-started', null, new Output(options), String(error));
    }
  }

  async readFile(path: string): Promise<string | undefined> {
    const result = await this.helper(readText, path);
    return result.code === NOT_THERE ? undefined : result.stdout;
  }

  async putFile(path: string, text: string): Promise<void> {
    await this.helper(putText, path, { stdin: text });
  }

  async removeFile(path: string): Promise<void> {
    await this.helper(removeText, path);
  }

  async listDir(path: string): Promise<string[]> {
    const result = await this.helper(listText, path);
    return result.code === NOT_THERE
      ? []
      : result.stdout
          .split('\n')
          .filter((name) => name !== '')
          .sort();
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /**
   * Runs one of our small programs on a path; any end that is neither success nor "not there" is a
   * HostError.
   */
  private async helper(text: string, path: string, options: ExecOptions = {}): Promise<ExecResult> {
    const size = Buffer.byteLength(options.stdin ?? '');
    const result = await this.exec(['sh', '-c', text, 'file', hostPath(this.root, path), String(size)], options);
    const told = result.end === 'exited' && (result.code === 0 || result.code === NOT_THERE) && !result.truncated;
    if (told) return result;
    throw new HostError(
      `${path}: ${result.truncated ? 'too long' : result.stderr.trim() || `${result.end} ${result.code}`}`,
    );
  }

  private async run(argv: readonly string[], options: ExecOptions, killable: boolean): Promise<ExecResult> {
    const output = new Output(options);
    const deadlineMs = Math.max(1, Math.ceil(options.deadlineMs ?? defaultDeadlineMs));
    const deadline = AbortSignal.timeout(deadlineMs);
    const gaveUp = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
    try {
      if (gaveUp.aborted) return ended('deadline', null, output);
      const command = callOf(this.env.length === 0 ? argv : ['env', ...this.env, ...argv]);
      const begin = (channel: ClientChannel) => follow(channel, output, { stdin: options.stdin, gaveUp, killable });
      const running = this.pool.run(command, { gaveUp, deadlineMs }, begin);
      return (await Promise.race([running, fired(gaveUp)])) ?? ended('deadline', null, output);
    } catch (error) {
      if (gaveUp.aborted) return ended('deadline', null, output);
      const notStarted = !(error instanceof HostError) || error instanceof NotStarted;
      return ended(notStarted ? 'not-started' : 'disconnected', null, output, (error as Error).message);
    }
  }
}

/** Room for what the login shell prints before the command. */
const PRELUDE_BYTES = 16_384;

class Output {
  readonly stdout: Capture;
  readonly stderr: Capture;

  readonly maxBytes: number;

  constructor({ maxOutputBytes = defaultMaxOutputBytes }: ExecOptions) {
    this.maxBytes = maxOutputBytes;
    this.stdout = new Capture(maxOutputBytes + PRELUDE_BYTES);
    this.stderr = new Capture(maxOutputBytes);
  }
}

interface Following {
  readonly stdin: string | undefined;
  readonly gaveUp: AbortSignal;
  readonly killable: boolean;
}

/** Drains both streams, always, until the channel closes: data may follow the exit status. */
function follow(channel: ClientChannel, output: Output, { stdin, gaveUp, killable }: Following): Promise<ExecResult> {
  return new Promise((resolve) => {
    let end: ExecEnd = 'disconnected';
    let code: number | null = null;
    const giveUp = () => {
      letGo(channel, killable);
      resolve(ended('deadline', null, output));
    };
    output.stdout.drain(channel);
    output.stderr.drain(channel.stderr);
    channel.on('exit', (status: number | null) => {
      code = status;
      end = status === null ? 'signalled' : 'exited';
    });
    channel.on('close', () => {
      gaveUp.removeEventListener('abort', giveUp);
      resolve(ended(end, code, output));
    });
    if (gaveUp.aborted) return giveUp();
    gaveUp.addEventListener('abort', giveUp, { once: true });
    channel.end(stdin ?? '');
  });
}

function letGo(channel: ClientChannel, kill: boolean): void {
  try {
    if (kill) channel.signal('KILL');
    channel.close();
  } catch {
    // The connection is gone already.
  }
}

function fired(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function ended(end: ExecEnd, code: number | null, output: Output, words = ''): ExecResult {
  const truncated = output.stdout.truncated || output.stderr.truncated;
  const printed = output.stdout.text();
  const whole = printedBy(printed);
  const stderr = output.stderr.text() + words;
  if (whole !== undefined) {
    const stdout = Buffer.from(whole).subarray(0, output.maxBytes).toString();
    return { end, code, stdout, stderr, truncated: truncated || stdout.length < whole.length };
  }
  if (end !== 'exited') return { end, code: null, stdout: '', stderr, truncated };
  // The login shell did not reach the command. If it printed too much, nobody can tell.
  const said = `the login shell ran no command, but said: ${printed.trim().slice(0, 500)} ${stderr}`.trim();
  const instead = output.stdout.truncated ? 'disconnected' : 'not-started';
  return { end: instead, code: null, stdout: '', stderr: said, truncated };
}
