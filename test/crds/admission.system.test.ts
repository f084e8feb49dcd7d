/**
 * What the real API server says to manifests: good ones pass untouched, bad ones are refused by the
 * field's name.
 */
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/types';
import { REFUSED, disk, manifest, pvh } from './refused';
import type { Spec } from './refused';

const CRDS = join(__dirname, '../../crds');

describe('admission by the real API server', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  const create = (text: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    plane.tryKubectl(['apply', '-f', '-'], { stdin: text });

  before(async () => {
    plane = await startControlPlane();
    const files = readdirSync(CRDS).filter((file) => file.endsWith('.yaml'));
    await plane.kubectl(['apply', '--server-side', ...files.flatMap((file) => ['-f', join(CRDS, file)])]);
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  });
  after(() => plane.stop());

  for (const [what, kind, spec, names] of REFUSED) {
    it(`refuses ${what}`, async () => {
      const answer = await create(manifest(kind, 'bad', spec));
      equal(answer.code, 1, `was accepted: ${answer.stdout}`);
      match(answer.stderr, names);
    });
  }

  it('refuses a host name that its namespace cannot carry', async () => {
    const answer = await create(manifest('XenHost', 'a'.repeat(56), {}));
    match(answer.stderr, /DNS label of at most 55 characters/);
  });

  it('refuses a VM name that is too long for a domain', async () => {
    match((await create(manifest('XenVM', 'a'.repeat(64), pvh()))).stderr, /at most 63 characters/);
  });

  it('refuses a pool name that no host could say', async () => {
    match((await create(manifest('XenPool', 'a'.repeat(64), {}))).stderr, /what spec\.pool of a XenHost names/);
  });

  it('leaves the rules of a pool as they were applied: no default is written into them', async () => {
    const text = manifest('XenPool', 'bare', {});
    await plane.kubectl(['apply', '-f', '-'], { stdin: text });
    deepEqual(await plane.tryKubectl(['diff', '-f', '-'], { stdin: text }), { code: 0, stdout: '', stderr: '' });
    equal(
      await plane.kubectl(['get', 'xp', 'bare', '-o', 'jsonpath={.spec} {.status}']),
      '{} {"observedGeneration":-1}',
    );
  });

  it('asks for nothing that is not needed', async () => {
    const minimal = { resources: { vcpus: 1, memory: '1Gi' }, type: 'hvm', disks: [disk({ device: 'hda' })] };
    equal((await create(manifest('XenVM', 'minimal', minimal))).code, 0);
    equal((await create(manifest('XenHost', 'h1', {}))).code, 0);
  });

  it('keeps what was applied as it was: kubectl diff is empty', async () => {
    const text = manifest('XenVM', 'plain', pvh());
    await plane.kubectl(['apply', '-f', '-'], { stdin: text });
    deepEqual(await plane.tryKubectl(['diff', '-f', '-'], { stdin: text }), { code: 0, stdout: '', stderr: '' });
  });

  it('shows a fresh VM as not observed yet', async () => {
    const seen = await plane.kubectl(['get', 'xvm', 'plain', '-o', 'jsonpath={.status.observedGeneration}']);
    equal(seen, '-1');
  });

  it('keeps a class as it was sold', async () => {
    await plane.kubectl(['apply', '-f', '-'], { stdin: manifest('XenVMClass', 'vps', { vcpus: 4, memory: '16Gi' }) });
    const answer = await create(manifest('XenVMClass', 'vps', { vcpus: 8, memory: '16Gi' }));
    match(answer.stderr, /spec of a XenVMClass is immutable/);
    const more = await create(manifest('XenVMClass', 'vps', { vcpus: 4, memory: '16Gi', priority: 9 }));
    match(more.stderr, /spec of a XenVMClass is immutable/);
    const allowedNamespaces = { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } };
    equal((await create(manifest('XenVMClass', 'vps', { vcpus: 4, memory: '16Gi', allowedNamespaces }))).code, 0);
  });

  it('takes a quantity in every sane form', async () => {
    for (const [index, memory] of [
      '1Gi',
      '.5Gi',
      '1.Gi',
      '0.5Gi',
      '512Mi',
      '500M',
      '1e9',
      '1E+9',
      1073741824,
    ].entries()) {
      const spec = { resources: { vcpus: 1, memory }, type: 'hvm' };
      equal((await create(manifest('XenVM', `sane-${index}`, spec))).code, 0, String(memory));
    }
  });

  describe('edits of a VM', () => {
    const edit = (spec: Spec): Promise<{ code: number; stderr: string }> => create(manifest('XenVM', 'edited', spec));
    const identity = { uuid: '11111111-2222-4333-8444-555555555555' };

    before(() => plane.kubectl(['apply', '-f', '-'], { stdin: manifest('XenVM', 'edited', pvh({ identity })) }));

    it('refuses another type while it may run', async () => {
      match(
        (await edit(pvh({ identity, type: 'pv' }))).stderr,
        /spec\.type can change only while spec\.runPolicy is Halted/,
      );
    });
    it('refuses another image while it may run', async () => {
      const changed = pvh({ identity, disks: [disk({ image: 'other.raw' })] });
      match((await edit(changed)).stderr, /the pool and the image of a disk can change only/);
    });
    it('refuses a smaller disk', async () => {
      match((await edit(pvh({ identity, disks: [disk({ size: '10Gi' })] }))).stderr, /may grow but never shrink/);
    });
    it('lets a disk grow', async () => {
      equal((await edit(pvh({ identity, disks: [disk({ size: '30Gi' })] }))).code, 0);
    });
    it('refuses another identity, and none', async () => {
      const disks = [disk({ size: '30Gi' })];
      const other = { uuid: '11111111-2222-4333-8444-555555555556' };
      match((await edit(pvh({ disks, identity: other }))).stderr, /spec\.identity is immutable/);
      const put = JSON.stringify({ spec: { identity: null } });
      const gone = await plane.tryKubectl(['patch', 'xvm', 'edited', '--type=merge', '-p', put]);
      match(gone.stderr, /spec\.identity is immutable/);
    });
    it('allows another type once it is halted, before and after', async () => {
      const disks = [disk({ size: '30Gi' })];
      equal((await edit(pvh({ identity, disks, runPolicy: 'Halted' }))).code, 0);
      equal((await edit(pvh({ identity, disks, runPolicy: 'Halted', type: 'pv' }))).code, 0);
    });
  });

  it('explains its fields', async () => {
    match(await plane.kubectl(['explain', 'xvm.spec.boot']), /How the guest boots.*kernel.*ramdisk/s);
    const pool = await plane.kubectl(['explain', 'xp', '--recursive']);
    doesNotMatch(pool, /<no description>/);
    match(await plane.kubectl(['explain', 'xp.spec.hostFailuresToTolerate']), /hosts may be lost at once/);
  });

  it('lists by short names, category and field selectors', async () => {
    match(await plane.kubectl(['get', 'xvm']), /^NAME\s+CLASS\s+TYPE\s+PHASE\s+HOST\s+AGE/);
    match(
      await plane.kubectl(['get', 'xp']),
      /^NAME\s+HOSTS\s+VCPU-RATIO\s+TOLERATES\s+VMS\s+MEMORY\s+FREE\s+TOLERATING/,
    );
    match(await plane.kubectl(['get', 'xen', '--ignore-not-found']), /xenvmclass/);
    equal(await plane.kubectl(['get', 'xvm', '--field-selector', 'status.phase=Running', '-o', 'name']), '');
  });
});
