/** Server-side apply: whose field is whose. */
import type { Stories } from './stories';
import { AGENTS, DOMAINS, HOSTS, POOLS, agent, condition, domain, object, type Loose } from './things';

const as = (fieldManager: string, force = false) => ({ fieldManager, force });
const onStatus = (fieldManager: string, force = false) => ({ fieldManager, force, subresource: 'status' }) as const;

export const APPLIES: Stories = {
  'makes and changes': async (t) => {
    const made = (await t.tell('makes', t.admin.apply(DOMAINS, domain(t.namespace, 1), as('a')))) as Loose;
    await t.tell('the same', t.admin.apply(DOMAINS, domain(t.namespace, 1), as('a')));
    await t.tell('more', t.admin.apply(DOMAINS, domain(t.namespace, 2, { labels: { a: 'b' } }), as('a')));
    await t.tell('less', t.admin.apply(DOMAINS, domain(t.namespace, 2), as('a')));
    const old = { resourceVersion: made.metadata.resourceVersion as string };
    await t.tell('an old version', t.admin.apply(DOMAINS, domain(t.namespace, 3, old), as('a')));
    await t.tell('an old version and nothing new', t.admin.apply(DOMAINS, domain(t.namespace, 2, old), as('a')));
    const now = { resourceVersion: (await t.admin.get(DOMAINS, made.metadata)).metadata.resourceVersion as string };
    await t.tell('the newest version', t.admin.apply(DOMAINS, domain(t.namespace, 3, now), as('a')));
    await t.tell('another UID', t.admin.apply(DOMAINS, domain(t.namespace, 3, { uid: 'x' }), as('a')));
    await t.tell(
      'a version of nothing',
      t.admin.apply(DOMAINS, domain(t.namespace, 3, { name: 'no', ...now }), as('a')),
    );
    const gone = { name: 'not', uid: made.metadata.uid as string };
    await t.tell('a UID of nothing', t.admin.apply(DOMAINS, domain(t.namespace, 3, gone), as('a')));
    await t.tell('managedFields', t.admin.apply(DOMAINS, domain(t.namespace, 3, { managedFields: [] }), as('a')));
    await t.tell('against a rule', t.admin.apply(DOMAINS, domain(t.namespace, 1), as('a')));
    await t.tell(
      'without what is required',
      t.admin.apply(DOMAINS, object(DOMAINS, { namespace: t.namespace }, { spec: { epoch: 3 } }), as('a')),
    );
    const path = `/apis/xenfleet.io/v1alpha1/namespaces/${t.namespace}/xendomains/one`;
    const raw = { method: 'PATCH', path, verb: 'apply', resource: 'xendomains', body: domain(t.namespace, 3) } as const;
    await t.tell('of no manager', t.admin.transport.request({ ...raw, contentType: 'application/apply-patch+yaml' }));
  },
  'defends fields': async (t) => {
    await t.tell('one', t.admin.apply(DOMAINS, domain(t.namespace, 1), as('one')));
    await t.tell('two agrees', t.admin.apply(DOMAINS, domain(t.namespace, 1), as('two')));
    await t.tell('two differs', t.admin.apply(DOMAINS, domain(t.namespace, 2), as('two')));
    await t.tell('two insists', t.admin.apply(DOMAINS, domain(t.namespace, 2), as('two', true)));
    await t.tell(
      'one leaves out',
      t.admin.apply(DOMAINS, object(DOMAINS, { namespace: t.namespace }, { spec: { fleetID: 'f' } }), as('one')),
    );
    await t.tell(
      'a patch by three',
      t.admin.mergePatch(
        DOMAINS,
        { namespace: t.namespace, name: 'one' },
        { spec: { epoch: 5 } },
        { fieldManager: 'three' },
      ),
    );
    await t.tell('two over three', t.admin.apply(DOMAINS, domain(t.namespace, 6), as('two')));
    await t.tell('two as three', t.admin.apply(DOMAINS, domain(t.namespace, 5), as('two')));
    await t.tell(
      'a patch that removes',
      t.admin.mergePatch(
        DOMAINS,
        { namespace: t.namespace, name: 'one' },
        { metadata: { labels: { a: 'b' } } },
        { fieldManager: 'three' },
      ),
    );
    await t.tell('labels of two', t.admin.apply(DOMAINS, domain(t.namespace, 5, { labels: { c: 'd' } }), as('two')));
    await t.tell(
      'labels against three',
      t.admin.apply(DOMAINS, domain(t.namespace, 5, { labels: { a: 'd', c: 'd' } }), as('two')),
    );
    await t.tell('no labels of two', t.admin.apply(DOMAINS, domain(t.namespace, 5), as('two')));
  },
  'applies the status': async (t) => {
    const status = (name: string, value: object, more: object = {}): Loose =>
      object(AGENTS, { namespace: t.namespace, name, ...more }, { status: value });
    await t.tell('of nothing', t.admin.apply(AGENTS, status('one', { nonce: 'a' }), onStatus('one')));
    const made = (await t.tell('create', t.admin.create(AGENTS, agent(t.namespace)))) as Loose;
    await t.tell('one', t.admin.apply(AGENTS, status('one', { nonce: 'a', bootID: 'b' }), onStatus('one')));
    await t.tell('the same', t.admin.apply(AGENTS, status('one', { nonce: 'a', bootID: 'b' }), onStatus('one')));
    await t.tell('less', t.admin.apply(AGENTS, status('one', { nonce: 'a' }), onStatus('one')));
    await t.tell('another', t.admin.apply(AGENTS, status('one', { nonce: 'b' }), onStatus('two')));
    await t.tell('another beside', t.admin.apply(AGENTS, status('one', { bootID: 'x' }), onStatus('two')));
    await t.tell(
      'a merge patch',
      t.admin.mergePatch(
        AGENTS,
        made.metadata,
        { status: { cpus: 4 } },
        { subresource: 'status', fieldManager: 'claim' },
      ),
    );
    await t.tell(
      'an old version',
      t.admin.apply(
        AGENTS,
        status('one', { nonce: 'c' }, { resourceVersion: made.metadata.resourceVersion }),
        onStatus('one', true),
      ),
    );
    const { resourceVersion } = (await t.admin.get(AGENTS, made.metadata)).metadata;
    await t.tell(
      'the newest version',
      t.admin.apply(AGENTS, status('one', { nonce: 'c' }, { resourceVersion }), onStatus('one', true)),
    );
    await t.tell(
      'spec and labels too',
      t.admin.apply(
        AGENTS,
        { ...agent(t.namespace, 'z', { labels: { a: 'b' } }), status: { nonce: 'd' } } as Loose,
        onStatus('one'),
      ),
    );
    await t.tell('nothing', t.admin.apply(AGENTS, object(AGENTS, { namespace: t.namespace }), onStatus('one')));
    await t.tell('what is wrong', t.admin.apply(AGENTS, status('one', { cpus: -1 }), onStatus('one', true)));
    await t.tell('what is unknown', t.admin.apply(AGENTS, status('one', { unknown: 1 }), onStatus('one')));
    await t.tell(
      'status by the object',
      t.admin.apply(AGENTS, { ...agent(t.namespace, 'first'), status: { nonce: 'q' } } as Loose, as('main')),
    );
  },
  'merges lists by their keys': async (t) => {
    const status = (...types: [string, string?][]): Loose =>
      object(
        AGENTS,
        { namespace: t.namespace },
        { status: { conditions: types.map(([type, is]) => condition(type, is)) } },
      );
    await t.admin.create(AGENTS, agent(t.namespace));
    await t.tell('two of one', t.admin.apply(AGENTS, status(['Ready'], ['Other']), onStatus('one')));
    await t.tell('one of two', t.admin.apply(AGENTS, status(['Third']), onStatus('two')));
    await t.tell('in another order', t.admin.apply(AGENTS, status(['Other'], ['Ready']), onStatus('one')));
    await t.tell('differs', t.admin.apply(AGENTS, status(['Ready', 'False']), onStatus('two')));
    await t.tell('less of one', t.admin.apply(AGENTS, status(['Other']), onStatus('one')));
    await t.tell('insists', t.admin.apply(AGENTS, status(['Other', 'False']), onStatus('two', true)));
    await t.tell(
      'one gives in',
      t.admin.apply(AGENTS, object(AGENTS, { namespace: t.namespace }, { status: {} }), onStatus('one')),
    );
    await t.tell('a key twice', t.admin.apply(AGENTS, status(['Other'], ['Other']), onStatus('one')));
    const types = (...guestTypes: string[]): Loose =>
      object(AGENTS, { namespace: t.namespace }, { status: { xen: { guestTypes } } });
    await t.tell('a set', t.admin.apply(AGENTS, types('pv', 'pvh'), onStatus('three')));
    await t.tell('a set of another', t.admin.apply(AGENTS, types('hvm', 'pv'), onStatus('four')));
    await t.tell('less of it', t.admin.apply(AGENTS, types('pvh'), onStatus('three')));
    const roster = (...names: string[]): Loose =>
      object(AGENTS, { namespace: t.namespace }, { status: { roster: names } });
    await t.tell('an atomic list', t.admin.apply(AGENTS, roster('a', 'b'), onStatus('five')));
    await t.tell('an atomic list of another', t.admin.apply(AGENTS, roster('a'), onStatus('six')));
  },
  'shares finalizers': async (t) => {
    const name = `${t.namespace}-host`;
    const host = (more: object = {}): Loose => object(HOSTS, { name, ...more }, { spec: {} });
    await t.tell('one', t.admin.apply(HOSTS, host({ finalizers: ['xenfleet.io/a'] }), as('one')));
    await t.tell('two', t.admin.apply(HOSTS, host({ finalizers: ['xenfleet.io/b'] }), as('two')));
    await t.tell('one lets go', t.admin.apply(HOSTS, host(), as('one')));
    await t.tell('delete', t.admin.delete(HOSTS, { name }));
    await t.tell('two lets go', t.admin.apply(HOSTS, host(), as('two')));
    await t.tell('get', t.admin.get(HOSTS, { name }));
    const pool = `${t.namespace}-pool`;
    await t.tell(
      'an atomic map',
      t.admin.apply(
        POOLS,
        object(
          POOLS,
          { name: pool },
          { spec: { allowedNamespaces: { from: 'Selector', selector: { matchLabels: { a: 'b' } } } } },
        ),
        as('one'),
      ),
    );
  },
};
