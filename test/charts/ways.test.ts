/** The usual ways to install a chart: under any version, and as a part of an umbrella chart. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { CHART, one, startHelm } from './helm';
import type { Helm, Manifest } from './helm';
import { illegalLabels } from './labels';

describe('chart installed', function () {
  this.timeout(60_000);

  let helm: Helm;
  let dir: string;
  before(async function () {
    this.timeout(600_000); // the first time, helm is built
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-ways-'));
    helm = await startHelm();
  });
  after(() => {
    helm?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const [what, version] of [
    ['by Flux, which adds the digest of a chart from OCI', '0.1.0+4f53cda18c2b'],
    ['from a build with a long name', `1.2.3-rc.1+${'build.2026-11-25.'.repeat(8)}x`],
    ['with a cut right after a sign that a label may not end with', `0.1.0+${'a'.repeat(46)}.-.b`],
  ] as const)
    it(`${what} (${version.slice(0, 30)}) has legal labels and a legal image`, async () => {
      const args = ['package', CHART, '--version', version, '--app-version', version, '--destination', dir];
      const { code, stderr } = await helm.run(args);
      assert.equal(code, 0, stderr);
      const manifests = await helm.template(path.join(dir, `xen-fleet-${version}.tgz`));
      assert.deepEqual(manifests.flatMap(illegalLabels), []);
      const { image } = one(manifests, 'Deployment')['spec'].template.spec.containers[0];
      assert.match(image as string, /^xen-fleet:[A-Za-z0-9_][A-Za-z0-9._-]*$/);
    });

  describe('as a part of an umbrella chart', () => {
    const umbrella = (name: string, dependency: object, values: object): string => {
      const folder = path.join(dir, name);
      mkdirSync(path.join(folder, 'charts'), { recursive: true });
      cpSync(CHART, path.join(folder, 'charts/xen-fleet'), { recursive: true });
      const chart = { apiVersion: 'v2', name, version: '1.0.0' };
      const dependencies = [{ name: 'xen-fleet', version: '*', condition: 'xen-fleet.enabled', ...dependency }];
      writeFileSync(path.join(folder, 'Chart.yaml'), stringify({ ...chart, dependencies }));
      writeFileSync(path.join(folder, 'values.yaml'), stringify(values));
      return folder;
    };
    const podSpec = (manifests: readonly Manifest[]): Manifest =>
      one(manifests, 'Deployment')['spec'].template.spec as Manifest;

    it('comes where its condition is met, whatever else the umbrella says', async () => {
      const global = {
        imageRegistry: 'registry.example',
        imagePullSecrets: ['pull', { name: 'more' }],
        storageClass: '',
      };
      const values = { global, 'xen-fleet': { enabled: true, imagePullSecrets: [{ name: 'pull' }] } };
      const manifests = await helm.template(umbrella('platform', {}, values));
      assert.deepEqual(podSpec(manifests)['imagePullSecrets'], [{ name: 'pull' }, { name: 'more' }]);
      assert.deepEqual(manifests.flatMap(illegalLabels), []);
    });

    it('stays away where its condition is not met', async () => {
      assert.deepEqual(await helm.template(umbrella('without', {}, { 'xen-fleet': { enabled: false } })), []);
    });

    it('takes another name there', async () => {
      const dependency = { alias: 'xen', condition: 'xen.enabled' };
      const manifests = await helm.template(
        umbrella('alias', dependency, { global: null, xen: { enabled: true, replicas: 2 } }),
      );
      assert.equal(one(manifests, 'Deployment')['spec'].replicas, 2);
    });

    it('still refuses what is no value of the chart, naming it', async () => {
      const values = { 'xen-fleet': { enabled: true, replica: 2 } };
      await assert.rejects(helm.template(umbrella('wrong', {}, values)), /replica/);
      await assert.rejects(helm.template(umbrella('worse', {}, { 'xen-fleet': { enabled: 'perhaps' } })), /enabled/);
    });
  });
});
