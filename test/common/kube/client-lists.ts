/** Long lists on a real API server: a part of the client's system test. */
import { equal, ok } from 'node:assert/strict';
import type { KubeClient } from '../../../common/kube/client';
import type { FaultProxy } from '../../control-plane/fault-proxy';
import { CONFIGMAPS, THINGS, configMap, many, thing } from './things';

export interface Server {
  readonly client: KubeClient;
  /** The same, by way of the proxy. */
  readonly proxied: KubeClient;
  readonly proxy: FaultProxy;
}

/** `server` is asked in the tests: it is started before them. */
export function listsOn(server: () => Server): void {
  it('lists in pages of 500', async () => {
    const { client, proxied, proxy } = server();
    const before = proxy.requests.length;
    await many(520, (n) => client.create(THINGS, thing(`many-${n}`, { metadata: { labels: { many: 'yes' } } })));
    const { items } = await proxied.list(THINGS, { namespace: 'default', labelSelector: 'many=yes' });
    equal(items.length, 520);
    equal(proxy.requests.length - before, 2);
  });

  it('lists 24 MB of objects that are as heavy as the server takes', async () => {
    const { client } = server();
    const spec = { color: 'x'.repeat(1_200_000) };
    await many(20, (n) => client.create(THINGS, thing(`heavy-${n}`, { spec, metadata: { labels: { heavy: 'yes' } } })));
    equal((await client.list(THINGS, { namespace: 'default', labelSelector: 'heavy=yes' })).items.length, 20);
  });

  it('begins a list anew where its continue token has expired', async () => {
    const { client, proxied, proxy } = server();
    proxy.rules.add({
      match: { path: /continue=/ },
      fault: { kind: 'status', code: 410, reason: 'Expired' },
      times: 1,
    });
    await many(510, (n) => client.create(CONFIGMAPS, configMap(`again-${n}`)));
    const { items } = await proxied.list(CONFIGMAPS, { namespace: 'default' });
    equal(new Set(items.map((item) => item.metadata.name)).size, items.length);
    ok(items.length >= 510);
  });
}
