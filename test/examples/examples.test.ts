import { deepEqual, equal, match } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/control-plane';
import { installSystem } from '../playground/cluster';
import { projectDir } from '../playground/place';

const FOLDERS = ['fleet', 'vps', 'pool', 'operations', 'real-xen'];

/**
 * The manifests that people are told to apply, against a real API server; no operator, so nothing
 * gets a status.
 */
describe('examples', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  const folder = (name: string): string => join(projectDir, 'examples', name);

  before(async () => {
    plane = await startControlPlane();
    await installSystem(plane);
  });
  after(() => plane?.stop());

  for (const name of FOLDERS) {
    it(`${name}/ is applied in one go, and kubectl diff is empty afterwards`, async () => {
      await plane.kubectl(['apply', '-f', folder(name)]);
      const diff = await plane.tryKubectl(['diff', '-f', folder(name)]);
      deepEqual(diff, { code: 0, stdout: '', stderr: '' });
      await plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', folder(name)]); // the other way of applying
      equal((await plane.tryKubectl(['diff', '--server-side', '--force-conflicts', '-f', folder(name)])).code, 0);
    });
  }

  it('each manifest passes a strict dry run by the server', async () => {
    for (const name of FOLDERS) {
      for (const file of readdirSync(folder(name))) {
        const args = ['apply', '--dry-run=server', '--validate=strict', '-f', join(folder(name), file)];
        match(await plane.kubectl(args), /\(server dry run\)/, file);
      }
    }
  });

  it('vps/ is the classic one: four VPS of one plan, of every type', async () => {
    const list = JSON.parse(await plane.kubectl(['get', 'xvm', '-n', 'acme', '-o', 'json']));
    const vms = (list.items as { metadata: { name: string }; spec: { type: string; className?: string } }[])
      .filter(({ spec }) => spec.className === 'vps-16g')
      .map(({ metadata, spec }) => `${metadata.name} ${spec.type}`);
    deepEqual(vms.sort(), ['freebsd hvm', 'linux-pv pv', 'linux-pvh pvh', 'windows hvm']);
    equal(await plane.kubectl(['get', 'xvmc', 'vps-16g', '-o', 'jsonpath={.spec.vcpus} {.spec.memory}']), '4 16Gi');
  });
});
