/**
 * The operator and agents of an installed chart, as processes with the tokens of their
 * ServiceAccounts: there is no kubelet to start pods.
 */
import path from 'node:path';
import type { KubeClient } from '../../common/kube/client';
import { XENHOSTS } from '../../common/kube/resources';
import { AGENT_SERVICE_ACCOUNT, hostNamespace } from '../../common/names';
import type { ControlPlane } from '../control-plane/types';
import { bundlePrograms } from '../playground/bundle';
import { applyFleet, hostManifest } from '../playground/cluster';
import { makeProgram } from '../playground/program';
import { startSimHosts } from '../sim';
import type { SimHost, SimHosts } from '../sim';
import { OPERATOR } from './expected';
import type { Manifest } from './helm';
import { freePort } from './promtool';

export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  let last: unknown;
  for (const end = performance.now() + 150_000; performance.now() < end;) {
    const found = await look().catch((error: unknown) => void (last = error));
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`, { cause: last });
}

/** To its end, and until it is deleted by itself. */
export async function runOperation(plane: ControlPlane, namespace: string, vmName: string): Promise<void> {
  const spec = { vmName, type: 'Reset', ttlSecondsAfterFinished: 2 };
  const metadata = { namespace, name: 'reset' };
  const operation = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenVMOperation', metadata, spec };
  await plane.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(operation) });
  for (const what of ['condition=Ready', 'delete'])
    await plane.kubectl(['wait', '-n', namespace, 'xvmop/reset', `--for=${what}`, '--timeout=30s']);
}

export interface RunningOptions {
  readonly plane: ControlPlane;
  readonly client: KubeClient;
  /** Of the release. */
  readonly namespace: string;
  readonly hosts: readonly string[];
  /** For logs and simulated hosts. */
  readonly dir: string;
}

export class Running {
  readonly operatorLog: string;
  operatorPort = 0;
  private bundles: Readonly<Record<'operator' | 'agent', string>> = { operator: '', agent: '' };
  private operators = 0;
  private sims: SimHosts | undefined;
  private readonly programs = new Map<string, ReturnType<typeof makeProgram>>();

  constructor(private readonly options: RunningOptions) {
    this.operatorLog = path.join(options.dir, 'operator-1.log');
  }

  host(name: string): SimHost {
    if (this.sims === undefined) throw new Error('no hosts yet');
    return this.sims.host(name);
  }

  async start(): Promise<void> {
    const { plane, client, hosts, dir } = this.options;
    this.bundles = await bundlePrograms(path.join(dir, 'programs'));
    this.sims = await startSimHosts({ dir: path.join(dir, 'hosts'), hosts: hosts.map((name) => ({ name })) });
    await this.startOperator();
    const manifests = hosts.map((name) => hostManifest(name));
    await applyFleet(plane, manifests);
    for (const name of hosts) await this.startAgent(name);
    for (const name of hosts) {
      const isReady = async (): Promise<boolean> => (await client.get(XENHOSTS, { name })).status?.phase === 'Ready';
      await until(`${name} to be Ready`, isReady);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.programs.values()].map((program) => program.stop()));
    await this.sims?.stop();
  }

  /** As a Deployment does it: the new process is there before the old one goes. */
  async replaceOperator(): Promise<void> {
    const old = this.operatorName();
    await this.startOperator();
    await this.programs.get(old)?.stop();
  }

  private readonly operatorName = (): string => `operator-${this.operators}`;

  /** With the arguments and the account that the Deployment has, as it stands in the cluster. */
  private async startOperator(): Promise<void> {
    const { plane, namespace } = this.options;
    const deployment = await plane.kubectl(['get', 'deploy', OPERATOR, '-n', namespace, '-o', 'json']);
    const { containers, serviceAccountName } = (JSON.parse(deployment) as Manifest)['spec'].template.spec;
    const args = (containers[0].args as string[]).filter((arg) => !arg.startsWith('--listen'));
    const token = await plane.tokenFor(namespace, serviceAccountName as string);
    const kubeconfig = await plane.writeKubeconfig({ name: 'operator', token });
    this.operatorPort = await freePort();
    this.operators++;
    const env = { POD_NAME: this.operatorName(), POD_NAMESPACE: namespace };
    const listen = `--listen=127.0.0.1:${this.operatorPort}`;
    const all = [this.bundles.operator, ...args, listen, '--kubeconfig', kubeconfig];
    this.run(this.operatorName(), all, env);
  }

  async stopAgent(name: string): Promise<void> {
    await this.programs.get(`agent-${name}`)?.stop();
  }

  async startAgent(name: string): Promise<void> {
    const { plane } = this.options;
    const namespace = hostNamespace(name);
    const token = await until(`the account of ${name}`, () => plane.tokenFor(namespace, AGENT_SERVICE_ACCOUNT));
    const kubeconfig = await plane.writeKubeconfig({ name: `agent-${name}`, token });
    const { root, env } = this.host(name);
    const flags = ['--host', name, '--kubeconfig', kubeconfig, '--mode', 'local', '--host-root', root];
    this.run(`agent-${name}`, [this.bundles.agent, ...flags, '--path', env.PATH]);
  }

  private run(name: string, args: string[], more: NodeJS.ProcessEnv = {}): void {
    const { dir } = this.options;
    const env = { ...process.env, NODE_OPTIONS: '', ...more };
    const files = { logFile: path.join(dir, `${name}.log`), pidFile: path.join(dir, `${name}.pid`) };
    const program = makeProgram({ name, command: process.execPath, args, cwd: dir, env, supervise: false, ...files });
    this.programs.set(name, program);
    program.start();
  }
}
