import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureAssets } from './assets';
import { isRunning, startControlPlane } from './control-plane';
import type { ControlPlane } from './control-plane';

async function eventually(what: string, withinMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const startedMs = performance.now(); !(await holds()); await sleep(50)) {
    if (performance.now() - startedMs > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
  }
}

const pidsOf = (plane: ControlPlane): number[] => Object.values(plane.pids());

describe('a real control plane', () => {
  let plane: ControlPlane;

  before(async function () {
    this.timeout(1_800_000); // the first run on a machine builds
    await ensureAssets();
    plane = await startControlPlane({ audit: true });
  });
  after(() => plane?.stop());

  it('answers kubectl with the pinned version on both sides', async () => {
    const version = JSON.parse(await plane.kubectl(['version', '-o', 'json']));
    equal(version.serverVersion.gitVersion, 'v1.35.4');
    equal(version.clientVersion.gitVersion, 'v1.35.4');
  });

  it('takes manifests on stdin, and says what kubectl said when it fails', async () => {
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from-stdin' } });
    match(await plane.kubectl(['apply', '-f', '-'], { stdin: manifest }), /configmap\/from-stdin created/);
    await rejects(plane.kubectl(['get', 'configmap', 'nobody']), /exit code 1\n.*NotFound/);
    equal((await plane.tryKubectl(['get', 'configmap', 'nobody'])).code, 1);
  });

  it('ends a namespace with all that is in it', async () => {
    await plane.kubectl(['create', 'namespace', 'short-lived']);
    await plane.kubectl(['create', 'configmap', 'inside', '-n', 'short-lived']);
    await plane.kubectl(['delete', 'namespace', 'short-lived', '--timeout=30s']);
    equal((await plane.tryKubectl(['get', 'namespace', 'short-lived'])).code, 1);
  });

  it('collects what a deleted owner leaves behind', async () => {
    await plane.kubectl(['create', 'configmap', 'owner']);
    const uid = await plane.kubectl(['get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}']);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const owned = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', ownerReferences } };
    await plane.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(owned) });
    await plane.kubectl(['delete', 'configmap', 'owner']);
    await plane.kubectl(['wait', '--for=delete', 'configmap/owned', '--timeout=30s']);
  });

  it('lets a service account do what RBAC gives it, and nothing else', async () => {
    await plane.kubectl(['create', 'serviceaccount', 'nobody-special']);
    const token = await plane.tokenFor('default', 'nobody-special');
    const kubeconfig = await plane.writeKubeconfig({ name: 'nobody-special', token });
    const as = { kubeconfig };
    match(await plane.kubectl(['auth', 'whoami'], as), /system:serviceaccount:default:nobody-special/);
    match((await plane.tryKubectl(['get', 'configmaps'], as)).stderr, /Forbidden/);
    await plane.kubectl([
      'create',
      'rolebinding',
      'see',
      '--clusterrole=view',
      '--serviceaccount=default:nobody-special',
    ]);
    await eventually('the role reaches the authorizer', 10_000, async () => {
      return (await plane.tryKubectl(['get', 'configmaps'], as)).code === 0;
    });
    match((await plane.tryKubectl(['get', 'configmaps', '-n', 'kube-system'], as)).stderr, /Forbidden/);
    match((await plane.tryKubectl(['create', 'configmap', 'refused'], as)).stderr, /forbidden/);
  });

  it('counts writes', async () => {
    await plane.kubectl(['create', 'configmap', 'counted']);
    await plane.kubectl(['label', 'configmap', 'counted', 'a=b']);
    const seen = (await plane.auditEvents()).filter(({ objectRef }) => objectRef?.name === 'counted');
    deepEqual(
      seen.map(({ verb }) => verb).filter((verb) => verb !== 'get'),
      ['create', 'patch'],
    );
    equal(seen[0]?.user.username, 'admin');
  });

  it('comes back on the same address with the same data when the API server is killed', async () => {
    await plane.kubectl(['create', 'configmap', 'survivor']);
    const before = plane.apiserverPid();
    await plane.stopApiserver({ signal: 'SIGKILL' });
    equal(plane.apiserverPid(), undefined);
    match((await plane.tryKubectl(['get', 'configmap', 'survivor'])).stderr, /refused/);
    await plane.startApiserver();
    notEqual(plane.apiserverPid(), before);
    await plane.kubectl(['get', 'configmap', 'survivor']);
  });
});

describe('several control planes', () => {
  it('run at once and know nothing of each other', async () => {
    const planes = await Promise.all([startControlPlane(), startControlPlane()]);
    const [one, other] = planes;
    try {
      notEqual(one.server, other.server);
      await one.kubectl(['create', 'configmap', 'mine']);
      equal((await other.tryKubectl(['get', 'configmap', 'mine'])).code, 1);
      const strangerToken = await one.kubectl(['get', 'configmaps', '--server', other.server]).catch(String);
      match(strangerToken, /x509|certificate/);
    } finally {
      await Promise.all(planes.map((plane) => plane.stop()));
    }
    deepEqual([...pidsOf(one), ...pidsOf(other)], []);
    ok(!existsSync(one.dir) && !existsSync(other.dir));
  });

  it('keep data, address and tokens in a folder of the user', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'xen-fleet-kept-'));
    try {
      const first = await startControlPlane({ dataDir });
      await first.kubectl(['create', 'configmap', 'kept']).finally(() => first.stop());
      const second = await startControlPlane({ dataDir });
      try {
        await second.kubectl(['get', 'configmap', 'kept']);
        await rejects(startControlPlane({ dataDir }), /is in use/);
        await second.kubectl(['get', 'configmap', 'kept']);
      } finally {
        await second.stop();
      }
      deepEqual([second.server, second.adminToken], [first.server, first.adminToken]);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

describe('the end of the process that started it', () => {
  type Started = { pids: Record<string, number>; dir: string };

  async function startElsewhere(): Promise<{ parent: ChildProcess; pids: number[]; dir: string }> {
    const argv = ['-r', 'ts-node/register', join(__dirname, 'main.ts'), 'run'];
    const parent = spawn(process.execPath, argv, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    parent.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await eventually('it has started', 60_000, () => said.includes('\n'));
    const { pids, dir } = JSON.parse(said) as Started;
    equal(Object.keys(pids).length, 3);
    ok(Object.values(pids).every(isRunning));
    return { parent, pids: Object.values(pids), dir };
  }

  async function leavesNothing(pids: number[], dir: string): Promise<void> {
    await eventually('every process is gone', 5000, () => !pids.some(isRunning));
    await eventually('the data is gone', 5000, () => !existsSync(dir));
  }

  it('by SIGKILL leaves no process and no data', async () => {
    const { parent, pids, dir } = await startElsewhere();
    parent.kill('SIGKILL');
    await leavesNothing(pids, dir);
  });

  it('by Ctrl-C, which its whole process group hears, leaves no process and no data', async () => {
    const { parent, pids, dir } = await startElsewhere();
    process.kill(-(parent.pid ?? 0), 'SIGINT');
    await leavesNothing(pids, dir);
    await eventually('the parent has ended', 5000, () => parent.exitCode === 0);
  });
});
