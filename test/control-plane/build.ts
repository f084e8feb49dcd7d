// Builds pinned Go tools once into a per-user cache and finds them there. Each binary is built
// beside its place and then renamed, so whatever is in the cache is whole, also after a crash; a
// build that was cut short goes on where it was.
import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findGo } from './go';
import { startLeashed } from './leash';
import { withLock } from './lock';
import type { Progress } from './types';

export type Tool = { name: string; package: string };
export type ToolSet = { label: string; moduleDir: string; ldflags: string; tools: Tool[] };

const progressEveryMs = 15_000;

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const toStderr: Progress = (line) => void process.stderr.write(`${line}\n`);

/** The folder of this exact set: another pin, flag or platform is another folder. */
export function cacheDir(set: ToolSet): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(set.moduleDir, file))).update('\0');
  hash.update([set.ldflags, process.platform, process.arch].join('\0'));
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'xen-fleet', 'control-plane', hash.digest('hex').slice(0, 16));
}

/** The folder that holds every tool of the set; builds what is missing. */
export async function ensureTools(set: ToolSet, progress: Progress = toStderr): Promise<string> {
  const dir = cacheDir(set);
  const missing = (): Tool[] => set.tools.filter((tool) => !isExecutable(join(dir, tool.name)));
  if (missing().length === 0) return dir;
  const go = findGo(set.label);
  mkdirSync(dir, { recursive: true });
  const waiting = (pid: string): void => progress(`${set.label}: waiting for process ${pid}, which is building`);
  await withLock(join(dir, '.lock'), waiting, async () => {
    const todo = missing();
    if (todo.length === set.tools.length) {
      progress(`${set.label}: building ${todo.map((t) => t.name).join(', ')} from Go modules into ${dir}`);
      progress(`${set.label}: once per machine and version; some minutes, about 4 GB in Go's own caches`);
    }
    for (const tool of todo) await build({ set, tool, dir, go, progress });
  });
  return dir;
}

type Job = { set: ToolSet; tool: Tool; dir: string; go: string; progress: Progress };

async function build({ set, tool, dir, go, progress }: Job): Promise<void> {
  const place = `(${set.tools.indexOf(tool) + 1} of ${set.tools.length})`;
  const startedMs = performance.now();
  const temp = join(dir, `.${tool.name}.${process.pid}`);
  const leftovers = readdirSync(dir).filter((name) => name.startsWith(`.${tool.name}.`)); // of a builder that was killed
  for (const name of leftovers) rmSync(join(dir, name));
  const log = join(dir, `${tool.name}.log`);
  closeSync(openSync(log, 'w'));
  const say = (text: string): void => progress(`${set.label}: ${text}`);
  say(`building ${tool.name} ${place} …`);
  const args = ['build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', set.ldflags];
  const child = startLeashed({
    command: go,
    args: [...args, '-o', temp, tool.package],
    logFile: log,
    cwd: set.moduleDir,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
  });
  for (let saidMs = startedMs; child.ended() === undefined; await sleep(100)) {
    if (performance.now() - saidMs < progressEveryMs) continue;
    saidMs = performance.now();
    say(`building ${tool.name} ${place}, ${duration(saidMs - startedMs)} …`);
  }
  if (child.ended() !== 'exit code 0' || !isExecutable(temp)) {
    const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
    rmSync(temp, { force: true });
    throw new Error(`${set.label}: building ${tool.name} failed (${child.ended()}); the whole log: ${log}\n${tail}`);
  }
  renameSync(temp, join(dir, tool.name));
  rmSync(log, { force: true });
  say(`${tool.name} built in ${duration(performance.now() - startedMs)}`);
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
