/** The chart on a real API server, installed by the real helm; then the operator and an agent work with the rights it grants, and no other. */
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
import { bundlePrograms } from '../playground/bundle';
import { applyFleet, hostManifest } from '../playground/cluster';
import { makeProgram } from '../playground/program';
import { startSimHosts } from '../sim';
import type { SimHosts } from '../sim';
import { CHART, startHelm } from './helm';
import type { Helm, HelmResult, Manifest } from './helm';
import { Rights } from './rights';

const NAMESPACE = 'fleet';
const OPERATOR = 'xen-fleet-operator';
const USER = `system:serviceaccount:${NAMESPACE}:${OPERATOR}`;
const HOSTS = ['host-1', 'host-2'];
const OURS = ['xenvms', 'xenvmclasses', 'xenhosts', 'xenagents', 'xendomains', 'xennetworks', 'xenstoragepools'];

/** The operator's rights, said a second time and in other words than in the chart. */
const OPERATOR_RIGHTS = [
  ...OURS.flatMap((kind) => ['get', 'list', 'watch'].map((verb) => `${verb} ${kind}.xenfleet.io`)),
  ...['xenvms', 'xenhosts', 'xenvms/status', 'xenhosts/status'].flatMap((kind) =>
    ['patch', 'update'].map((verb) => `${verb} ${kind}.xenfleet.io`),
  ),
  ...['create', 'update', 'patch', 'delete'].map((verb) => `${verb} xendomains.xenfleet.io`),
  ...['create', 'update', 'patch'].map((verb) => `${verb} xenagents.xenfleet.io`),
  ...['get', 'list', 'watch', 'create', 'delete'].map((verb) => `${verb} namespaces`),
  'create serviceaccounts',
  'create rolebindings.rbac.authorization.k8s.io',
  'bind clusterroles.rbac.authorization.k8s.io=xen-fleet-agent',
  ...['list', 'watch', 'create'].map((verb) => `${verb} leases.coordination.k8s.io`),
  'create events',
].sort();
const LEADER_RIGHTS = ['get', 'patch', 'update'].map((verb) => `${verb} leases.coordination.k8s.io=${OPERATOR}`);

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const KINDS = [
  ...OURS.flatMap((kind) => [`${kind}.xenfleet.io`, `${kind}/status.xenfleet.io`]),
  ...['secrets', 'configmaps', 'pods', 'pods/exec', 'serviceaccounts', 'serviceaccounts/token', 'events'],
  ...['leases.coordination.k8s.io', 'roles.rbac.authorization.k8s.io', 'rolebindings.rbac.authorization.k8s.io'],
];
const CLUSTER_KINDS = [
  ...['xenhosts.xenfleet.io', 'xenhosts/status.xenfleet.io', 'xenvmclasses.xenfleet.io', 'xennetworks.xenfleet.io'],
  ...['xenstoragepools.xenfleet.io', 'namespaces', 'nodes', 'persistentvolumes'],
  ...['clusterroles.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io'],
  'customresourcedefinitions.apiextensions.k8s.io',
];

