/** Prometheus and promtool: given, installed, or unpacked once from Debian's package without installing it. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

export type Found = { readonly promtool: string; readonly prometheus: string } | { readonly missing: string };

const cacheDir = (): string =>
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'xen-fleet', 'prometheus');

export async function findPrometheus(): Promise<Found> {
  const folders = [process.env['PROMETHEUS_DIR'], ...(process.env['PATH'] ?? '').split(path.delimiter), inCache()];
  for (const folder of folders) {
    const found = folder === undefined ? undefined : toolsIn(folder);
    if (found !== undefined) return found;
  }
  return (await unpack()) ?? { missing: "no promtool, and Debian's package cannot be fetched" };
}

const inCache = (): string => path.join(cacheDir(), 'usr/bin');

function toolsIn(folder: string): Found | undefined {
  const [promtool, prometheus] = [path.join(folder, 'promtool'), path.join(folder, 'prometheus')];
  return existsSync(promtool) && existsSync(prometheus) ? { promtool, prometheus } : undefined;
}

async function unpack(): Promise<Found | undefined> {
  mkdirSync(path.dirname(cacheDir()), { recursive: true });
  const dir = mkdtempSync(`${cacheDir()}-`);
  try {
    if ((await execute('apt-get', ['download', 'prometheus'], { cwd: dir })).code !== 0) return undefined;
    const file = readdirSync(dir).find((name) => name.endsWith('.deb')) ?? '';
    if ((await execute('dpkg', ['-x', file, '.'], { cwd: dir })).code !== 0) return undefined;
    rmSync(cacheDir(), { recursive: true, force: true });
    renameSync(dir, cacheDir());
    return toolsIn(inCache());
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export interface Output {
  readonly code: number;
  readonly text: string;
}

/** Both streams in one text. `stdin` is handed over and closed. */
export function execute(
  command: string,
  args: string[],
  options: { cwd?: string; stdin?: string } = {},
): Promise<Output> {
  return new Promise((resolve) => {
    const { cwd, stdin = '' } = options;
    const child = execFile(
      command,
      args,
      { timeout: 120_000, ...(cwd !== undefined && { cwd }) },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, text: out + err });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}
