/** Lists in pages, and what watches tell. */
import { NAMESPACES } from '../../../../common/kube/resources';
import { keyOf } from '../../../../common/kube/types';
import type { Stories } from './stories';
import { DOMAINS, HOSTS, domain, object, type Loose } from './things';

const names = (items: readonly Loose[]): string[] => items.map(({ metadata }) => metadata.name);
const labelled = (name: string, tier: string): object => ({ name, labels: { tier } });

export const LISTS: Stories = {
  'lists in pages': async (t) => {
    for (const name of ['c', 'a', 'e', 'b', 'd'])
      await t.admin.create(DOMAINS, domain(t.namespace, 1, { name, labels: { odd: String('ace'.includes(name)) } }));
    const path = `/apis/xenfleet.io/v1alpha1/namespaces/${t.namespace}/xendomains`;
    interface Page {
      metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
      items: Loose[];
    }
    const page = async (what: string, query: Record<string, string | number>): Promise<Page | undefined> => {
      const answer = t.admin.transport.request({
        method: 'GET',
        path,
        verb: 'list',
        resource: 'xendomains',
        query,
      }) as Promise<Page>;
      await t.tell(
        what,
        answer.then(({ metadata, items, ...rest }) => ({
          ...rest,
          names: names(items),
          first: items[0],
          remaining: metadata.remainingItemCount,
          hasMore: metadata.continue !== undefined,
          resourceVersion: metadata.resourceVersion,
        })),
      );
      return answer.catch(() => undefined);
    };
    const first = await page('two', { limit: 2 });
    await t.admin.delete(DOMAINS, { namespace: t.namespace, name: 'd' });
    await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'aa' }));
    await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'dd' }));
    const second = await page('two more', { limit: 2, continue: first?.metadata.continue as string });
    await page('the rest', { limit: 2, continue: second?.metadata.continue as string });
    await page('the rest again', { continue: second?.metadata.continue as string });
    await page('some of a selector', { limit: 1, labelSelector: 'odd=true' });
    await page('all', {});
    await page('exactly all', { limit: 6 });
    await page('one name', { fieldSelector: 'metadata.name=aa' });
    await page('a field that is not for selecting', { fieldSelector: 'spec.epoch=1' });
    await page('a field that is', { fieldSelector: 'spec.desired=Absent' });
    await page('a token that is none', { continue: 'nonsense' });
    await page('set', { labelSelector: 'odd in (true,false),!other' });
    await page('notin', { labelSelector: 'odd notin (true)' });
    await page('unequal', { labelSelector: 'odd!=true' });
    await page('a selector that is none', { labelSelector: 'a=(' });
  },
  'tells what happens': async (t) => {
    const scope = { namespace: t.namespace };
    const { resourceVersion } = await t.admin.list(DOMAINS, scope);
    const early = t.watch(DOMAINS, scope, resourceVersion);
    const a = await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'a' }));
    await t.admin.mergePatch(DOMAINS, a.metadata, { spec: { epoch: 2 } });
    await t.admin.mergePatch(DOMAINS, a.metadata, { spec: { epoch: 2 } });
    await t.admin.mergePatch(DOMAINS, a.metadata, { status: { phase: 'Absent' } }, { subresource: 'status' });
    const b = await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'b' }));
    await t.admin.delete(DOMAINS, a.metadata);
    await early.tell('from before', 5);
    await t.watch(DOMAINS, scope, b.metadata.resourceVersion as string).tell('from the middle', 1);
    await t.watch(DOMAINS, { ...scope, fieldSelector: 'metadata.name=b' }, resourceVersion).tell('one name', 1);
    await t.watch(DOMAINS, scope, '0').tell('from anywhere', 1);
  },
  'watches through selectors': async (t) => {
    const scope = { namespace: t.namespace };
    const { resourceVersion } = await t.admin.list(DOMAINS, scope);
    const gold = t.watch(DOMAINS, { ...scope, labelSelector: 'tier=gold' }, resourceVersion);
    const a = await t.admin.create(DOMAINS, domain(t.namespace, 1, labelled('a', 'iron')));
    const patch = (tier: string | null): Promise<unknown> =>
      t.admin.mergePatch(DOMAINS, a.metadata, { metadata: { labels: { tier } } });
    await patch('gold');
    await t.admin.mergePatch(DOMAINS, a.metadata, { spec: { epoch: 2 } });
    await patch('iron');
    await t.admin.mergePatch(DOMAINS, a.metadata, { spec: { epoch: 3 } });
    await patch('gold');
    await patch(null);
    await patch('gold');
    await t.admin.delete(DOMAINS, a.metadata);
    await gold.tell('gold', 7);
    const absent = t.watch(DOMAINS, { ...scope, fieldSelector: 'status.phase=Running' }, resourceVersion);
    const b = await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'b' }));
    await t.admin.mergePatch(DOMAINS, b.metadata, { status: { phase: 'Running' } }, { subresource: 'status' });
    await t.admin.mergePatch(DOMAINS, b.metadata, { status: { phase: 'Absent' } }, { subresource: 'status' });
    await absent.tell('by a selectable field', 2);
  },
  'lists over namespaces': async (t) => {
    const other = `${t.namespace}-2`;
    await t.admin.create(NAMESPACES, object(NAMESPACES, { name: other }));
    for (const [namespace, name] of [
      [other, 'a'],
      [t.namespace, 'b'],
      [other, 'c'],
      [t.namespace, 'a'],
    ] as const)
      await t.admin.create(DOMAINS, domain(namespace, 1, { name, labels: { over: 'namespaces' } }));
    const { items } = await t.admin.list(DOMAINS, { labelSelector: 'over=namespaces' });
    t.note('all', { keys: items.map(({ metadata }) => keyOf(metadata)) });
    const { resourceVersion } = items[0]?.metadata ?? {};
    const watch = t.watch(DOMAINS, { labelSelector: 'over=namespaces' }, resourceVersion as string);
    for (const { metadata } of items) await t.admin.delete(DOMAINS, metadata);
    await watch.tell('seen', 5, ({ metadata }) => keyOf(metadata));
  },
  'watches what has no namespace': async (t) => {
    const { resourceVersion } = await t.admin.list(HOSTS);
    const name = `${t.namespace}-host`;
    const watch = t.watch(HOSTS, { fieldSelector: `metadata.name=${name}` }, resourceVersion);
    await t.admin.create(HOSTS, object(HOSTS, { name }, { spec: {} }));
    await t.admin.delete(HOSTS, { name });
    await watch.tell('seen', 2);
  },
  'does not watch from what is forgotten': async (t) => {
    const made = await t.admin.create(DOMAINS, domain(t.namespace, 1));
    await t.side.compact(made.metadata.resourceVersion as string);
    const lines: string[] = [];
    const onLine = (line: string): boolean => lines.push(line) < 0;
    const call = { resourceVersion: '1', timeoutSeconds: 5, idleMs: 10_000, onLine };
    await t.tell(
      'watch',
      t.admin.watch(DOMAINS, {}, call).then((end) => ({ end, first: JSON.parse(lines[0] ?? 'null') as object })),
    );
  },
  'sends bookmarks, and nothing that is not newer': async (t) => {
    const scope = { namespace: t.namespace };
    const { resourceVersion = '' } = (await t.admin.create(DOMAINS, domain(t.namespace, 1))).metadata;
    const lines = { fromNow: [] as string[], fromTheFuture: [] as string[] };
    const watch = (from: string, to: string[]): Promise<string> => {
      const onLine = (line: string): boolean => to.push(line) > 0;
      return t.admin.watch(DOMAINS, scope, { resourceVersion: from, timeoutSeconds: 70, idleMs: 100_000, onLine });
    };
    const fromNow = watch(resourceVersion, lines.fromNow);
    const fromTheFuture = watch(String(Number(resourceVersion) + 1000), lines.fromTheFuture);
    await t.side.sleep(1000);
    await t.admin.create(DOMAINS, domain(t.namespace, 1, { name: 'two' }));
    t.note('ends', { fromNow: await fromNow, fromTheFuture: await fromTheFuture });
    const heard = lines.fromNow.map((line) => JSON.parse(line) as { type: string; object: Loose });
    const bookmark = heard.find(({ type }) => type === 'BOOKMARK')?.object;
    t.note('events', { types: heard.map(({ type }) => type).slice(0, 2), fromTheFuture: lines.fromTheFuture });
    t.note('bookmark', { ...bookmark, metadata: Object.keys(bookmark?.metadata ?? {}) });
    t.note('its version', { isNewer: Number(bookmark?.metadata.resourceVersion) > Number(resourceVersion) });
  },
};
