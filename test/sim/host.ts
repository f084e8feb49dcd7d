/**
 * The simulating process, for one or many hosts. It runs apart from the agents, so that killing
 * those never touches it; its own end is a power loss of all its hosts.
 *
 *   ts-node test/sim/host.ts --dir DIR [--name h1 | --hosts 3] [--cpus 16] [--memory 65536]
 *     [--dom0 4096] [--create-ms 0] [--destroy-ms 0] [--boot-ms 300] [--shutdown-ms 1200]
 *     [--record FILE] [--leash]
 *   With --hosts N the hosts are DIR/host-1 … DIR/host-N; with --config FILE everything comes from
 *   there (index.ts writes it).
 *   --leash: ends when its standard input does. It prints `ready` once all hosts answer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clientExecutable } from './client/build';
import { realClock } from './clock';
import { defaultHostSpec } from './host-spec';
import type { HostSpec } from './host-spec';
import { folderFiles, layOut } from './layout';
import type { LayoutOptions } from './layout';
import { fileRecorder } from './record';
import { serve } from './server';
import { SimXen } from './xen';

export interface SimHostOptions extends Partial<Omit<HostSpec, 'name'>>, LayoutOptions {
  readonly name: string;
  /** The host's folder. */
  readonly dir: string;
}

export interface SimProcessOptions {
  readonly hosts: readonly SimHostOptions[];
  /** The file to which all hosts append what happens. */
  readonly record?: string;
}

/** Runs the hosts in this process. */
export async function runHosts(options: SimProcessOptions, say?: (words: string) => void) {
  const client = clientExecutable(say);
  const running = options.hosts.map((host) => {
    layOut(host.dir, client, host);
    const record = options.record === undefined ? {} : { record: fileRecorder(options.record) };
    return { host, xen: new SimXen({ spec: host, clock: realClock, files: folderFiles(host.dir), ...record }) };
  });
  const servers = await Promise.all(running.map(({ host, xen }) => serve(xen, host.dir)));
  return {
    xens: new Map(running.map(({ host, xen }) => [host.name, xen])),
    async stop(): Promise<void> {
      for (const { xen } of running) xen.stop();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function fromCommandLine(): SimProcessOptions & { leash: boolean } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      dir: text,
      name: text,
      hosts: text,
      cpus: text,
      memory: text,
      dom0: text,
      'create-ms': text,
      'destroy-ms': text,
      'boot-ms': text,
      'shutdown-ms': text,
      record: text,
      config: text,
      leash: { type: 'boolean', default: false },
    },
  });
  const leash = values.leash;
  if (values.config !== undefined)
    return { ...(JSON.parse(readFileSync(values.config, 'utf8')) as SimProcessOptions), leash };
  const number = (value: string | undefined, otherwise: number) => (value === undefined ? otherwise : Number(value));
  const dir = values.dir ?? '.local/hosts';
  const spec = {
    cpus: number(values.cpus, defaultHostSpec.cpus),
    memoryMiB: number(values.memory, defaultHostSpec.memoryMiB),
    dom0MiB: number(values.dom0, defaultHostSpec.dom0MiB),
    createMs: number(values['create-ms'], 0),
    destroyMs: number(values['destroy-ms'], 0),
    guests: {
      ...defaultHostSpec.guests,
      bootMs: number(values['boot-ms'], defaultHostSpec.guests.bootMs),
      shutdownMs: number(values['shutdown-ms'], defaultHostSpec.guests.shutdownMs),
    },
  };
  const hosts =
    values.hosts === undefined
      ? [{ ...spec, name: values.name ?? 'host-1', dir }]
      : Array.from({ length: Number(values.hosts) }, (_, i) => ({
          ...spec,
          name: `host-${i + 1}`,
          dir: join(dir, `host-${i + 1}`),
        }));
  return { hosts, leash, ...(values.record === undefined ? {} : { record: values.record }) };
}

async function main(): Promise<void> {
  const options = fromCommandLine();
  const hosts = await runHosts(options, (words) => console.error(words));
  const end = () => void hosts.stop().then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
  if (options.leash) process.stdin.resume().once('end', end).once('error', end);
  console.log('ready');
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
