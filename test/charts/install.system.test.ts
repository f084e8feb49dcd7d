/**
 * The chart on a real API server, installed by the real helm; then the operator and an agent work
 * with the rights it grants, and no other.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isKubeError } from '../../common/kube/errors';
import { XENHOSTS, XENVMS } from '../../common/kube/resources';
import type { KubeClient } from '../../common/kube/client';
import { hostNamespace } from '../../common/names';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/types';
import { adminClient } from '../playground/access';
import { alertFiles } from './alerts';
import { queriesOf, readDashboard } from './dashboard';
import { KINDS, MAY_BE_EMPTY, OPERATOR, OPERATOR_RIGHTS } from './expected';
import { CHART, startHelm } from './helm';
import type { Helm, HelmResult } from './helm';
import { runHelmTest } from './helm-test';
import { findPrometheus, startPrometheus } from './promtool';
import type { Prometheus } from './promtool';
import { Rights, isForbidden, rightsOf } from './rights';
import { Running, runOperation, until } from './running';

const NAMESPACE = 'fleet';
const USER = `system:serviceaccount:${NAMESPACE}:${OPERATOR}`;
const HOSTS = ['host-1', 'host-2'];

describe('chart on a real API server', function () {
  this.timeout(300_000);

  let plane: ControlPlane;
  let helm: Helm;
  let client: KubeClient;
  let dir: string;
  let running: Running;
  let prometheus: Prometheus | undefined;

  const install = (verb: string, release: string, ...more: string[]): Promise<HelmResult> =>
    helm.run([verb, release, CHART, '--namespace', NAMESPACE, ...more], { kubeconfig: plane.kubeconfigPath });

  before(async function () {
    this.timeout(900_000); // the first time, the control plane and helm are built
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-chart-'));
    helm = await startHelm();
    plane = await startControlPlane({ audit: true });
    client = adminClient(plane);
    running = new Running({ plane, client, namespace: NAMESPACE, hosts: HOSTS, dir });
  });

  after(async () => {
    await prometheus?.stop();
    await running?.stop();
    client?.transport.close();
    await plane?.stop();
    helm?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  it('installs', async () => {
    const { code, stdout, stderr } = await install('install', 'xen-fleet', '--create-namespace');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /STATUS: deployed/);
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    assert.match((await plane.tryKubectl(['get', 'xvm', '-A'])).stderr, /No resources found/);
  });

  it('upgrades in place', async () => {
    const { code, stderr } = await install('upgrade', 'xen-fleet', '--set', 'operator.workers=4');
    assert.equal(code, 0, stderr);
    const deployment = await plane.kubectl(['get', 'deploy', OPERATOR, '-n', NAMESPACE, '-o', 'json']);
    assert.match(deployment, /--workers=4/);
  });

  it('upgrades to a chart whose version has a digest, as Flux makes them of OCI charts', async () => {
    const version = '0.1.0+4f53cda18c2b';
    const packed = await helm.run(['package', CHART, '--version', version, '--destination', dir]);
    assert.equal(packed.code, 0, packed.stderr);
    const args = ['upgrade', 'xen-fleet', path.join(dir, `xen-fleet-${version}.tgz`), '--namespace', NAMESPACE];
    const { code, stderr } = await helm.run(args, { kubeconfig: plane.kubeconfigPath });
    assert.equal(code, 0, stderr);
    const shown = await plane.kubectl([
      'get',
      'deploy,crd',
      '-A',
      '-l',
      'helm.sh/chart=xen-fleet-0.1.0_4f53cda18c2b',
      '-o',
      'name',
    ]);
    assert.equal(shown.trim().split('\n').length, KINDS.length + 1);
  });

  it('refuses to be installed twice', async () => {
    const { code, stderr } = await install('install', 'another', '--namespace', 'elsewhere', '--create-namespace');
    assert.notEqual(code, 0);
    assert.match(stderr, /exists and cannot be imported into the current release/);
  });

  it('gives the operator exactly the rights that it needs', async () => {
    const rights = new Rights(plane, await plane.tokenFor(NAMESPACE, OPERATOR));
    try {
      assert.deepEqual(await rights.list('default'), OPERATOR_RIGHTS);
      assert.deepEqual(await rights.list(NAMESPACE), OPERATOR_RIGHTS);
    } finally {
      rights.stop();
    }
  });

  describe('with the operator running on these rights', () => {
    before(() => running.start());

    it('passes its own test', async () => {
      const manifests = await helm.render();
      await until('the operator to be ready', async () => {
        const { code, text } = await runHelmTest(manifests, `http://127.0.0.1:${running.operatorPort}`);
        return code === 0 && /^operator \S+ is ready/.test(text);
      });
    });

    it('runs a VM and an operation on it, and takes that away when its time is over', async () => {
      await plane.kubectl(['apply', '-f', path.join(__dirname, '../../examples/vps')]);
      const ref = { namespace: 'acme', name: 'linux-pvh' };
      const vm = await until('the VM to run', async () => {
        const now = await client.get(XENVMS, ref);
        return now.status?.phase === 'Running' && now;
      });
      assert.match((await running.host(vm.status?.placement?.host ?? '').run('xl', 'list')).stdout, /acme\.linux-pvh/);
      await runOperation(plane, ref.namespace, ref.name);
    });

    it('tells of a pool', async () => {
      await plane.kubectl(['apply', '-f', path.join(__dirname, '../../examples/pool/10-pool.yaml')]);
      await plane.kubectl(['wait', '--for=condition=Ready', 'xenpool/default', '--timeout=30s']);
      // The hosts that this test ends with could not lose one.
      await plane.kubectl(['delete', 'xp', 'default']);
    });

    it('tells a real Prometheus what the dashboard asks for', async function () {
      const found = await findPrometheus();
      if ('missing' in found) {
        process.stdout.write(`      skipped: ${found.missing}\n`);
        return this.skip();
      }
      prometheus = await startPrometheus(found.prometheus, path.join(dir, 'prometheus'), {
        targetPort: running.operatorPort,
        ruleFiles: alertFiles(),
      });
      const { count } = prometheus;
      await until('three scrapes', async () => (await count('count_over_time(up[1m]) >= 3')) === 1);
      const empty: string[] = [];
      for (const { panel, expr } of queriesOf(readDashboard())) {
        if ((await count(expr)) === 0) empty.push(panel);
      }
      assert.deepEqual(
        empty,
        MAY_BE_EMPTY.filter((panel) => empty.includes(panel)),
      );
    });

    it('alerts nobody while all is well, and of a host that falls silent, by its name', async function () {
      if (prometheus === undefined) return this.skip();
      const { count } = prometheus;
      const alerts = (matcher = ''): Promise<number> => count(`ALERTS{${matcher}}`);
      await until('all to be well', async () => (await alerts()) === 0);
      const [, second = ''] = HOSTS;
      await running.stopAgent(second);
      // It fires after two minutes more; promtool has seen that.
      await until('the alert', async () => (await alerts(`alertname="XenFleetHostSilent",host="${second}"`)) === 1);
      assert.equal(await alerts('alertname=~".*Host.*"'), 1);
      await running.startAgent(second);
      await until('the host to be heard', async () => (await alerts(`host="${second}"`)) === 0);
    });

    it('lets a VM and a host go', async () => {
      await plane.kubectl(['delete', 'xvm', '-n', 'acme', '--all', '--timeout=60s'], { timeoutMs: 90_000 });
      const [, second = ''] = HOSTS;
      await plane.kubectl(['delete', 'xh', second, '--wait=false']);
      await until('the host to be gone', async () => {
        const gone = await client
          .get(XENHOSTS, { name: second })
          .catch((error: unknown) => isKubeError(error, 'notFound'));
        return gone === true;
      });
      const { code } = await plane.tryKubectl(['get', 'namespace', hostNamespace(second)]);
      assert.notEqual(code, 0);
    });

    it('is told "forbidden" at nothing, and neither are the agents', async () => {
      const refused = (await plane.auditEvents()).filter(isForbidden);
      assert.deepEqual(
        refused.map(({ user, verb, requestURI }) => `${user.username} ${verb} ${requestURI}`),
        [],
        running.operatorLog,
      );
    });

    it('has no right that it does not use, but for a few said here', async () => {
      const used = new Set((await plane.auditEvents()).filter(({ user }) => user.username === USER).flatMap(rightsOf));
      const unused = OPERATOR_RIGHTS.filter((right) => !used.has(right) && !right.startsWith('bind '));
      const allowed = [
        // A person who debugs with this token, and kubectl, get what they may list.
        ...KINDS.map((kind) => `get ${kind}.xenfleet.io`),
        // The log tells of a watch when it ends, which is minutes later.
        ...OPERATOR_RIGHTS.filter((right) => right.startsWith('watch ')),
        // The roster changes with the set of hosts; a run this short may not see it.
        'update xenagents.xenfleet.io',
      ];
      assert.deepEqual(
        unused.filter((right) => !allowed.includes(right)),
        [],
      );
    });

    it('leaves CRDs, objects and guests when it is uninstalled', async () => {
      // One host is left, and it has no room for all of them.
      await plane.kubectl(['apply', '-f', path.join(__dirname, '../../examples/vps/40-linux-pv.yaml')]);
      const ref = { namespace: 'acme', name: 'linux-pv' };
      await until('the VM to run', async () => (await client.get(XENVMS, ref)).status?.phase === 'Running');
      const args = ['uninstall', 'xen-fleet', '--namespace', NAMESPACE];
      const { code, stderr } = await helm.run(args, { kubeconfig: plane.kubeconfigPath });
      assert.equal(code, 0, stderr);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      assert.match((await running.host('host-1').run('xl', 'list')).stdout, /acme\.linux-pv /);
      assert.equal((await client.get(XENVMS, ref)).metadata.deletionTimestamp, undefined);
    });

    it('takes its CRDs over when it is installed again', async () => {
      const { code, stderr } = await install('install', 'xen-fleet');
      assert.equal(code, 0, stderr);
    });

    it('takes them over under another name and namespace too, if told to', async () => {
      const gone = await helm.run(['uninstall', 'xen-fleet', '--namespace', NAMESPACE], {
        kubeconfig: plane.kubeconfigPath,
      });
      assert.equal(gone.code, 0, gone.stderr);
      const again = (...more: string[]): Promise<HelmResult> =>
        install('install', 'another', '--namespace', 'elsewhere', '--create-namespace', ...more);
      const refused = await again();
      assert.match(refused.stderr, /invalid ownership metadata/);
      const { code, stderr } = await again('--take-ownership');
      assert.equal(code, 0, stderr);
      assert.match(await plane.kubectl(['get', 'xvm', '-n', 'acme', 'linux-pv']), /Running/);
      assert.match((await running.host('host-1').run('xl', 'list')).stdout, /acme\.linux-pv /);
    });
  });
});
