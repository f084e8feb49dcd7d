/**
 * The Xen hosts of a playground: simulated, or one real Dom0 under QEMU. To the agents they differ
 * by flags only.
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { XenHost } from '../../crds/generated/types';
import { startSimHosts } from '../sim';
import type { SimEvent, SimHost } from '../sim';
import { labReason, startLab } from '../xen-lab/lab';
import { projectDir } from './place';
import type { Place } from './place';
import type { PlaygroundOptions, XlResult } from './types';

export interface Dom0 {
  readonly agentFlags: readonly string[];
  readonly connection: XenHost['spec']['connection'];
  xl(...args: string[]): Promise<XlResult>;
}

export interface Dom0s {
  get(name: string): Dom0;
  readonly sim: (name: string) => SimHost;
  readonly record: () => SimEvent[];
  stop(): Promise<void>;
}

export function startDom0s(options: PlaygroundOptions, place: Place, names: readonly string[]): Promise<Dom0s> {
  return options.xen === 'real' ? real(options, place, names) : simulated(options, place, names);
}

async function simulated(options: PlaygroundOptions, place: Place, names: readonly string[]): Promise<Dom0s> {
  const sims = await startSimHosts({
    dir: place.hosts,
    record: place.record,
    hosts: names.map((name) => ({ ...options.sim, name })),
    ...(options.say && { say: options.say }),
  });
  return {
    get(name) {
      const host = sims.host(name);
      return {
        agentFlags: ['--mode', 'local', '--host-root', host.root, '--path', host.env.PATH],
        connection: { mode: 'agent' },
        xl: (...args) => host.run('xl', ...args),
      };
    },
    sim: (name) => sims.host(name),
    record: () => (existsSync(place.record) ? sims.record() : []),
    stop: () => sims.stop(),
  };
}

async function real(options: PlaygroundOptions, place: Place, names: readonly string[]): Promise<Dom0s> {
  if (names.length !== 1) throw new Error(`XEN=real is one host, not ${names.length}: leave HOSTS out, or say HOSTS=1`);
  const reason = labReason();
  if (reason !== undefined) throw new Error(`this machine cannot run a real Xen: ${reason}`);
  const runDir = join(place.dir, 'xen-real');
  const lab = await startLab({ runDir, ...(options.say && { log: options.say }) });
  const { host, port, user, privateKeyPath, hostKeySha256: hostKey } = lab.ssh;
  installXl(join(place.hosts, names[0] ?? ''), runDir);
  const login = ['--ssh-host', host, '--ssh-port', String(port), '--ssh-user', user];
  const dom0: Dom0 = {
    agentFlags: ['--mode', 'ssh', ...login, '--ssh-key-file', privateKeyPath, '--ssh-host-key', hostKey],
    connection: { mode: 'ssh', ssh: { host, port, user, hostKey } },
    async xl(...args) {
      const { code, stdout, stderr } = await lab.exec(['xl', ...args.map(quoted)].join(' '));
      return { code: code ?? -1, stdout, stderr };
    },
  };
  return {
    get: () => dom0,
    sim: (name) => {
      throw new Error(`${name} is a real host`);
    },
    record: () => [],
    stop: () => lab.stop(),
  };
}

/** The host's xl for a person, as the simulated hosts have it. */
function installXl(dir: string, runDir: string): void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'xl');
  const lab = join(projectDir, 'test', 'xen-lab', 'lab.sh');
  writeFileSync(path, `#!/bin/sh\nXENLAB_RUN='${runDir}' exec '${lab}' ssh 1 xl "$@"\n`);
  chmodSync(path, 0o755);
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
