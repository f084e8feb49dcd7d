/**
 * Prometheus and promtool: given, installed, or unpacked once from Debian's package without
 * installing it.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
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
  /** Both streams, one after the other. */
  readonly text: string;
  readonly stdout: string;
}

/** `stdin` is handed over and closed. */
export function execute(
  command: string,
  args: string[],
  options: { cwd?: string; stdin?: string; timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Output> {
  return new Promise((resolve) => {
    const { cwd, stdin = '', timeoutMs = 120_000, env = process.env } = options;
    const child = execFile(
      command,
      args,
      { timeout: timeoutMs, env, ...(cwd !== undefined && { cwd }) },
      (error, out, err) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          text: out + err,
          stdout: out,
        });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Prometheus {
  /** How many series answer a query; rejects where it is no query. */
  readonly count: (query: string) => Promise<number>;
  stop(): Promise<void>;
}

/**
 * Scrapes one target and asks the rules each second, with the labels that a PodMonitor would add.
 */
export async function startPrometheus(
  binary: string,
  dir: string,
  { targetPort, ruleFiles = [] }: { readonly targetPort: number; readonly ruleFiles?: readonly string[] },
): Promise<Prometheus> {
  mkdirSync(dir, { recursive: true });
  const file = path.join(dir, 'prometheus.json');
  const target = { targets: [`127.0.0.1:${targetPort}`], labels: { namespace: 'fleet', pod: 'operator-0' } };
  const global = { evaluation_interval: '1s' };
  const config = {
    global,
    rule_files: ruleFiles,
    scrape_configs: [{ job_name: 'xen-fleet', scrape_interval: '1s', static_configs: [target] }],
  };
  writeFileSync(file, JSON.stringify(config)); // JSON is YAML too
  const address = `127.0.0.1:${await freePort()}`;
  const options = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${path.join(dir, 'data')}`,
    `--web.listen-address=${address}`,
  ];
  const child = spawn(binary, options, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async count(query) {
      const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`);
      const answer = (await response.json()) as { error?: string; data?: { result: readonly unknown[] } };
      if (answer.data === undefined) throw new Error(`${query}: ${answer.error ?? response.status}`);
      return answer.data.result.length;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
