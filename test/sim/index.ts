/** Simulated Xen hosts for tests and for the playground: the one door to test/sim. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { lstatSync, mkdirSync, openSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { clientExecutable } from './client/build';
import type { SimHostOptions, SimProcessOptions } from './host';
import { fileRecorder, readRecord } from './record';
import type { SimEvent } from './record';
import type { CommandResult } from './xl';

export { intervals, overlaps, readRecord } from './record';
export type { SimEvent } from './record';
export type { CommandResult } from './xl';

export interface StartOptions {
  /** The folder of it all; host NAME lives in DIR/NAME. */
  readonly dir: string;
  readonly hosts: readonly Omit<SimHostOptions, 'dir'>[];
  /** Default DIR/record.jsonl. */
  readonly record?: string;
  /**
   * True lets the process outlive this one (`make up`); else it ends with it, however that ends.
   */
  readonly apart?: boolean;
  readonly say?: (words: string) => void;
}

export interface SimHost {
  readonly name: string;
  readonly dir: string;
  /** The Dom0's files: what LocalHost takes as `root`. */
  readonly root: string;
  /** What LocalHost takes as `env`: the host's commands before the machine's. */
  readonly env: { readonly PATH: string };
  /** Runs a command of the host, e.g. `run('xl', 'list')` or `run('sim', 'reboot')`. */
  run(...argv: string[]): Promise<CommandResult>;
}

export interface SimHosts {
  readonly pid: number;
  readonly recordPath: string;
  host(name: string): SimHost;
  record(): SimEvent[];
  stop(): Promise<void>;
  /** Kills the process: all its hosts lose power at once, which the record is told. */
  kill(): Promise<void>;
}

/** Starts one process that simulates all the hosts, and waits until they answer. */
export async function startSimHosts(options: StartOptions): Promise<SimHosts> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const recordPath = resolve(options.record ?? join(dir, 'record.jsonl'));
  const hosts = options.hosts.map((host) => ({ ...host, dir: join(dir, host.name) }));
  const config = join(dir, 'hosts.json');
  writeFileSync(config, JSON.stringify({ hosts, record: recordPath } satisfies SimProcessOptions));
  clientExecutable(options.say);
  const child = await startProcess(config, options.apart ?? false, join(dir, 'sim.log'));
  const byName = new Map(hosts.map((host) => [host.name, simHost(host.name, host.dir)]));
  return {
    pid: child.pid ?? 0,
    recordPath,
    host(name) {
      const found = byName.get(name);
      if (!found) throw new Error(`no simulated host ${name}`);
      return found;
    },
    record: () => readRecord(recordPath),
    stop: () => stopProcess(child),
    async kill() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      const record = fileRecorder(recordPath);
      for (const { name: host } of hosts)
        record({ ns: process.hrtime.bigint().toString(), host, boot: '', what: 'power-loss' });
    },
  };
}

/** A host by its folder, whoever simulates it. */
export function simHost(name: string, dir: string): SimHost {
  const env = { PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}` };
  return { name, dir, root: join(dir, 'root'), env, run: (...argv) => request(join(dir, 'xl.sock'), argv) };
}

async function startProcess(config: string, apart: boolean, log: string): Promise<ChildProcess> {
  const project = resolve(__dirname, '../..');
  const args = [
    '-r',
    'ts-node/register/transpile-only',
    join(__dirname, 'host.ts'),
    '--config',
    config,
    ...(apart ? [] : ['--leash']),
  ];
  const errors = openSync(log, 'a');
  const child = spawn(process.execPath, args, {
    cwd: project,
    stdio: [apart ? 'ignore' : 'pipe', 'pipe', errors],
    detached: apart,
  });
  await new Promise<void>((ready, fail) => {
    const timer = setTimeout(() => fail(new Error(`the simulated hosts are not ready after 60 s: see ${log}`)), 60_000);
    child.once('exit', (code) => fail(new Error(`the simulated hosts ended with ${code}: see ${log}`)));
    createInterface({ input: child.stdout! }).once('line', () => ready());
    child.once('spawn', () => timer.unref());
  });
  child.stdout?.destroy();
  child.unref();
  return child;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}

function request(link: string, argv: readonly string[]): Promise<CommandResult> {
  const path = lstatSync(link).isSymbolicLink() ? readlinkSync(link) : link;
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(`${JSON.stringify({ argv, cwd: dirname(link) })}\n`));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject);
    socket.on('close', () =>
      text === '' ? reject(new Error('the simulated host went away')) : resolve(JSON.parse(text) as CommandResult),
    );
  });
}
