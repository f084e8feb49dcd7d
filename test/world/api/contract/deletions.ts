/** How objects and namespaces go, and who holds them. */
import { NAMESPACES, SERVICEACCOUNTS } from '../../../../common/kube/resources';
import type { Stories } from './stories';
import { DOMAINS, KEEP, domain, object, orderSpec, type Loose } from './things';

export const DELETIONS: Stories = {
  'deletes what it was asked to': async (t) => {
    const made = (await t.tell('create', t.admin.create(DOMAINS, domain(t.namespace, 1)))) as Loose;
    const ref = made.metadata;
    await t.admin.mergePatch(DOMAINS, ref, { spec: { epoch: 2 } });
    await t.tell('another UID', t.admin.delete(DOMAINS, ref, { uid: 'other' }));
    await t.tell('an old version', t.admin.delete(DOMAINS, ref, { resourceVersion: ref.resourceVersion as string }));
    await t.tell(
      'its UID',
      t.admin.delete(DOMAINS, ref, { uid: ref.uid as string }).then((left) => ({ left })),
    );
    await t.tell('again', t.admin.delete(DOMAINS, ref));
    await t.tell('create again', t.admin.create(DOMAINS, domain(t.namespace, 1)));
    await t.tell('the one before', t.admin.delete(DOMAINS, ref, { uid: ref.uid as string }));
    await t.tell('update of the one before', t.admin.update(DOMAINS, { ...made, spec: orderSpec(5) }));
    const path = `/apis/xenfleet.io/v1alpha1/namespaces/${t.namespace}/xendomains/one`;
    await t.tell('raw', t.admin.transport.request({ method: 'DELETE', path, verb: 'delete', resource: 'xendomains' }));
  },
  'keeps what finalizers hold': async (t) => {
    const held = domain(t.namespace, 1, { finalizers: [KEEP, 'xenfleet.io/two'] });
    const made = (await t.tell('create', t.admin.create(DOMAINS, held))) as Loose;
    const ref = made.metadata;
    const watch = t.watch(DOMAINS, { namespace: t.namespace }, ref.resourceVersion as string);
    await t.tell('delete', t.admin.delete(DOMAINS, ref));
    await t.tell('delete again', t.admin.delete(DOMAINS, ref));
    await t.tell('create meanwhile', t.admin.create(DOMAINS, domain(t.namespace, 1)));
    await t.tell('spec', t.admin.mergePatch(DOMAINS, ref, { spec: { epoch: 2 } }));
    await t.tell(
      'status',
      t.admin.mergePatch(DOMAINS, ref, { status: { phase: 'Absent' } }, { subresource: 'status' }),
    );
    await t.tell(
      'one more',
      t.admin.mergePatch(DOMAINS, ref, { metadata: { finalizers: [KEEP, 'xenfleet.io/two', 'xenfleet.io/x'] } }),
    );
    await t.tell('back to life', t.admin.mergePatch(DOMAINS, ref, { metadata: { deletionTimestamp: null } }));
    await t.tell('one less', t.admin.mergePatch(DOMAINS, ref, { metadata: { finalizers: [KEEP] } }));
    await t.tell(
      'none by the status',
      t.admin.mergePatch(DOMAINS, ref, { metadata: { finalizers: null } }, { subresource: 'status' }),
    );
    await t.tell('none', t.admin.mergePatch(DOMAINS, ref, { metadata: { finalizers: null } }));
    await t.tell('get', t.admin.get(DOMAINS, ref));
    await watch.tell('seen', 6);
  },
  'lets go by an update': async (t) => {
    const held = domain(t.namespace, 1, { finalizers: [KEEP] });
    const made = (await t.tell('create', t.admin.create(DOMAINS, held))) as Loose;
    const watch = t.watch(DOMAINS, { namespace: t.namespace }, made.metadata.resourceVersion as string);
    const going = (await t.tell('delete', t.admin.delete(DOMAINS, made.metadata))) as Loose;
    const { finalizers: _, ...metadata } = going.metadata;
    await t.tell(
      'of what was',
      t.admin.update(DOMAINS, {
        ...made,
        metadata: { ...metadata, resourceVersion: made.metadata.resourceVersion as string },
      }),
    );
    await t.tell('with another spec', t.admin.update(DOMAINS, { ...going, spec: orderSpec(9), metadata }));
    await t.tell('again', t.admin.update(DOMAINS, { ...going, metadata }));
    await watch.tell('seen', 2);
  },
  'lets go before the deletion': async (t) => {
    const made = (await t.tell(
      'create',
      t.admin.create(DOMAINS, domain(t.namespace, 1, { finalizers: [KEEP] })),
    )) as Loose;
    await t.tell('none', t.admin.mergePatch(DOMAINS, made.metadata, { metadata: { finalizers: [] } }));
    await t.tell(
      'one that is no name',
      t.admin.mergePatch(DOMAINS, made.metadata, { metadata: { finalizers: ['no name'] } }),
    );
    await t.tell(
      'one without a domain',
      t.admin.mergePatch(DOMAINS, made.metadata, { metadata: { finalizers: ['keep'] } }),
    );
  },
  'makes nothing in a namespace that is not there': async (t) => {
    await t.tell('ours', t.admin.create(DOMAINS, domain('nowhere', 1)));
    await t.tell('an account', t.admin.create(SERVICEACCOUNTS, object(SERVICEACCOUNTS, { namespace: 'nowhere' })));
    await t.tell('by apply', t.admin.apply(DOMAINS, domain('nowhere', 1), { fieldManager: 'm' }));
    await t.tell('update', t.admin.update(DOMAINS, domain('nowhere', 1, { resourceVersion: '1' })));
    await t.tell('delete', t.admin.delete(DOMAINS, { namespace: 'nowhere', name: 'one' }));
    await t.tell(
      'list',
      t.admin.list(DOMAINS, { namespace: 'nowhere' }).then(({ items }) => ({ items })),
    );
  },
  'ends a namespace once it is empty': async (t) => {
    const name = `${t.namespace}-going`;
    const space = await t.tell('create', t.admin.create(NAMESPACES, object(NAMESPACES, { name })));
    await t.tell('again', t.admin.create(NAMESPACES, object(NAMESPACES, { name })));
    const watch = t.watch(
      NAMESPACES,
      { fieldSelector: `metadata.name=${name}` },
      space?.metadata.resourceVersion as string,
    );
    await t.admin.create(DOMAINS, domain(name, 1, { finalizers: [KEEP] }));
    const loose = await t.admin.create(DOMAINS, domain(name, 1, { name: 'loose' }));
    await t.tell(
      'delete',
      t.admin
        .delete(NAMESPACES, { name })
        .then((left) => ({ isLeft: left !== undefined, status: (left as Loose).status })),
    );
    await t.tell('create', t.admin.create(DOMAINS, domain(name, 1, { name: 'late' })));
    await t.tell('apply', t.admin.apply(DOMAINS, domain(name, 1, { name: 'late' }), { fieldManager: 'm' }));
    await t.tell('make it again', t.admin.create(NAMESPACES, object(NAMESPACES, { name })));
    const isGone = (): Promise<boolean> =>
      t.admin.get(DOMAINS, loose.metadata).then(
        () => false,
        () => true,
      );
    await t.until(isGone);
    const held = { namespace: name, name: 'one' };
    await t.until(async () => (await t.admin.get(DOMAINS, held)).metadata.deletionTimestamp !== undefined);
    await t.tell(
      'what is held',
      t.admin.get(DOMAINS, held).then(({ metadata }) => ({ finalizers: metadata.finalizers })),
    );
    await t.tell(
      'spec of what is held',
      t.admin.mergePatch(DOMAINS, held, { spec: { epoch: 2 } }).then(() => ({})),
    );
    await t.tell(
      'let go',
      t.admin.mergePatch(DOMAINS, held, { metadata: { finalizers: null } }).then(() => ({})),
    );
    await t.until(() => watch.events.some(({ type }) => type === 'DELETED'));
    await t.tell('get', t.admin.get(NAMESPACES, { name }));
    await t.tell('create in it', t.admin.create(DOMAINS, domain(name, 1)));
    const again = await t.admin.create(NAMESPACES, object(NAMESPACES, { name }));
    t.note('made anew', { isAnother: again.metadata.uid !== space?.metadata.uid });
    const last = watch.events.find(({ type }) => type === 'DELETED')?.object as Loose;
    t.note('its end', {
      phase: (last.status as { phase: string }).phase,
      isMarked: last.metadata.deletionTimestamp !== undefined,
    });
  },
};
