/**
 * The last resort of a process: an exception that nobody caught is told, and the process ends in
 * good order, to be started anew.
 */

type Origin = 'uncaughtException' | 'unhandledRejection';

/** What is needed of `process`; tests give their own. */
export interface ProcessPort {
  on(event: Origin, listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

export interface LastResortOptions {
  readonly process: ProcessPort;
  /** Must not throw. */
  readonly say: (origin: Origin, error: unknown) => void;
  /** Gives back what is held, such as a Lease. */
  readonly end: () => Promise<unknown>;
  /** Milliseconds that this may take; then the process ends all the same. */
  readonly withinMs: number;
  readonly setTimer: (delayMs: number, run: () => void) => unknown;
}

/**
 * From now on the first such exception ends the process with code 1; those that follow meanwhile
 * are told only.
 */
export function lastResort({ process, say, end, withinMs, setTimer }: LastResortOptions): void {
  let isEnding = false;
  const exit = (): void => process.exit(1);
  for (const origin of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(origin, (error) => {
      say(origin, error);
      if (isEnding) return;
      isEnding = true;
      setTimer(withinMs, exit);
      void (async () => end())().then(exit, (failure: unknown) => {
        say(origin, failure);
        exit();
      });
    });
  }
}
