/**
 * The base of the agent's system tests: a real API server, a simulated host, and real agent
 * processes in between.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { XenAgent, XenDomain, XenDomainSpec } from '../../crds/generated/types';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/control-plane';
import { startSimHosts } from '../sim';
import type { SimHost, SimHosts } from '../sim';

export const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const HOST = 'h1';
export const NAMESPACE = `xenhost-${HOST}`;
export const FLEET = 'fleet-of-the-test';

export interface AgentProcess {
  readonly pid: number;
  /** Its log lines so far. */
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export class AgentLab {
  private readonly agents: ChildProcess[] = [];

  private constructor(
    readonly plane: ControlPlane,
    readonly sims: SimHosts,
    readonly host: SimHost,
    private readonly dir: string,
  ) {}

  static async start(options: { audit?: boolean; createMs?: number } = {}): Promise<AgentLab> {
    const dir = mkdtempSync(join(tmpdir(), 'xenfleet-agent-'));
    const createMs = options.createMs ?? 0;
    const [plane, sims] = await Promise.all([
      startControlPlane({ audit: options.audit ?? false }),
      startSimHosts({ dir: join(dir, 'hosts'), hosts: [{ name: HOST, createMs }] }),
    ]);
    const lab = new AgentLab(plane, sims, sims.host(HOST), dir);
    await lab.furnish();
    return lab;
  }

  /** An agent with the rights that the operator gives it, and no others. */
  startAgent(...more: string[]): AgentProcess {
    const api = ['--server', this.plane.server, '--ca-file', this.file('ca.pem'), '--token-file', this.file('token')];
    const flags = ['--host', HOST, ...api, '--host-root', this.host.root];
    const paths = ['--path', this.host.env.PATH, '--poll-seconds', '1', '--heartbeat-seconds', '2'];
    const bundle = process.env['XENFLEET_AGENT_BUNDLE'];
    const program = bundle === undefined ? ['-r', 'ts-node/register', join(PROJECT, 'agents/main.ts')] : [bundle];
    const nodeFlags = (process.env['XENFLEET_AGENT_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
    const child = spawn(NODE, [...nodeFlags, ...program, ...flags, ...paths, '--log-level', 'debug', ...more], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.agents.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return { pid: child.pid ?? 0, log: () => text, kill: (signal) => end(child, signal) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.agents.map((child) => end(child, 'SIGKILL')));
    await Promise.all([this.plane.stop(), this.sims.stop()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Makes or changes an order, as the operator does. */
  async order(spec: Partial<XenDomainSpec>, uuid: string = randomUUID()): Promise<string> {
    const object = {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenDomain',
      metadata: { name: uuid, namespace: NAMESPACE },
      spec: { ...orderSpec(uuid), ...spec },
    };
    await this.apply(object);
    return uuid;
  }

  async apply(object: object): Promise<void> {
    await this.plane.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(object) });
  }

  async domain(uuid: string): Promise<XenDomain> {
    return JSON.parse(await this.plane.kubectl(['get', 'xdom', '-n', NAMESPACE, uuid, '-o', 'json'])) as XenDomain;
  }

  async agentObject(): Promise<XenAgent> {
    return JSON.parse(await this.plane.kubectl(['get', 'xagent', '-n', NAMESPACE, HOST, '-o', 'json'])) as XenAgent;
  }

  async setAgentSpec(patch: object): Promise<void> {
    const body = JSON.stringify({ spec: patch });
    await this.plane.kubectl(['patch', 'xagent', '-n', NAMESPACE, HOST, '--type=merge', '-p', body]);
  }

  /** Rows of `xl list -v` that carry the UUID. */
  async rows(uuid: string): Promise<string[]> {
    const { stdout } = await this.host.run('xl', 'list', '-v');
    return stdout.split('\n').filter((line) => line.includes(uuid));
  }

  phase(uuid: string, phase: string, timeoutMs = 40_000): Promise<XenDomain> {
    return eventually(`${uuid} to be ${phase}`, timeoutMs, async () => {
      const domain = await this.domain(uuid);
      return domain.status?.phase === phase ? domain : undefined;
    });
  }

  private async furnish(): Promise<void> {
    const { plane } = this;
    for (const kind of ['xenagent', 'xendomain'])
      await plane.kubectl(['apply', '-f', join(PROJECT, `crds/${kind}.yaml`)]);
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await plane.kubectl(['apply', '-f', join(PROJECT, 'charts/xen-fleet/rbac/agent.yaml')]);
    await this.furnishNamespace();
    writeFileSync(this.file('ca.pem'), plane.caPem);
    await this.renewToken();
  }

  private file(name: string): string {
    return join(this.dir, name);
  }

  /** A token dies with its ServiceAccount; somebody gives the agent another. */
  async renewToken(): Promise<void> {
    writeFileSync(this.file('token'), await this.plane.tokenFor(NAMESPACE, 'agent'));
  }

  /** What the operator makes for a host. */
  async furnishNamespace(): Promise<void> {
    const meta = (name: string): object => ({ name, namespace: NAMESPACE });
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    await this.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('agent') });
    await this.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta('agent'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'xen-fleet-agent' },
      subjects: [{ kind: 'ServiceAccount', name: 'agent', namespace: NAMESPACE }],
    });
    await this.apply({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: meta('agent'), spec: {} });
    await this.apply({
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenAgent',
      metadata: meta(HOST),
      spec: {
        fleetID: FLEET,
        nonce: 'n1',
        confirmedBootID: readFileSync(join(this.host.root, 'proc/sys/kernel/random/boot_id'), 'utf8').trim(),
        roster: [HOST],
        storagePools: [{ name: 'local', driver: 'file', path: '/var/lib/xenfleet/disks', locality: 'local' }],
        networks: [{ name: 'public', bridge: 'xenbr0' }],
      },
    });
  }
}

export function orderSpec(uuid: string): XenDomainSpec {
  return {
    fleetID: FLEET,
    vm: { namespace: 'tenant', name: `vm-${uuid.slice(0, 8)}`, uid: uuid },
    epoch: 1,
    desired: 'Running',
    type: 'pvh',
    runPolicy: 'Always',
    gracePeriodSeconds: 10,
    vcpus: { count: 2, max: 2 },
    memory: { targetMiB: 512, maxMiB: 512 },
    boot: { kernel: 'debian/vmlinuz', ramdisk: 'debian/initrd.gz', cmdline: 'console=hvc0 root=/dev/xvda' },
    disks: [
      {
        name: 'root',
        device: 'xvda',
        sizeBytes: 128 << 20,
        pool: 'local',
        path: '/var/lib/xenfleet/disks',
        image: 'debian.raw',
      },
    ],
    networks: [
      { name: 'eth0', bridge: 'xenbr0', mac: `02:00:00:${uuid.slice(0, 2)}:${uuid.slice(2, 4)}:${uuid.slice(4, 6)}` },
    ],
  };
}

export async function eventually<T>(what: string, timeoutMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once('exit', () => done());
    child.kill(signal);
  });
}
