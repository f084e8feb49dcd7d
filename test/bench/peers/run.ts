/** Running a program and reading what it cost. */
import { spawnSync } from 'node:child_process';

export interface Cost {
  readonly userS: number;
  readonly stdout: string;
  readonly ok: boolean;
}

/** User CPU of a program and all that it starts, as the shell counts it. */
export function run(argv: readonly string[], timeoutMs = 300_000): Cost {
  const child = spawnSync('bash', ['-c', 'TIMEFORMAT="user=%U"; time "$@"', 'bash', ...argv], {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 1 << 28,
  });
  const user = /user=([\d.]+)\s*$/.exec(child.stderr);
  return { userS: Number(user?.[1] ?? NaN), stdout: child.stdout, ok: child.status === 0 && user !== null };
}

export function hasProgram(path: string): boolean {
  return spawnSync('test', ['-x', path]).status === 0;
}

/** True if htools is there, or could be installed. */
export function provideHtools(): boolean {
  if (hasProgram('/usr/bin/hbal')) return true;
  if (process.getuid?.() !== 0 || !hasProgram('/usr/bin/apt-get')) return false;
  process.stderr.write('installing ganeti-htools …\n');
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'ganeti-htools'], { timeout: 180_000 });
  return hasProgram('/usr/bin/hbal');
}
