// One process at a time, by a folder that only one can make. It saves double work; nothing breaks
// where it fails.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 500;
/** Between making the folder and writing the pid into it. */
const namelessMs = 5000;

/**
 * Runs the work while holding the lock; tells once whom it waits for. A holder that has died loses
 * the lock.
 */
export async function withLock<T>(dir: string, waiting: (pid: string) => void, work: () => Promise<T>): Promise<T> {
  for (let told = ''; !take(dir); await sleep(pollMs)) {
    const holder = holderOf(dir);
    if (holder === undefined) continue;
    if (!isAlive(holder, dir)) discard(dir);
    else if (holder !== told) waiting((told = holder));
  }
  try {
    return await work();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function take(dir: string): boolean {
  try {
    mkdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(dir, 'pid'), String(process.pid));
  return true;
}

/** '' while the holder has not written its pid; undefined when the lock is free again. */
function holderOf(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, 'pid'), 'utf8');
  } catch {
    return statSync(dir, { throwIfNoEntry: false }) ? '' : undefined;
  }
}

function isAlive(pid: string, dir: string): boolean {
  if (pid === '') {
    const made = statSync(dir, { throwIfNoEntry: false });
    return made === undefined || Date.now() - made.mtimeMs < namelessMs;
  }
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** By rename, so that of two processes that both saw it stale one does it. */
function discard(dir: string): void {
  const aside = `${dir}.stale.${process.pid}`;
  try {
    renameSync(dir, aside);
  } catch {
    return;
  }
  rmSync(aside, { recursive: true, force: true });
}
