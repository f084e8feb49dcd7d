/**
 * Every manifest that the real API server is known to refuse is refused by the model, in the same
 * words.
 */
import { equal, match, ok } from 'node:assert/strict';
import { loadCrds } from '../../../../crds/generate';
import { OURS } from '../../../../common/kube/resources';
import type { KubeObject, ResourceType } from '../../../../common/kube/types';
import { REFUSED, disk, pvh } from '../../../crds/refused';
import { createAdmission } from './admission';
import type { Crd } from './custom-resource';
import type { Lookup } from './types';

const NOTHING: Lookup = { get: () => undefined, list: () => [] };
const admission = createAdmission(loadCrds() as unknown as Crd[]);
const kinds = Object.values(OURS) as readonly ResourceType[];

function write(kind: string, spec: object, oldObject?: KubeObject) {
  const resource = kinds.find((one) => one.kind === kind);
  ok(resource);
  const metadata = { name: 'one', ...(resource.namespaced && { namespace: 'acme' }) };
  const object = JSON.parse(JSON.stringify({ apiVersion: 'xenfleet.io/v1alpha1', kind, metadata, spec })) as KubeObject;
  const user = { name: 'admin', groups: ['system:masters'] };
  const verb = oldObject === undefined ? 'create' : 'update';
  const request = { user, verb, resource, object, fieldValidation: 'Strict' as const };
  return admission.admit({ ...request, ...(oldObject && { oldObject }) }, NOTHING);
}

describe('the model of admission', () => {
  for (const [what, kind, spec, words] of REFUSED) {
    it(`refuses ${what}`, () => {
      const answer = write(kind, spec);
      ok('status' in answer, 'was accepted');
      match(answer.status.message, words);
    });
  }

  it('fills defaults in', () => {
    const answer = write('XenVM', pvh());
    ok('object' in answer, JSON.stringify(answer));
    const { spec, status } = answer.object as KubeObject & { spec: { runPolicy: string }; status: object };
    equal(spec.runPolicy, 'Always');
    equal(JSON.stringify(status), '{"observedGeneration":-1}');
  });

  it('compares with what was there', () => {
    const before = write('XenVM', pvh());
    ok('object' in before);
    const smaller = write('XenVM', pvh({ disks: [disk({ size: '10Gi' })] }), before.object);
    ok('status' in smaller);
    match(smaller.status.message, /a disk may grow but never shrink/);
    ok('object' in write('XenVM', pvh({ disks: [disk({ size: '30Gi' })] }), before.object));
  });

  it('gives nobody a right that no role grants', () => {
    const [resource] = kinds;
    ok(resource);
    const user = { name: 'me', groups: ['system:authenticated'] };
    const refused = admission.authorize({ user, verb: 'get', resource, namespace: 'acme', name: 'x' }, NOTHING);
    equal(refused?.code, 403);
  });
});
