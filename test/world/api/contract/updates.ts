/** Compare-and-swap: whose write counts, and what it leaves alone. */
import { LEASES } from '../../../../common/kube/lease';
import type { Stories } from './stories';
import { AGENTS, DOMAINS, HOSTS, agent, domain, lease, object, orderSpec, type Loose } from './things';

export const UPDATES: Stories = {
  'creates once': async (t) => {
    await t.tell('create', t.admin.create(DOMAINS, domain(t.namespace, 1)));
    await t.tell('create again', t.admin.create(DOMAINS, domain(t.namespace, 2)));
    await t.tell('get', t.admin.get(DOMAINS, { namespace: t.namespace, name: 'one' }));
    await t.tell('get another', t.admin.get(DOMAINS, { namespace: t.namespace, name: 'two' }));
    await t.tell(
      'with a version',
      t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'b', resourceVersion: '1' })),
    );
    await t.tell('with a UID', t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'c', uid: 'mine' })));
    await t.tell('with a generation', t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'd', generation: 7 })));
    const status = { observedGeneration: 3, nonce: 'x' };
    await t.tell('with a status', t.admin.create(AGENTS, { ...agent(t.namespace), status }));
    await t.tell('of no name', t.admin.create(DOMAINS, domain(t.namespace, 1, { name: '' })));
    await t.tell('of a bad name', t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'Bad_Name' })));
    const elsewhere = { ...domain(t.namespace, 1, { name: 'e' }), metadata: { name: 'e', namespace: 'default' } };
    const path = `/apis/xenfleet.io/v1alpha1/namespaces/${t.namespace}/xendomains`;
    const raw = { method: 'POST', path, body: elsewhere, verb: 'create', resource: 'xendomains' } as const;
    await t.tell('of another namespace', t.admin.transport.request(raw));
    await t.tell(
      'of another kind',
      t.admin.transport.request({ ...raw, body: { ...domain(t.namespace, 1), kind: 'Other' } }),
    );
  },
  'replaces what is as it was read': async (t) => {
    const made = (await t.tell('create', t.admin.create(DOMAINS, domain(t.namespace, 1)))) as Loose;
    const next = { ...made, spec: orderSpec(2) };
    await t.tell('update', t.admin.update(DOMAINS, next));
    await t.tell('of what was', t.admin.update(DOMAINS, { ...made, spec: orderSpec(3) }));
    await t.tell('without a version', t.admin.update(DOMAINS, domain(t.namespace, 3)));
    const { resourceVersion: _, ...blind } = next.metadata;
    await t.tell('without a version but with its UID', t.admin.update(DOMAINS, { ...next, metadata: blind }));
    const seen = await t.admin.get(DOMAINS, { namespace: t.namespace, name: 'one' });
    await t.tell('of another UID', t.admin.update(DOMAINS, domain(t.namespace, 3, { uid: 'x', ...pick(seen) })));
    await t.tell('without a UID', t.admin.update(DOMAINS, domain(t.namespace, 3, pick(seen))));
    await t.tell('of nothing', t.admin.update(DOMAINS, domain(t.namespace, 1, { name: 'none', resourceVersion: '1' })));
    await t.tell('nothing new', t.admin.update(DOMAINS, await t.admin.get(DOMAINS, seen.metadata)));
    const bad = await t.admin.get(DOMAINS, seen.metadata);
    await t.tell('against a rule', t.admin.update(DOMAINS, { ...bad, spec: orderSpec(1) }));
    await t.tell('against a rule, and old', t.admin.update(DOMAINS, { ...made, spec: orderSpec(1) }));
  },
  'merges patches': async (t) => {
    const made = (await t.tell('create', t.admin.create(DOMAINS, domain(t.namespace, 1)))) as Loose;
    const patch = (what: string, body: object): Promise<unknown> =>
      t.tell(what, t.admin.mergePatch(DOMAINS, made.metadata, body as never));
    await patch('spec', { spec: { epoch: 2 } });
    await patch('nothing new', { spec: { epoch: 2 } });
    await patch('nothing at all', {});
    await patch('of an old version', { metadata: pick(made), spec: { epoch: 3 } });
    const seen = await t.admin.get(DOMAINS, made.metadata);
    await patch('of the newest version', { metadata: pick(seen), spec: { epoch: 3 } });
    await patch('of an empty version', { metadata: { resourceVersion: '' }, spec: { epoch: 4 } });
    await patch('labels', { metadata: { labels: { a: 'b' } } });
    await patch('the same labels', { metadata: { labels: { a: 'b' } } });
    await patch('a generation', { metadata: { generation: 99 } });
    await patch('an old version and nothing new', { metadata: pick(made) });
    await patch('another UID', { metadata: { uid: 'other' } });
    await patch('another name', { metadata: { name: 'two' } });
    await patch('a status', { status: { phase: 'Running' } });
    await patch('a wrong type', { spec: { epoch: 'x' } });
    await patch('without what is required', { spec: { desired: null } });
    await t.tell('of nothing', t.admin.mergePatch(DOMAINS, { namespace: t.namespace, name: 'none' }, {}));
  },
  'keeps spec and status apart': async (t) => {
    const made = (await t.tell('create', t.admin.create(AGENTS, agent(t.namespace)))) as Loose;
    const at = { subresource: 'status' } as const;
    const both = { spec: { nonce: 'second' }, status: { nonce: 'second' } };
    await t.tell('patch of both', t.admin.mergePatch(AGENTS, made.metadata, both));
    await t.tell('to the status', t.admin.mergePatch(AGENTS, made.metadata, both, at));
    await t.tell('again', t.admin.mergePatch(AGENTS, made.metadata, both, at));
    const labels = { metadata: { labels: { a: 'b' }, finalizers: ['xenfleet.io/x'] } };
    await t.tell('labels to the status', t.admin.mergePatch(AGENTS, made.metadata, labels, at));
    const seen = await t.admin.get(AGENTS, made.metadata);
    const other = { ...seen, spec: { fleetID: 'g' }, status: { nonce: 'third' } };
    await t.tell('update of the status', t.admin.update(AGENTS, other, at));
    await t.tell('of an old version', t.admin.update(AGENTS, other, at));
    await t.tell(
      'update of the object',
      t.admin.update(AGENTS, {
        ...other,
        metadata: { ...other.metadata, ...pick(await t.admin.get(AGENTS, made.metadata)) },
      }),
    );
    await t.tell('a status that is wrong', t.admin.mergePatch(AGENTS, made.metadata, { status: { cpus: -1 } }, at));
    await t.tell('no status', t.admin.mergePatch(AGENTS, made.metadata, { status: null }, at));
    await t.tell(
      'of an old version by patch',
      t.admin.mergePatch(AGENTS, made.metadata, { metadata: pick(made), status: { nonce: 'x' } }, at),
    );
    await t.tell('the status of nothing', t.admin.mergePatch(AGENTS, { namespace: t.namespace, name: 'no' }, both, at));
  },
  'holds a Lease': async (t) => {
    const made = (await t.tell('create', t.admin.create(LEASES, lease(t.namespace, 'a')))) as Loose;
    await t.tell('update', t.admin.update(LEASES, { ...made, spec: { holderIdentity: 'b' } }));
    await t.tell('of an old version', t.admin.update(LEASES, { ...made, spec: { holderIdentity: 'c' } }));
    await t.tell('without a version', t.admin.update(LEASES, lease(t.namespace, 'd') as never));
    await t.tell('the same', t.admin.update(LEASES, lease(t.namespace, 'd') as never));
    await t.tell('delete', t.admin.delete(LEASES, made.metadata));
    await t.tell('with the version and UID of before', t.admin.update(LEASES, made as never));
    await t.tell(
      'with the UID of before',
      t.admin.update(LEASES, lease(t.namespace, 'e', { uid: made.metadata.uid ?? '' }) as never),
    );
    const { resourceVersion } = made.metadata;
    const old = { resourceVersion: resourceVersion as string };
    await t.tell('with the version of before', t.admin.update(LEASES, lease(t.namespace, 'e', old)));
    await t.admin.delete(LEASES, made.metadata).catch(() => undefined);
    await t.tell('with neither', t.admin.update(LEASES, lease(t.namespace, 'f') as never));
    await t.tell(
      'what there is',
      t.admin.list(LEASES, { namespace: t.namespace }).then(({ items }) => ({ items })),
    );
    await t.admin.create(LEASES, lease(t.namespace, 'again') as never).catch(() => undefined);
    await t.tell('the one before on the one after', t.admin.update(LEASES, made as never));
    await t.tell(
      'a wrong time',
      t.admin.create(LEASES, {
        ...lease(t.namespace, 'x', { name: 'w' }),
        spec: { renewTime: '2026-01-01T00:00:00.000Z' },
      }),
    );
  },
  'counts generations': async (t) => {
    const name = `${t.namespace}-host`;
    await t.tell('create', t.admin.create(HOSTS, object(HOSTS, { name }, { spec: {} })));
    await t.tell('spec', t.admin.mergePatch(HOSTS, { name }, { spec: { unschedulable: true } }));
    await t.tell('annotation', t.admin.mergePatch(HOSTS, { name }, { metadata: { annotations: { a: 'b' } } }));
    await t.tell('an unknown field', t.admin.mergePatch(HOSTS, { name }, { spec: { unknown: true } }));
    await t.tell(
      'status',
      t.admin.mergePatch(HOSTS, { name }, { status: { observedGeneration: 2 } }, { subresource: 'status' }),
    );
    await t.tell('delete', t.admin.delete(HOSTS, { name }));
  },
};

const pick = ({ metadata }: Loose): { resourceVersion: string } => ({
  resourceVersion: metadata.resourceVersion as string,
});
