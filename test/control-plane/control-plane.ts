// Starts a real etcd, kube-apiserver and kube-controller-manager on loopback, and ends them however
// this process ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureAssets } from './assets';
import { apiserverArgs, controllerManagerArgs, etcdArgs, layout } from './components';
import type { Layout } from './components';
import { freePort, kubeconfigText, prepareFolder, readIfThere, refuseIfInUse, writePrivate } from './files';
import type { Identity } from './files';
import { runKubectl } from './kubectl';
import { startLeashed } from './leash';
import type { Leashed } from './leash';
import { until } from './ready';
import type { Assets, AuditEvent, ControlPlane, ControlPlaneOptions } from './types';

export { isRunning } from './leash';
export type * from './types';

const portAttempts = 3;

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const assets = await ensureAssets(options.progress ? { progress: options.progress } : {});
  const kept = options.dataDir !== undefined;
  const dir = kept ? resolve(options.dataDir ?? '') : mkdtempSync(join(tmpdir(), 'xen-fleet-cp-'));
  const at = layout(dir);
  await refuseIfInUse(at);
  const processes = new Processes({ at, assets, identity: prepareFolder(at), kept, options });
  try {
    await processes.start();
  } catch (error) {
    await processes.stop();
    throw error;
  }
  return facade(processes);
}

type Setup = { at: Layout; assets: Assets; identity: Identity; kept: boolean; options: ControlPlaneOptions };
type EndSignal = { signal?: 'SIGTERM' | 'SIGKILL' };

class Processes {
  etcd: Leashed | undefined;
  apiserver: Leashed | undefined;
  controllerManager: Leashed | undefined;
  port = 0;

  constructor(readonly setup: Setup) {}

  get server(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { at, assets } = this.setup;
    this.etcd = this.run('etcd', assets.etcd, etcdArgs(at));
    writeFileSync(at.etcdPid, String(this.etcd.pid));
    await this.startApiserverOnSomePort();
    const args = controllerManagerArgs(at);
    this.controllerManager = this.run('kube-controller-manager', assets.kubeControllerManager, args);
    const sign = '/api/v1/namespaces/default/serviceaccounts/default'; // the controllers work: they made this
    await this.until(sign, this.controllerManager);
  }

  async startApiserver(): Promise<void> {
    const { at, assets, options } = this.setup;
    const flags = { audit: options.audit ?? false, extra: options.apiserverArgs ?? [] };
    this.apiserver = this.run('kube-apiserver', assets.kubeApiserver, apiserverArgs(at, this.port, flags));
    await this.until('/readyz', this.apiserver);
  }

  async stop(): Promise<void> {
    const { at, kept } = this.setup;
    const how = kept ? {} : ({ signal: 'SIGKILL' } as const); // nothing of a temp folder is worth waiting for
    await Promise.all([this.controllerManager?.end({ signal: 'SIGKILL' }), this.apiserver?.end(how)]);
    await this.etcd?.end(how);
    if (!kept) rmSync(at.dir, { recursive: true, force: true });
  }

  /** A kept folder keeps its port while it is free. */
  private async startApiserverOnSomePort(): Promise<void> {
    const { at, identity } = this.setup;
    for (let attempt = 1; ; attempt++) {
      const remembered = attempt === 1 ? Number(readIfThere(at.port)) : 0;
      this.port = remembered || (await freePort());
      writeFileSync(at.port, String(this.port));
      const { server } = this;
      writePrivate(at.kubeconfig, kubeconfigText({ server, caPem: identity.caPem, user: identity.admin }));
      const controllers = { server, caPem: identity.caPem, user: identity.controllerManager };
      writePrivate(at.controllerManagerKubeconfig, kubeconfigText(controllers));
      try {
        return await this.startApiserver();
      } catch (error) {
        if (attempt === portAttempts || !String(error).includes('address already in use')) throw error;
      }
    }
  }

  private run(name: string, command: string, args: string[]): Leashed {
    const { at, kept } = this.setup;
    const removal = kept ? {} : { removeWhenOrphaned: at.dir };
    return startLeashed({ command, args, cwd: at.dir, logFile: join(at.log, `${name}.log`), ...removal });
  }

  private until(path: string, answering: Leashed): Promise<void> {
    const { caPem, adminToken } = this.setup.identity;
    const others = [this.apiserver, this.etcd].filter((process) => process !== undefined);
    return until({ of: { url: `${this.server}${path}`, caPem, token: adminToken }, needed: [answering, ...others] });
  }
}

/** What callers see: functions that can be passed around, without the insides. */
function facade(processes: Processes): ControlPlane {
  const { at, assets, identity } = processes.setup;
  // kubectl and helm cache the kinds of a server by its address: those of another run must not be
  // believed for hours.
  const env = { KUBECONFIG: at.kubeconfig, KUBECACHEDIR: at.kubectlCache };
  const setup = { kubectl: assets.kubectl, env };
  const { server, port } = processes;

  const tryKubectl: ControlPlane['tryKubectl'] = (args, options) => runKubectl(setup, args, options);
  const kubectl: ControlPlane['kubectl'] = async (args, options) => {
    const { code, stdout, stderr } = await tryKubectl(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit code ${code}\n${stderr.trimEnd()}`);
    return stdout;
  };
  const stopApiserver = async ({ signal = 'SIGTERM' }: EndSignal = {}): Promise<void> =>
    processes.apiserver?.end({ signal, graceMs: 3000 });

  return {
    server,
    port,
    caPem: identity.caPem,
    admin: identity.admin,
    adminToken: identity.adminToken,
    kubeconfigPath: at.kubeconfig,
    dir: at.dir,
    logDir: at.log,
    assets,
    env,
    kubectl,
    tryKubectl,
    async tokenFor(namespace, serviceAccount, { durationSeconds = 3600 } = {}) {
      const args = ['create', 'token', serviceAccount, '-n', namespace, `--duration=${durationSeconds}s`];
      return (await kubectl(args)).trim();
    },
    writeKubeconfig({ name, token, namespace, server: through = server }) {
      const path = join(at.dir, `kubeconfig-${name}`);
      const text = { server: through, caPem: identity.caPem, user: { token } };
      writePrivate(path, kubeconfigText(namespace === undefined ? text : { ...text, namespace }));
      return Promise.resolve(path);
    },
    auditEvents: () => Promise.resolve(parseAuditLog(readIfThere(at.auditLog))),
    apiserverPid: () => alive(processes.apiserver),
    pids: () => pidsOf(processes),
    signalApiserver: (signal) => processes.apiserver?.signal(signal),
    stopApiserver,
    startApiserver: () => processes.startApiserver(),
    async restartApiserver(options) {
      await stopApiserver(options);
      await processes.startApiserver();
    },
    stop: () => processes.stop(),
  };
}

const alive = (process: Leashed | undefined): number | undefined =>
  process !== undefined && process.ended() === undefined ? process.pid : undefined;

function pidsOf({ etcd, apiserver, controllerManager }: Processes): ReturnType<ControlPlane['pids']> {
  const pids = { etcd: alive(etcd), apiserver: alive(apiserver), controllerManager: alive(controllerManager) };
  return Object.fromEntries(Object.entries(pids).filter(([, pid]) => pid !== undefined));
}

/** The last line may still be half written. */
function parseAuditLog(text: string): AuditEvent[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditEvent);
}
