/**
 * A HostPort on a simulated Xen without processes, files or sockets: for scale, and for tests on a
 * virtual clock.
 */
import { BUSY } from '../../agents/host/exit-codes';
import { HostError } from '../../agents/host/port';
import type { ExecOptions, ExecResult, HostPort } from '../../agents/host/port';
import { realClock, sleep } from './clock';
import type { SimClock } from './clock';
import type { HostSpec } from './host-spec';
import { isScript, runScript } from './in-process-scripts';
import { MemoryFiles } from './memory-files';
import type { SimEvent } from './record';
import { SimXen } from './xen';
import { runCommand } from './xl';
import type { CommandResult } from './xl';

export interface InProcessOptions {
  readonly spec?: Partial<HostSpec>;
  readonly clock?: SimClock;
  readonly record?: (event: SimEvent) => void;
  /** Boot IDs; random ones by default. */
  readonly newID?: () => string;
  /** When an answer about a file comes; by default in the next turn of the event loop. */
  readonly turn?: () => Promise<void>;
}

export class InProcessHost implements HostPort {
  readonly name: string;
  readonly files = new MemoryFiles();
  readonly xen: SimXen;
  /** What the look for programs finds missing. */
  lacks: readonly string[] = [];
  private readonly clock: SimClock;
  /** The end of the last call that holds or waits for each lock. */
  private locks = new Map<string, Promise<void>>();
  private boots = 0;
  private bootEnded = new AbortController();
  private readonly turn: () => Promise<void>;

  constructor({ spec = {}, clock = realClock, record, newID, turn = nextTurn }: InProcessOptions = {}) {
    this.clock = clock;
    this.turn = turn;
    this.files.onBoot(() => this.booted());
    this.xen = new SimXen({ spec, clock, files: this.files, ...(record && { record }), ...(newID && { newID }) });
    this.name = `sim://${this.xen.spec.name}`;
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const killed = new AbortController();
    const running = this.command(argv, options.stdin ?? '', killed.signal);
    return this.within(options, running, () => killed.abort());
  }

  locked(lock: string, script: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    if (!isScript(script) || !/^[a-z0-9][a-z0-9-]*$/.test(lock))
      return Promise.resolve(notStarted(`no such script or lock: ${script} ${lock}`));
    return this.within(options, this.underLock(lock, script, args, (options.deadlineMs ?? 60_000) * 0.9));
  }

  readFile(path: string): Promise<string | undefined> {
    return this.attempt(() => this.files.get(checked(path)));
  }

  putFile(path: string, text: string): Promise<void> {
    return this.attempt(() => this.files.put(checked(path), text));
  }

  removeFile(path: string): Promise<void> {
    return this.attempt(() => void this.files.remove(checked(path)));
  }

  listDir(path: string): Promise<string[]> {
    return this.attempt(() => this.files.list(checked(path)).map(({ name }) => name));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Its power is cut: nothing that was begun goes on. `sim reboot` brings it back. */
  powerOff(): void {
    this.booted();
    this.xen.stop();
  }

  /** The other bodies answer later, too. */
  private async attempt<T>(act: () => T): Promise<T> {
    const boot = this.boots;
    await this.turn();
    if (boot !== this.boots) throw new HostError('the host lost its power');
    return act();
  }

  /** The call's end, or its deadline; the work itself goes on, unless `end` stops it. */
  private within(
    options: ExecOptions,
    work: Promise<CommandResult | undefined>,
    end = () => undefined as void,
  ): Promise<ExecResult> {
    const { deadlineMs = 60_000, signal, maxOutputBytes = 4 * 1024 * 1024 } = options;
    return new Promise((resolve) => {
      const giveUp = () => {
        end();
        finish({ end: 'deadline', code: null, stdout: '', stderr: '', truncated: false });
      };
      const lost = () => finish({ end: 'disconnected', code: null, stdout: '', stderr: '', truncated: false });
      const { signal: bootEnded } = this.bootEnded;
      const cancel = this.clock.after(deadlineMs, giveUp);
      const finish = (result: ExecResult) => {
        cancel();
        signal?.removeEventListener('abort', giveUp);
        bootEnded.removeEventListener('abort', lost);
        resolve(result);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      bootEnded.addEventListener('abort', lost, { once: true });
      if (signal?.aborted) return giveUp();
      void work.then(
        (result) => finish(result ? bounded(result, maxOutputBytes) : notStarted('no such command')),
        (error: unknown) => finish(notStarted(String(error))),
      );
    });
  }

  /** Waits for its turn no longer than that; what never got the lock never acts. */
  private async underLock(
    lock: string,
    script: string,
    args: readonly string[],
    waitMs: number,
  ): Promise<CommandResult> {
    const boot = this.boots;
    const alive = async (): Promise<void> => {
      if (boot !== this.boots) await new Promise<never>(() => undefined);
    };
    const before = this.locks.get(lock) ?? Promise.resolve();
    let release = () => undefined as void;
    const over = new Promise<void>((resolve) => (release = resolve));
    this.locks.set(
      lock,
      before.then(() => over),
    );
    try {
      const turn = await Promise.race([before.then(() => true), sleep(this.clock, waitMs).then(() => false)]);
      await alive();
      if (!turn) return { code: BUSY, stdout: '', stderr: '' };
      return await runScript(script, { xen: this.xen, files: this.files, alive }, args);
    } finally {
      release();
    }
  }

  private booted(): void {
    this.boots++;
    this.bootEnded.abort();
    this.bootEnded = new AbortController();
    this.locks = new Map();
  }

  /**
   * The few commands besides xl that a Dom0 is asked for; undefined where there is none of that
   * name.
   */
  private async command(
    [name = '', ...args]: readonly string[],
    stdin: string,
    signal: AbortSignal,
  ): Promise<CommandResult | undefined> {
    const said = (stdout: string): CommandResult => ({ code: 0, stdout, stderr: '' });
    if (name === 'xl' || name === 'sim' || name.startsWith('xenstore-'))
      return runCommand(this.xen, [name, ...args], { signal });
    if (name === 'sh' && args.at(-1) === 'preflight') return said(this.lacks.map((what) => `${what}\n`).join(''));
    if (name === 'echo') return said(`${args.join(' ')}\n`);
    if (name === 'cat')
      return said(args.length === 0 ? stdin : args.map((path) => this.files.get(path) ?? '').join(''));
    if (name === 'sleep') return sleep(this.clock, Number(args[0]) * 1000).then(() => said(''));
    if (name === 'head') return said('\0'.repeat(Number(args[1])));
    if (name === 'ls')
      return { code: 2, stdout: '', stderr: `ls: cannot access '${args.at(-1)}': No such file or directory\n` };
    return undefined;
  }
}

function bounded({ code, stdout, stderr }: CommandResult, maxBytes: number): ExecResult {
  const cut = (text: string) => Buffer.from(text).subarray(0, maxBytes).toString();
  const truncated = Buffer.byteLength(stdout) > maxBytes || Buffer.byteLength(stderr) > maxBytes;
  return { end: 'exited', code, stdout: cut(stdout), stderr: cut(stderr), truncated };
}

function notStarted(stderr: string): ExecResult {
  return { end: 'not-started', code: null, stdout: '', stderr, truncated: false };
}

function checked(path: string): string {
  if (!path.startsWith('/') || path.split('/').includes('..')) throw new HostError(`bad path: ${path}`);
  return path;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
