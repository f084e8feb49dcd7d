/** The question "what if I apply this?", put to a real API server. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/types';

const API = { apiVersion: 'xenfleet.io/v1alpha1' };
const CRDS = join(__dirname, '../../crds');
const agentStatus = {
  memory: { totalMiB: 65536, freeMiB: 60000 },
  dom0: { memoryMiB: 4096, vcpus: 2 },
  cpus: 16,
  xen: { guestTypes: ['hvm'] },
};

describe('xenfleet simulate on a live cluster', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let folder = '';
  const apply = (object: object): Promise<string> =>
    plane.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(object) });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xenfleet-live-'));
    const bundle = { bundle: true, platform: 'node', outfile: join(folder, 'xenfleet.cjs') } as const;
    buildSync({ entryPoints: [join(__dirname, '../../cli/main.ts')], ...bundle });
    plane = await startControlPlane();
    const files = readdirSync(CRDS).filter((file) => file.endsWith('.yaml'));
    await plane.kubectl(['apply', '--server-side', ...files.flatMap((file) => ['-f', join(CRDS, file)])]);
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await plane.kubectl(['create', 'namespace', 'xenhost-h1']);
    await apply({ ...API, kind: 'XenHost', metadata: { name: 'h1' }, spec: {} });
    await apply({
      ...API,
      kind: 'XenAgent',
      metadata: { name: 'h1', namespace: 'xenhost-h1' },
      spec: { fleetID: 'f3c1c3a0-7c1b-4a52-9c39-0e8f2a6d1b77' },
    });
    const patch = JSON.stringify({ status: agentStatus });
    await plane.kubectl([
      'patch',
      'xagent',
      'h1',
      '-n',
      'xenhost-h1',
      '--subresource=status',
      '--type=merge',
      '-p',
      patch,
    ]);
  });
  after(async () => {
    await plane.stop();
    rmSync(folder, { recursive: true });
  });

  const size = (memory: string): object => ({ type: 'hvm', resources: { vcpus: 2, memory } });
  const vm = (name: string, memory: string): object => ({
    ...API,
    kind: 'XenVM',
    metadata: { name, namespace: 'default' },
    spec: size(memory),
  });
  interface Answer {
    readonly placed: readonly { readonly vm: string }[];
    readonly refused: readonly { readonly vm: string; readonly reason: string }[];
  }
  function simulate(...items: object[]): Answer {
    const file = join(folder, 'new.json');
    writeFileSync(file, JSON.stringify({ kind: 'List', items }));
    const args = ['simulate', 'place', '-f', file, '--kubeconfig', plane.kubeconfigPath, '-o', 'json'];
    const run = spawnSync(process.execPath, [join(folder, 'xenfleet.cjs'), ...args], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    return JSON.parse(run.stdout) as Answer;
  }

  it('places the manifests among what is there, and writes nothing', async () => {
    await apply(vm('there', '20Gi'));
    const { placed, refused } = simulate(vm('small', '30Gi'), vm('large', '40Gi'));
    assert.equal(placed.length + refused.length, 3);
    assert.match(refused[0]?.reason ?? '', /memory 1 \(h1 nearest, \d+ MiB short\)/);
    assert.equal(await plane.kubectl(['get', 'xvm', '-o', 'name']), 'xenvm.xenfleet.io/there\n');
  });

  it('goes by the rules of the pools that are there, or that would be', async () => {
    const rules = (hostFailuresToTolerate: number): object => ({
      ...API,
      kind: 'XenPool',
      metadata: { name: 'default' },
      spec: { hostFailuresToTolerate },
    });
    await apply(rules(1));
    assert.match(simulate(vm('small', '1Gi')).refused[0]?.reason ?? '', /host failures to tolerate 1/);
    assert.deepEqual(simulate(vm('small', '1Gi'), rules(0)).refused, []);
  });
});
