/**
 * A process of the playground: started on a leash, killed, restarted; its pid in a file, its words
 * in a log.
 */
import { rmSync } from 'node:fs';
import { startLeashed } from '../control-plane/leash';
import type { Leashed } from '../control-plane/leash';
import { replaceFile } from './access';
import type { Program } from './types';

export interface ProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  readonly pidFile: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Start it again when it ends by itself: after a second, later when it keeps ending soon. */
  readonly supervise: boolean;
}

const LOOK_EVERY_MS = 100;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** Who lived so long is not ending at once again and again. */
const SETTLED_MS = 20_000;

export function makeProgram(options: ProgramOptions): Program & { stop(): Promise<void> } {
  const { name, command, args, cwd, logFile, pidFile, env, supervise } = options;
  let process: Leashed | undefined;
  let startedMs = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;

  const lives = (): boolean => process !== undefined && process.ended() === undefined;
  const start = (): void => {
    clearTimeout(timer);
    if (lives()) return;
    process = startLeashed({ command, args: [...args], cwd, logFile, ...(env && { env }) });
    startedMs = performance.now();
    replaceFile(pidFile, `${process.pid}\n`, 0o644);
    if (supervise) watch();
  };
  const watch = (): void => {
    timer = setTimeout(() => {
      if (lives()) return watch();
      pauseMs = performance.now() - startedMs > SETTLED_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      timer = setTimeout(start, pauseMs / 2).unref();
    }, LOOK_EVERY_MS).unref();
  };
  const kill = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> => {
    clearTimeout(timer);
    await process?.end({ signal, graceMs: 10_000 });
  };
  return {
    name,
    logFile,
    pid: () => (lives() ? process?.pid : undefined),
    kill,
    signal: (signal) => process?.signal(signal),
    start,
    async restart() {
      await kill();
      start();
    },
    async stop() {
      await kill('SIGTERM');
      rmSync(pidFile, { force: true });
    },
  };
}
