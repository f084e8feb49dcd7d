/** Races, blind and partial writes, and what is not an object at all. */
import { EVENTS } from '../../../../common/kube/events';
import { NAMESPACES, ROLEBINDINGS, SERVICEACCOUNTS } from '../../../../common/kube/resources';
import type { Stories } from './stories';
import type { Teller } from './teller';
import { AGENTS, DOMAINS, agent, condition, domain, object, orderSpec, type Loose } from './things';

async function outcomes(t: Teller, what: string, calls: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(calls);
  const words = settled.map((one) =>
    one.status === 'fulfilled' ? 'done' : String((one.reason as { kind: string }).kind),
  );
  t.note(what, { outcomes: words.sort() });
}

export const ODDS: Stories = {
  'lets one of many win': async (t) => {
    const five = [1, 2, 3, 4, 5];
    await outcomes(
      t,
      'creates',
      five.map((epoch) => t.admin.create(DOMAINS, domain(t.namespace, epoch))),
    );
    const ref = { namespace: t.namespace, name: 'one' };
    const seen = await t.admin.mergePatch(DOMAINS, ref, { spec: { epoch: 5 } });
    const updates = five.map((n) => t.admin.update(DOMAINS, { ...seen, spec: orderSpec(5 + n) }));
    await outcomes(t, 'updates of one version', updates);
    const { generation } = (await t.admin.get(DOMAINS, ref)).metadata;
    t.note('counted once', { steps: (generation as number) - (seen.metadata.generation as number) });
    const labels = five.map((n) => t.admin.mergePatch(DOMAINS, ref, { metadata: { labels: { [`l${n}`]: 'x' } } }));
    await outcomes(t, 'patches without a version', labels);
    t.note('labels', { labels: (await t.admin.get(DOMAINS, ref)).metadata.labels });
    const { resourceVersion } = (await t.admin.get(DOMAINS, ref)).metadata;
    const swaps = five.map((n) =>
      t.admin.mergePatch(DOMAINS, ref, { metadata: { resourceVersion, labels: { swap: `${n}` } } }),
    );
    await outcomes(t, 'patches of one version', swaps);
    await outcomes(
      t,
      'deletions',
      five.map(() => t.admin.delete(DOMAINS, ref)),
    );
  },
  'reads versions': async (t) => {
    const made = (await t.tell('create', t.admin.create(AGENTS, agent(t.namespace)))) as Loose;
    for (const resourceVersion of ['0', 'abc', '999999999']) {
      const metadata = { ...made.metadata, resourceVersion };
      await t.tell(
        `update of ${resourceVersion}`,
        t.admin.update(AGENTS, { ...made, metadata, spec: { fleetID: 'g' } }),
      );
      const patch = { metadata: { resourceVersion }, spec: { fleetID: 'g' } };
      await t.tell(`patch of ${resourceVersion}`, t.admin.mergePatch(AGENTS, made.metadata, patch));
    }
  },
  'keeps who manages what': async (t) => {
    const made = (await t.tell(
      'create',
      t.admin.create(AGENTS, agent(t.namespace, 'a', { labels: { a: 'b' } })),
    )) as Loose;
    const { managedFields: _, ...metadata } = made.metadata;
    const put = (what: string, from: Loose, more: object, spec: object): Promise<Loose | undefined> =>
      t.tell(
        what,
        t.admin.update(AGENTS, { ...from, metadata: { ...from.metadata, ...more }, spec }, { fieldManager: 'other' }),
      );
    const second = await put('update without managers', { ...made, metadata }, {}, { fleetID: 'f', nonce: 'b' });
    const third = await put('update with none', second as Loose, { managedFields: [] }, { fleetID: 'f', nonce: 'c' });
    const bare = third as Loose;
    await put('and again', bare, {}, { fleetID: 'f', nonce: 'd' });
    const status = {
      ...bare,
      metadata: { ...metadata, labels: undefined, resourceVersion: undefined },
      status: { nonce: 'e' },
    };
    const at = { subresource: 'status' } as const;
    await t.tell('status without a version', t.admin.update(AGENTS, status as never, at));
    const { resourceVersion } = (await t.admin.get(AGENTS, made.metadata)).metadata;
    const unlabelled = { ...status, metadata: { name: 'one', namespace: t.namespace, resourceVersion } };
    await t.tell('status without labels', t.admin.update(AGENTS, unlabelled as never, at));
    const byPatch = { metadata: { managedFields: [] } };
    await t.tell('no managers by patch', t.admin.mergePatch(AGENTS, made.metadata, byPatch));
  },
  'merges lists by patch as wholes': async (t) => {
    const made = await t.admin.create(AGENTS, agent(t.namespace));
    const patch = (what: string, status: object): Promise<unknown> =>
      t.tell(what, t.admin.mergePatch(AGENTS, made.metadata, { status }, { subresource: 'status' }));
    await patch('two', { conditions: [condition('A'), condition('B')] });
    await patch('another', { conditions: [condition('C')] });
    await patch('one twice', { conditions: [condition('C'), condition('C')] });
    await patch('without what is required', { conditions: [{ type: 'D' }] });
    await patch('a null within', { conditions: [null] });
    await patch('a wrong value', { conditions: [condition('E', 'Maybe')] });
    await patch('a wrong time', { conditions: [{ ...condition('E'), lastTransitionTime: 'now' }] });
    await patch('none', { conditions: [] });
    await patch('a set with one twice', { xen: { guestTypes: ['pv', 'pv'] } });
    await patch('an unknown field', { xen: { unknown: 1, guestTypes: ['pv'] } });
    await patch('a number that is too large', { cpus: 1e12 });
    await patch('half a number', { cpus: 1.5 });
    await patch('a text for a number', { cpus: '4' });
    await patch('a whole number as a double', { cpus: 4.0 });
  },
  'knows namespaces that stay': async (t) => {
    await t.tell('delete default', t.admin.delete(NAMESPACES, { name: 'default' }));
    await t.tell('delete what is not there', t.admin.delete(NAMESPACES, { name: 'nowhere' }));
    const name = `${t.namespace}-x`;
    const made = await t.tell('create', t.admin.create(NAMESPACES, object(NAMESPACES, { name, labels: { a: 'b' } })));
    await t.tell('another UID', t.admin.delete(NAMESPACES, { name }, { uid: 'other' }));
    await t.tell('labels', t.admin.mergePatch(NAMESPACES, { name }, { metadata: { labels: { a: 'c' } } }));
    await t.tell('not its name', t.admin.mergePatch(NAMESPACES, { name }, { metadata: { labels: null } }));
    await t.tell('a bad name', t.admin.create(NAMESPACES, object(NAMESPACES, { name: 'Not_A_Name' })));
    await t.tell('a name with a dot', t.admin.create(NAMESPACES, object(NAMESPACES, { name: 'a.b' })));
    t.note('was made', { isMade: made !== undefined });
  },
  'keeps accounts and bindings': async (t) => {
    const account = object(SERVICEACCOUNTS, { namespace: t.namespace, name: 'agent' });
    await t.tell('account', t.admin.create(SERVICEACCOUNTS, account));
    await t.tell('again', t.admin.create(SERVICEACCOUNTS, account));
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'some' };
    const subjects = [{ kind: 'ServiceAccount', name: 'agent', namespace: t.namespace }];
    const binding = object(ROLEBINDINGS, { namespace: t.namespace, name: 'agent' }, { roleRef, subjects });
    await t.tell('binding', t.admin.create(ROLEBINDINGS, binding as never));
    await t.tell('again', t.admin.create(ROLEBINDINGS, binding as never));
    const patch = { roleRef: { ...roleRef, name: 'other' } };
    await t.tell('to another role', t.admin.mergePatch(ROLEBINDINGS, binding.metadata, patch));
    await t.tell('to nobody', t.admin.mergePatch(ROLEBINDINGS, binding.metadata, { subjects: [] }));
  },
  'takes events': async (t) => {
    const event = (namespace: string, about: object): Loose =>
      object(
        EVENTS,
        { namespace, name: `e-${t.namespace}` },
        { involvedObject: about, reason: 'R', message: 'm', type: 'Normal', count: 1 },
      );
    const here = { kind: 'XenVM', namespace: t.namespace, name: 'one', apiVersion: 'xenfleet.io/v1alpha1' };
    await t.tell('of the namespace', t.admin.create(EVENTS, event(t.namespace, here) as never));
    await t.tell('again', t.admin.create(EVENTS, event(t.namespace, here) as never));
    const host = { kind: 'XenHost', name: 'h1', apiVersion: 'xenfleet.io/v1alpha1' };
    await t.tell('of no namespace', t.admin.create(EVENTS, event('default', host) as never));
    await t.tell('of another namespace', t.admin.create(EVENTS, event('default', here) as never));
    await t.tell('counted up', t.admin.mergePatch(EVENTS, event(t.namespace, here).metadata, { count: 2 }));
  },
  'serves what it serves': async (t) => {
    const nothing = { ...DOMAINS, plural: 'xennothings', kind: 'XenNothing' };
    await t.tell('a kind that is not there', t.admin.list(nothing));
    await t.tell('one of it', t.admin.get(nothing, { namespace: t.namespace, name: 'x' }));
    await t.tell('a version that is not there', t.admin.list({ ...DOMAINS, version: 'v9' }));
    await t.tell('a group that is not there', t.admin.list({ ...DOMAINS, group: 'nobody.io' }));
    const scale = { subresource: 'scale' as 'status' };
    await t.tell(
      'a subresource that is not there',
      t.admin.mergePatch(DOMAINS, { namespace: t.namespace, name: 'x' }, {}, scale),
    );
  },
};
