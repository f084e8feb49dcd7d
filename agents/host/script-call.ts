/**
 * What both real bodies of the host port need for a locked call: the script's text, the lock's
 * command line, the path under the root.
 */
import { BUSY } from './exit-codes';
import { HostError } from './port';
import { scripts } from './scripts.generated';

/**
 * Where the locks and the output of running scripts live on the Dom0: a tmpfs, so that both are
 * gone with the boot.
 */
export const lockDir = '/run/lock/xenfleet';
export const runDir = '/run/xenfleet';

export const defaultDeadlineMs = 60_000;
export const defaultMaxOutputBytes = 4 * 1024 * 1024;

export function scriptText(script: string): string {
  const text = Object.hasOwn(scripts, script) ? scripts[script as keyof typeof scripts] : undefined;
  if (text === undefined) throw new HostError(`no such script: ${script}`);
  return text;
}

/**
 * `flock` up to the command: waits for the lock a little less than the caller does, so that a call
 * that was given up never acts later. `-o`: what the command leaves behind does not hold the lock.
 */
export function flockArgv(root: string, lock: string, deadlineMs: number = defaultDeadlineMs): string[] {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(lock)) throw new HostError(`bad lock name: ${lock}`);
  const waitSeconds = Math.max(0.05, (deadlineMs * 0.9) / 1000).toFixed(2);
  return ['flock', '-o', '-w', waitSeconds, '-E', String(BUSY), `${root}${lockDir}/${lock}.lock`];
}

/** An absolute path of the Dom0 as a path here. */
export function hostPath(root: string, path: string): string {
  if (!path.startsWith('/') || path.includes('\0') || path.split('/').includes('..'))
    throw new HostError(`bad path: ${path}`);
  return root + path;
}