async function until<T>(what: string, look: () => Promise<T | undefined | false>, deadlineMs = 60_000): Promise<T> {
  let last: unknown;
  for (const end = performance.now() + deadlineMs; performance.now() < end;) {
    const found = await look().catch((error: unknown) => void (last = error));
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}${last === undefined ? '' : `: ${String(last)}`}`);
}

describe('chart on a real API server', function () {
  this.timeout(120_000);

  let plane: ControlPlane;
  let helm: Helm;
  let client: KubeClient;
  let dir: string;
  let sims: SimHosts | undefined;
  const programs: ReturnType<typeof makeProgram>[] = [];

  const install = (verb: string, release: string, ...more: string[]): Promise<HelmResult> =>
    helm.run([verb, release, CHART, '--namespace', NAMESPACE, ...more], { kubeconfig: plane.kubeconfigPath });

  before(async function () {
    this.timeout(900_000); // the first time, the control plane and helm are built
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-chart-'));
    helm = await startHelm();
    plane = await startControlPlane({ audit: true });
    client = adminClient(plane);
  });

  after(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await sims?.stop();
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
      assert.deepEqual(await rights.list(NAMESPACE), [...OPERATOR_RIGHTS, ...LEADER_RIGHTS].sort());
    } finally {
      rights.stop();
    }
  });

  describe('with the operator running on these rights', () => {
    let operatorLog: string;

    before(async () => {
      const bundles = await bundlePrograms(path.join(dir, 'programs'));
      sims = await startSimHosts({ dir: path.join(dir, 'hosts'), hosts: HOSTS.map((name) => ({ name })) });
      const start = (name: string, args: string[], env: NodeJS.ProcessEnv = {}): string => {
        const logFile = path.join(dir, `${name}.log`);
        const files = { logFile, pidFile: path.join(dir, `${name}.pid`) };
        const both = { ...process.env, NODE_OPTIONS: '', ...env };
        const program = makeProgram({
          name,
          command: process.execPath,
          args,
          cwd: dir,
          env: both,
          supervise: false,
          ...files,
        });
        programs.push(program);
        program.start();
        return logFile;
      };

      // The Deployment as it stands in the cluster says how the operator is started; no kubelet is here to do it.
      const deployment = JSON.parse(
        await plane.kubectl(['get', 'deploy', OPERATOR, '-n', NAMESPACE, '-o', 'json']),
      ) as Manifest;
      const { containers, serviceAccountName } = deployment['spec'].template.spec;
      const args = (containers[0].args as string[]).filter((arg) => !arg.startsWith('--listen'));
      const token = await plane.tokenFor(NAMESPACE, serviceAccountName as string);
      const kubeconfig = await plane.writeKubeconfig({ name: 'operator', token });
      const env = { POD_NAME: 'operator-0', POD_NAMESPACE: NAMESPACE };
      operatorLog = start(
        'operator',
        [bundles.operator, ...args, '--listen=127.0.0.1:0', '--kubeconfig', kubeconfig],
        env,
      );

      await applyFleet(
        plane,
        HOSTS.map((name) => hostManifest(name)),
      );
      for (const name of HOSTS) {
        const token = await until(`the account of ${name}`, () => plane.tokenFor(hostNamespace(name), 'agent'));
        const agentConfig = await plane.writeKubeconfig({ name: `agent-${name}`, token });
        const host = sims.host(name);
        const flags = ['--host', name, '--kubeconfig', agentConfig, '--mode', 'local', '--host-root', host.root];
        start(`agent-${name}`, [bundles.agent, ...flags, '--path', host.env.PATH]);
      }
      for (const name of HOSTS) {
        await until(
          `${name} to be Ready`,
          async () => (await client.get(XENHOSTS, { name })).status?.phase === 'Ready',
        );
      }
    });

    it('runs a VM', async () => {
      await plane.kubectl(['apply', '-f', path.join(__dirname, '../../examples/vps')]);
      const ref = { namespace: 'acme', name: 'linux-pvh' };
      const running = await until('the VM to run', async () => {
        const vm = await client.get(XENVMS, ref);
        return vm.status?.phase === 'Running' && vm;
      });
      const { stdout } = await (sims as SimHosts).host(running.status?.placement?.host ?? '').run('xl', 'list');
      assert.match(stdout, /acme\.linux-pvh/);
    });

    it('repairs what somebody took away from an agent, and lets a VM and a host go', async () => {
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
        operatorLog,
      );
    });

    it('has no right that it does not use, but for a few said here', async () => {
      const used = new Set((await plane.auditEvents()).filter(({ user }) => user.username === USER).map(rightOf));
      const unused = OPERATOR_RIGHTS.filter((right) => !used.has(right) && !right.startsWith('bind '));
      const allowed = [
        // A person who debugs with this token, and kubectl, get what they may list.
        ...OURS.map((kind) => `get ${kind}.xenfleet.io`),
        // Of patch and update on one resource it is free to choose.
        ...['xenvms', 'xenhosts', 'xenvms/status', 'xenhosts/status'].map((kind) => `update ${kind}.xenfleet.io`),
        'patch xenagents.xenfleet.io',
        'update xendomains.xenfleet.io',
      ];
      assert.deepEqual(
        unused.filter((right) => !allowed.includes(right)),
        [],
      );
    });

    it("keeps an agent's token inside the namespace of its host", async () => {
      await plane.kubectl(['create', 'namespace', 'tenant']);
      const own = hostNamespace('host-1');
      const rights = new Rights(plane, await plane.tokenFor(own, 'agent'));
      try {
        for (const namespace of [NAMESPACE, 'default', 'kube-system', 'tenant', hostNamespace('host-9')]) {
          assert.deepEqual(await rights.among(VERBS, KINDS, { namespace }), [], namespace);
        }
        assert.deepEqual(await rights.among(VERBS, [...CLUSTER_KINDS, ...KINDS], {}), [], 'cluster-wide');
        assert.deepEqual(await rights.among(VERBS, KINDS, { namespace: own, name: 'x' }), [
          'create events',
          'get xenagents.xenfleet.io',
          'get xendomains.xenfleet.io',
          'list xenagents.xenfleet.io',
          'list xendomains.xenfleet.io',
          'patch xenagents/status.xenfleet.io',
          'patch xendomains/status.xenfleet.io',
          'update xenagents/status.xenfleet.io',
          'update xendomains/status.xenfleet.io',
          'watch xenagents.xenfleet.io',
          'watch xendomains.xenfleet.io',
        ]);
        assert.deepEqual(await rights.among(VERBS, ['leases.coordination.k8s.io'], { namespace: own, name: 'agent' }), [
          'get leases.coordination.k8s.io',
          'patch leases.coordination.k8s.io',
          'update leases.coordination.k8s.io',
        ]);
      } finally {
        rights.stop();
      }
    });

    it('leaves CRDs, objects and guests when it is uninstalled', async () => {
      await plane.kubectl(['apply', '-f', path.join(__dirname, '../../examples/vps')]);
      const ref = { namespace: 'acme', name: 'linux-pv' };
      await until('the VM to run', async () => (await client.get(XENVMS, ref)).status?.phase === 'Running');
      const args = ['uninstall', 'xen-fleet', '--namespace', NAMESPACE];
      const { code, stderr } = await helm.run(args, { kubeconfig: plane.kubeconfigPath });
      assert.equal(code, 0, stderr);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      assert.match((await (sims as SimHosts).host('host-1').run('xl', 'list')).stdout, /acme\.linux-pv /);
      assert.equal((await client.get(XENVMS, ref)).metadata.deletionTimestamp, undefined);
    });

    it('takes its CRDs over when it is installed again', async () => {
      const { code, stderr } = await install('install', 'xen-fleet');
      assert.equal(code, 0, stderr);
    });
  });
});

function isForbidden({ user, responseStatus }: AuditEvent): boolean {
  return responseStatus?.code === 403 && /^system:serviceaccount:(fleet|xenhost-)/.test(user.username);
}

function rightOf({ verb, objectRef }: AuditEvent): string {
  const { resource = '', subresource, apiGroup } = objectRef ?? {};
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${apiGroup === undefined ? '' : `.${apiGroup}`}`;
}
