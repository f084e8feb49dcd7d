/**
 * One process of the world: everything it hears comes through here, so it can be killed or stopped
 * between any two things that it hears. What a killed process had begun goes on without it.
 */
import type { ExecOptions, ExecResult, HostPort, PutOptions } from '../../agents/host/port';
import type { KubeRequest, KubeTransport, StreamEnd, StreamRequest } from '../../common/kube/transport';
import type { Clock, Timer } from '../../common/ports';

export class Process {
  /** What it has heard so far: timers, answers, lines of watches. */
  heard = 0;
  #alive = true;
  #waiting: (() => void)[] | undefined;
  #killAt = Infinity;
  readonly #onKilled: (() => void)[] = [];

  constructor(readonly name: string) {}

  get isAlive(): boolean {
    return this.#alive;
  }

  get isStopped(): boolean {
    return this.#waiting !== undefined;
  }

  /** As SIGKILL. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#waiting = undefined;
    for (const tell of this.#onKilled.splice(0)) tell();
  }

  /** As SIGKILL, but between what it hears next: the only moments that tell. */
  killAfter(things: number): void {
    this.#killAt = Math.min(this.#killAt, this.heard + things);
  }

  /** The kernel's part: what the process held is let go. */
  onKilled(tell: () => void): void {
    if (this.#alive) this.#onKilled.push(tell);
    else tell();
  }

  /** As SIGSTOP: what it should hear waits for it. */
  pause(): void {
    if (this.#alive) this.#waiting ??= [];
  }

  /** As SIGCONT. */
  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const act of waiting) this.hear(act);
  }

  hear(act: () => void): void {
    if (!this.#alive) return;
    if (this.#waiting !== undefined) return void this.#waiting.push(act);
    this.heard += 1;
    if (this.heard >= this.#killAt) return this.kill();
    act();
  }

  /** An answer from outside; never, if the process is gone. */
  answer<T>(begin: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return;
      begin().then(
        (value) => this.hear(() => resolve(value)),
        (error: Error) => this.hear(() => reject(error)),
      );
    });
  }

  clock(clock: Clock): Clock {
    return {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      setTimer: (delayMs, fire) => this.#timer(clock, delayMs, fire),
    };
  }

  #timer(clock: Clock, delayMs: number, fire: () => void): Timer {
    let isCancelled = false;
    const timer = clock.setTimer(delayMs, () =>
      this.hear(() => {
        if (!isCancelled) fire();
      }),
    );
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  transport(transport: KubeTransport): KubeTransport {
    const killed = new AbortController();
    this.onKilled(() => killed.abort());
    return {
      request: (request: KubeRequest) => this.answer(() => transport.request(request)),
      stream: (request: StreamRequest): Promise<StreamEnd> =>
        this.answer(() => this.#stream(transport, request, killed.signal)),
      close: () => transport.close(),
    };
  }

  /** Lines are heard one by one; the connection of a killed process ends. */
  #stream(transport: KubeTransport, request: StreamRequest, killed: AbortSignal): Promise<StreamEnd> {
    let goesOn = true;
    const { signal } = request;
    const ended = signal === undefined ? killed : AbortSignal.any([signal, killed]);
    const onLine = (line: string): boolean => {
      this.hear(() => {
        if (goesOn) goesOn = request.onLine(line);
      });
      return goesOn;
    };
    return transport.stream({ ...request, signal: ended, onLine });
  }

  host(host: HostPort): HostPort {
    return {
      name: host.name,
      exec: (argv: readonly string[], options?: ExecOptions): Promise<ExecResult> =>
        this.answer(() => host.exec(argv, options)),
      locked: (lock: string, script: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult> =>
        this.answer(() => host.locked(lock, script, args, options)),
      readFile: (path: string) => this.answer(() => host.readFile(path)),
      putFile: (path: string, text: string, options?: PutOptions) =>
        this.answer(() => host.putFile(path, text, options)),
      removeFile: (path: string) => this.answer(() => host.removeFile(path)),
      listDir: (path: string) => this.answer(() => host.listDir(path)),
      close: () => Promise.resolve(),
    };
  }
}
