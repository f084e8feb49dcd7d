/** What the token of an agent opens: its own namespace, and there what its role says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LEASES } from '../../../../common/kube/lease';
import { EVENTS } from '../../../../common/kube/events';
import { NAMESPACES, ROLEBINDINGS, SERVICEACCOUNTS } from '../../../../common/kube/resources';
import type { ResourceType } from '../../../../common/kube/types';
import type { Stories } from './stories';
import { AGENTS, DOMAINS, HOSTS, agent, domain, lease, object, type Loose } from './things';

const CHART = join(__dirname, '../../../../charts/xen-fleet/rbac');
const CLUSTER_ROLES: ResourceType<Loose> = {
  ...(ROLEBINDINGS as ResourceType),
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
} as ResourceType<Loose>;

export const RIGHTS: Stories = {
  'opens one namespace to an agent': async (t) => {
    const role = parse(readFileSync(join(CHART, 'agent.yaml'), 'utf8')) as Loose;
    await t.admin.create(CLUSTER_ROLES, role);
    const { namespace } = t;
    await t.admin.create(SERVICEACCOUNTS, object(SERVICEACCOUNTS, { namespace, name: 'agent' }));
    const me = await t.side.serviceAccount(namespace, 'agent');
    await t.tellWhether('nothing yet', me.list(DOMAINS, { namespace }));
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.metadata.name };
    const subjects = [{ kind: 'ServiceAccount', name: 'agent', namespace }];
    await t.admin.create(
      ROLEBINDINGS,
      object(ROLEBINDINGS, { namespace, name: 'agent' }, { roleRef, subjects }) as never,
    );
    await t.admin.create(DOMAINS, domain(namespace, 1));
    await t.admin.create(AGENTS, agent(namespace));
    const beat = await t.admin.create(LEASES, lease(namespace, 'nobody', { name: 'agent' }) as never);
    await t.admin.create(LEASES, lease(namespace, 'nobody', { name: 'other' }) as never);
    await t.until(() =>
      me.list(DOMAINS, { namespace }).then(
        () => true,
        () => false,
      ),
    );
    const one = { namespace, name: 'one' };
    const status = { subresource: 'status' } as const;
    const on = (type: ResourceType, value: object): Loose => object(type, one, { status: value });
    await t.tellWhether('get an order', me.get(DOMAINS, one));
    await t.tellWhether('get an order that is not there', me.get(DOMAINS, { namespace, name: 'none' }));
    await t.tellWhether(
      'answer an order',
      me.apply(DOMAINS, on(DOMAINS, { phase: 'Absent' }), { ...status, fieldManager: 'agent' }),
    );
    await t.tellWhether('answer by patch', me.mergePatch(DOMAINS, one, { status: { phase: 'Absent' } }, status));
    await t.tellWhether('answer by update', me.update(DOMAINS, domain(namespace, 1, { resourceVersion: '1' }), status));
    await t.tellWhether('change an order', me.mergePatch(DOMAINS, one, { spec: { epoch: 2 } }));
    await t.tellWhether('apply an order', me.apply(DOMAINS, domain(namespace, 2), { fieldManager: 'agent' }));
    await t.tellWhether(
      'apply a new order',
      me.apply(DOMAINS, domain(namespace, 2, { name: 'new' }), { fieldManager: 'agent' }),
    );
    await t.tellWhether('make an order', me.create(DOMAINS, domain(namespace, 1, { name: 'two' })));
    await t.tellWhether('delete an order', me.delete(DOMAINS, one));
    await t.tellWhether(
      'answer an order that is not there',
      me.apply(
        DOMAINS,
        { ...on(DOMAINS, { phase: 'Absent' }), metadata: { namespace, name: 'none' } },
        { ...status, fieldManager: 'agent' },
      ),
    );
    await t.tellWhether('read its page', me.get(AGENTS, one));
    await t.tellWhether('report', me.mergePatch(AGENTS, one, { status: { nonce: 'x' } }, status));
    await t.tellWhether('write its page', me.mergePatch(AGENTS, one, { spec: { nonce: 'x' } }));
    await t.tellWhether('read its heartbeat', me.get(LEASES, { namespace, name: 'agent' }));
    await t.tellWhether('beat', me.update(LEASES, { ...beat, spec: { holderIdentity: 'me' } }));
    await t.tellWhether('read another heartbeat', me.get(LEASES, { namespace, name: 'other' }));
    await t.tellWhether('list heartbeats', me.list(LEASES, { namespace }));
    await t.tellWhether('make a heartbeat', me.create(LEASES, lease(namespace, 'me', { name: 'new' }) as never));
    await t.tellWhether('delete its heartbeat', me.delete(LEASES, { namespace, name: 'agent' }));
    await t.tellWhether(
      'make an event',
      me.create(
        EVENTS,
        object(
          EVENTS,
          { namespace, name: 'e' },
          { involvedObject: { kind: 'XenDomain', namespace, name: 'one' } },
        ) as never,
      ),
    );
    await t.tellWhether('orders of another namespace', me.list(DOMAINS, { namespace: 'default' }));
    await t.tellWhether('orders of everywhere', me.list(DOMAINS));
    await t.tellWhether('hosts', me.list(HOSTS));
    await t.tellWhether('a host', me.get(HOSTS, { name: 'any' }));
    await t.tellWhether('namespaces', me.list(NAMESPACES));
    await t.tellWhether('its namespace', me.get(NAMESPACES, { name: namespace }));
    await t.tellWhether(
      'more rights',
      me.create(ROLEBINDINGS, object(ROLEBINDINGS, { namespace, name: 'more' }, { roleRef, subjects }) as never),
    );
    const call = {
      resourceVersion: beat.metadata.resourceVersion as string,
      timeoutSeconds: 1,
      idleMs: 5000,
      onLine: () => true,
    };
    await t.tellWhether('watch orders', me.watch(DOMAINS, { namespace }, call));
    await t.tellWhether('watch orders of everywhere', me.watch(DOMAINS, {}, call));
    await t.tellWhether(
      'watch its heartbeat',
      me.watch(LEASES, { namespace, fieldSelector: 'metadata.name=agent' }, call),
    );
  },
};
