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
import type { AuditEvent, ControlPlane } from '../control-plane/types';
import { adminClient } from '../playground/access';
import { queriesOf, readDashboard } from './dashboard';
import { KINDS, MAY_BE_EMPTY, OPERATOR, OPERATOR_RIGHTS } from './expected';
import { CHART, startHelm } from './helm';
import type { Helm, HelmResult } from './helm';
import { findPrometheus, startPrometheus } from './promtool';
import { Rights } from './rights';
import { Running, until } from './running';

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

    it('runs a VM', async () => {
      await plane.kubectl(['apply', '-f', path.join(__dirname, '../../examples/vps')]);
      const ref = { namespace: 'acme', name: 'linux-pvh' };
      const vm = await until('the VM to run', async () => {
        const now = await client.get(XENVMS, ref);
        return now.status?.phase === 'Running' && now;
      });
      const { stdout } = await running.host(vm.status?.placement?.host ?? '').run('xl', 'list');
      assert.match(stdout, /acme\.linux-pvh/);
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
      const prometheus = await startPrometheus(found.prometheus, path.join(dir, 'prometheus'), running.operatorPort);
      try {
        await until('three scrapes', async () => (await prometheus.count('count_over_time(up[1m]) >= 3')) === 1);
        const empty: string[] = [];
        for (const { panel, expr } of queriesOf(readDashboard())) {
          if ((await prometheus.count(expr)) === 0) empty.push(panel);
        }
        assert.deepEqual(
          empty,
          MAY_BE_EMPTY.filter((panel) => empty.includes(panel)),
        );
      } finally {
        await prometheus.stop();
      }
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
  });
});

function isForbidden({ user, responseStatus }: AuditEvent): boolean {
  // The second host is gone by then, and its agent's rights with it.
  return responseStatus?.code === 403 && /^system:serviceaccount:(fleet|xenhost-host-1):/.test(user.username);
}

/** The right that allows a request: to all objects of the kind, or to this one by its name. */
function rightsOf({ verb, objectRef }: AuditEvent): string[] {
  const { resource = '', subresource, apiGroup, name = '' } = objectRef ?? {};
  const right = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${apiGroup === undefined ? '' : `.${apiGroup}`}`;
  return [right, `${right}=${name}`];
}
