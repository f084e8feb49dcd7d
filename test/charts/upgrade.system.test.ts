/** Upgrade and rollback between two versions of the chart, with guests running: none notices. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KubeClient } from '../../common/kube/client';
import { XENVMS } from '../../common/kube/resources';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/types';
import { adminClient } from '../playground/access';
import { RUNBOOKS } from './alerts';
import { OPERATOR } from './expected';
import { CHART, startHelm } from './helm';
import type { Helm } from './helm';
import { execute } from './promtool';
import { Running, until } from './running';

const NAMESPACE = 'fleet';
/** What stands in the runbooks for names of whoever reads them, in this fleet. */
const NAMES: Readonly<Record<string, string>> = {
  NAMESPACE: 'acme',
  NAME: 'linux-pvh',
  HOST: 'host-1',
  POOL: 'default',
  RESOURCE: 'xenvms',
  'xen-fleet-system': NAMESPACE,
};
const HOST = 'host-1';
const VMS = path.join(__dirname, '../../examples/vps');

/** Without what needs pods, and without what they are piped into, which may find nothing. */
function runbookCommands(): string[] {
  const text = readdirSync(RUNBOOKS).map((file) => readFileSync(path.join(RUNBOOKS, file), 'utf8'));
  const all = text.join('\n').match(/^ {4}kubectl (get|describe|auth) .*/gm) ?? [];
  const ours = all.filter((command) => !/describe pods|app.kubernetes/.test(command));
  const names = new RegExp(`\\b(${Object.keys(NAMES).join('|')})\\b`, 'g');
  return ours.map((command) => command.replace(/ \| .*/, '').replace(names, (name) => NAMES[name] ?? name));
}

describe('chart, upgraded and rolled back under guests', function () {
  this.timeout(300_000);

  let plane: ControlPlane;
  let helm: Helm;
  let client: KubeClient;
  let dir: string;
  let running: Running;
  let grace = 61;

  before(async function () {
    this.timeout(900_000); // the first time, the control plane and helm are built
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-upgrade-'));
    helm = await startHelm();
    plane = await startControlPlane();
    client = adminClient(plane);
    running = new Running({ plane, client, namespace: NAMESPACE, hosts: [HOST], dir });
    await release('install', await packed('0.1.0'), '--create-namespace');
    await running.start();
    await plane.kubectl(['apply', '-f', VMS]);
    await until('three VMs to run', async () => (await phases()).filter((phase) => phase === 'Running').length === 3);
  });
  after(async () => {
    await running?.stop();
    client?.transport.close();
    await plane?.stop();
    helm?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  async function packed(version: string): Promise<string> {
    const { code, stderr } = await helm.run(['package', CHART, '--version', version, '--destination', dir]);
    assert.equal(code, 0, stderr);
    return path.join(dir, `xen-fleet-${version}.tgz`);
  }

  async function release(verb: string, ...args: string[]): Promise<void> {
    const all = [verb, 'xen-fleet', ...args, '--namespace', NAMESPACE];
    const { code, stderr } = await helm.run(all, { kubeconfig: plane.kubeconfigPath });
    assert.equal(code, 0, stderr);
  }

  const phases = async (): Promise<unknown[]> => {
    const { items } = await client.list(XENVMS, { namespace: 'acme' });
    return items.map(({ status }) => status?.phase);
  };

  /** What would change if a guest were started anew, or placed anew. */
  const lives = async (): Promise<unknown> => {
    const { items } = await client.list(XENVMS, { namespace: 'acme' });
    const { stdout } = await running.host(HOST).run('xl', 'list');
    const domains = stdout
      .split('\n')
      .flatMap((line) => /^(acme\.\S+)\s+(\d+)/.exec(line)?.slice(1, 3).join(' ') ?? []);
    const vms = items.map(({ metadata, status }) => [
      metadata.name,
      metadata.uid,
      status?.placement,
      status?.lastTermination,
    ]);
    return { domains: domains.sort(), vms };
  };

  /** The operator runs as the Deployment now says, and works. */
  async function rolledOut(args: RegExp): Promise<void> {
    const deployment = await plane.kubectl(['get', 'deploy', OPERATOR, '-n', NAMESPACE, '-o', 'json']);
    assert.match(deployment, args);
    await running.replaceOperator();
    const patch = JSON.stringify({
      metadata: { annotations: { seen: String(Date.now()) } },
      spec: { shutdown: { gracePeriodSeconds: grace++ } },
    });
    await plane.kubectl(['patch', 'xvm', '-n', 'acme', 'linux-pvh', '--type=merge', '-p', patch]);
    await until('the edit to be seen', async () => {
      const { metadata, status } = await client.get(XENVMS, { namespace: 'acme', name: 'linux-pvh' });
      return status?.observedGeneration === metadata.generation;
    });
  }
  it('answers each kubectl command of the runbooks', async () => {
    const pool = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenPool', metadata: { name: 'default' }, spec: {} };
    await plane.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(pool) });
    const commands = runbookCommands();
    assert.ok(commands.length > 30);
    const searchPath = `${path.dirname(plane.assets.kubectl)}:${process.env['PATH']}`;
    const env = { ...process.env, ...plane.env, PATH: searchPath };
    for (const command of commands) {
      const { code, text } = await execute('sh', ['-c', command], { env });
      assert.equal(code, 0, `${command}\n${text}`);
    }
  });

  it('leaves every guest as it is', async () => {
    const before = await lives();
    assert.equal((before as { domains: unknown[] }).domains.length, 3);
    await release('upgrade', await packed('0.2.0+4f53cda18c2b'), '--set', 'replicas=2,operator.workers=5');
    await rolledOut(/--workers=5/);
    assert.deepEqual(await lives(), before);
    await release('rollback', '1');
    await rolledOut(/--workers=16/);
    assert.deepEqual(await lives(), before);
  });
});
