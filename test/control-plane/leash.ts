// Child processes that never outlive this one, however it ends: see leash.sh.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Signal } from './types';

export type Leashed = {
  pid: number;
  logFile: string;
  /** Set once it has ended: "exit code 1", "SIGKILL". */
  ended(): string | undefined;
  signal(signal: Signal): void;
  /** SIGTERM (or what is given), then SIGKILL when it still lives after graceMs. */
  end(options?: { signal?: 'SIGTERM' | 'SIGKILL'; graceMs?: number }): Promise<void>;
};

export type LeashOptions = {
  command: string;
  args: string[];
  /** stdout and stderr are appended here. */
  logFile: string;
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** A folder to remove when this process dies without ending the child. */
  removeWhenOrphaned?: string;
};

/**
 * The child has a session of its own, so Ctrl-C does not reach it (an orderly stop ends it later);
 * it does not keep this process alive.
 */
export function startLeashed(options: LeashOptions): Leashed {
  const log = openSync(options.logFile, 'a', 0o600);
  const argv = [join(__dirname, 'leash.sh'), options.removeWhenOrphaned ?? '', options.command, ...options.args];
  const child = spawn('/bin/sh', argv, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  let ended: string | undefined;
  const leash = child.stdio[3] as Duplex;
  leash.on('error', () => undefined); // the watcher may be gone before us
  (leash as Duplex & { unref(): void }).unref();
  child.unref();
  const finished = new Promise<void>((resolve) => {
    child.once('error', (error) => ((ended ??= error.message), resolve()));
    child.once('exit', (code, signal) => {
      ended ??= signal ?? `exit code ${code}`;
      leash.end('let go\n');
      resolve();
    });
  });
  const signal = (name: Signal): void => void (ended === undefined && child.kill(name));
  return {
    pid: child.pid ?? -1,
    logFile: options.logFile,
    ended: () => ended,
    signal,
    async end({ signal: first = 'SIGTERM', graceMs = 5000 } = {}) {
      if (ended !== undefined) return;
      signal('SIGCONT'); // a stopped process would not hear SIGTERM
      signal(first);
      child.ref();
      const hurry = setTimeout(() => signal('SIGKILL'), graceMs);
      await finished;
      clearTimeout(hurry);
    },
  };
}

/** A zombie, which nobody has reaped, does not run. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2).charAt(0));
  } catch {
    return false;
  }
}
