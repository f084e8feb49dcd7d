import { deepEqual, equal, throws } from 'node:assert/strict';
import type { KubeObject } from '../../../common/kube/types';
import type { Json } from './json';
import { kindsOf } from './kinds';
import { applied } from './managers';
import { Refused } from './refusals';

describe('server-side apply of the model', () => {
  const kind = kindsOf().find(({ type }) => type.plural === 'xenpools')!;
  const by = (manager: string, force = false) => ({
    author: { manager, subresource: 'status' as const, wallMs: 0 },
    force,
  });
  const status = (value: object): Json => ({ metadata: { name: 'p' }, status: value });
  const of = (object: Json): unknown => (object as unknown as KubeObject & { status: unknown }).status;

  it('removes what its manager leaves out, and leaves the fields of others', () => {
    const one = applied(kind, {}, status({ observedGeneration: 1, hosts: { count: 1 } }), by('one'));
    const two = applied(kind, one, status({ conditions: [{ type: 'Ready', status: 'True' }] }), by('two'));
    const again = applied(kind, two, status({ hosts: { count: 2 } }), by('one'));
    deepEqual(of(again), { hosts: { count: 2 }, conditions: [{ type: 'Ready', status: 'True' }] });
  });

  it('refuses a field of another manager, unless forced', () => {
    const one = applied(kind, {}, status({ observedGeneration: 1 }), by('one'));
    throws(() => applied(kind, one, status({ observedGeneration: 2 }), by('two')), Refused);
    equal((of(applied(kind, one, status({ observedGeneration: 2 }), by('two', true))) as Json).observedGeneration, 2);
  });
});
