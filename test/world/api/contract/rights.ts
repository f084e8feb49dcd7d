/** What the token of an agent opens: its own namespace, and there what its role says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { LEASES } from '../../../../common/kube/lease';
import { EVENTS } from '../../../../common/kube/events';
import { NAMESPACES, ROLEBINDINGS, SERVICEACCOUNTS } from '../../../../common/kube/resources';
import type { ResourceType } from '../../../../common/kube/types';
import type { Stories } from './stories';
import type { Teller } from './teller';
import { AGENTS, DOMAINS, HOSTS, agent, domain, lease, object, type Loose } from './things';

const CHART = join(__dirname, '../../../../charts/xen-fleet/rbac');
const CLUSTER_ROLES: ResourceType<Loose> = {
  ...(ROLEBINDINGS as ResourceType),
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
};

const CLUSTER_ROLE_BINDINGS: ResourceType<Loose> = {
  ...CLUSTER_ROLES,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
};

/** From the chart; another story may have made them. */
async function makeRoles(t: Teller, file: string): Promise<Loose[]> {
  const roles = parseAllDocuments(readFileSync(join(CHART, file), 'utf8')).map((one) => one.toJS() as Loose);
  for (const role of roles) await t.admin.create(CLUSTER_ROLES, role).catch(() => undefined);
  return roles;
}

export const RIGHTS: Stories = {
  'opens one namespace to an agent': async (t) => {
    const [role] = await makeRoles(t, 'agent.yaml');
    const { namespace } = t;
    await t.admin.create(SERVICEACCOUNTS, object(SERVICEACCOUNTS, { namespace, name: 'agent' }));
    const me = await t.side.serviceAccount(namespace, 'agent');
    await t.tellWhether('nothing yet', me.list(DOMAINS, { namespace }));
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role?.metadata.name };
    const subjects = [{ kind: 'ServiceAccount', name: 'agent', namespace }];
    await t.admin.create(
      ROLEBINDINGS,
      object(ROLEBINDINGS, { namespace, name: 'agent' }, { roleRef, subjects }) as never,
    );
    await t.admin.create(DOMAINS, domain(namespace, 1));
    await t.admin.create(AGENTS, agent(namespace));
    const beat = await t.admin.create(LEASES, lease(namespace, 'nobody', { name: 'agent' }));
    await t.admin.create(LEASES, lease(namespace, 'nobody', { name: 'other' }));
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
    await t.tellWhether('make a heartbeat', me.create(LEASES, lease(namespace, 'me', { name: 'new' })));
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
    await t.admin.delete(LEASES, { namespace, name: 'agent' });
    await t.tellWhether('beat without a heartbeat', me.update(LEASES, lease(namespace, 'me', { name: 'agent' })));
    await t.tellWhether('beat with the one before', me.update(LEASES, beat));
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
  'lets the operator give an agent its rights and no other': async (t) => {
    const { namespace } = t;
    const name = 'operator';
    await makeRoles(t, 'agent.yaml');
    await makeRoles(t, 'roles.yaml');
    await t.admin.create(SERVICEACCOUNTS, object(SERVICEACCOUNTS, { namespace, name }));
    const me = await t.side.serviceAccount(namespace, name);
    const bound = (to: string): object => ({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    const binding = object(CLUSTER_ROLE_BINDINGS, { name: `${namespace}-operator` }, bound('xen-fleet-operator'));
    await t.admin.create(CLUSTER_ROLE_BINDINGS, binding);
    const isBound = (): Promise<boolean> =>
      me.list(DOMAINS, { namespace }).then(
        () => true,
        () => false,
      );
    await t.until(isBound);
    const bind = (to: string): Promise<unknown> =>
      me.create(ROLEBINDINGS, object(ROLEBINDINGS, { namespace, name: `to-${to}` }, bound(to)) as never);
    await t.tellWhether('bind the role of agents', bind('xen-fleet-agent'));
    await t.tellWhether('bind its own role', bind('xen-fleet-operator'));
    await t.tellWhether('bind the role of tenants', bind('xen-fleet-tenant'));
    await t.tellWhether('bind a role that is not there', bind('no-such-role'));
    await t.tellWhether('change a role', me.mergePatch(CLUSTER_ROLES, { name: 'xen-fleet-agent' }, { rules: [] }));
    await t.tellWhether('make a namespace', me.create(NAMESPACES, object(NAMESPACES, { name: `${namespace}-new` })));
    await t.tellWhether(
      'change a namespace',
      me.mergePatch(NAMESPACES, { name: namespace }, { metadata: { labels: {} } }),
    );
    await t.tellWhether('make an order', me.create(DOMAINS, domain(namespace, 1)));
    await t.tellWhether(
      'make an order by apply',
      me.apply(DOMAINS, domain(namespace, 1, { name: 'b' }), { fieldManager: 'm' }),
    );
    await t.tellWhether(
      'answer an order',
      me.mergePatch(DOMAINS, { namespace, name: 'one' }, {}, { subresource: 'status' }),
    );
    await t.tellWhether('make a page', me.create(AGENTS, agent(namespace)));
    await t.tellWhether('patch a page', me.mergePatch(AGENTS, { namespace, name: 'one' }, {}));
    await t.tellWhether('make a heartbeat', me.create(LEASES, lease(namespace, 'a', { name: 'agent' })));
    await t.tellWhether('beat', me.update(LEASES, lease(namespace, 'a', { name: 'agent', resourceVersion: '1' })));
    await t.tellWhether('make a host', me.create(HOSTS, object(HOSTS, { name: namespace }, { spec: {} })));
    await t.tellWhether('patch a host that is not there', me.mergePatch(HOSTS, { name: namespace }, {}));
    await t.tellWhether('delete a host', me.delete(HOSTS, { name: namespace }));
  },
  'ends a token with its account': async (t) => {
    const ref = { namespace: t.namespace, name: 'agent' };
    const account = object(SERVICEACCOUNTS, ref);
    await t.admin.create(SERVICEACCOUNTS, account);
    const me = await t.side.serviceAccount(t.namespace, 'agent');
    await t.tellWhether('before', me.list(DOMAINS, { namespace: t.namespace }));
    await t.admin.delete(SERVICEACCOUNTS, ref);
    const isOut = (): Promise<boolean> =>
      me
        .list(DOMAINS, { namespace: t.namespace })
        .catch((error: { kind: string }) => error.kind === 'unauthorized') as Promise<boolean>;
    await t.until(isOut);
    await t.tellWhether('after', me.list(DOMAINS, { namespace: t.namespace }));
    await t.admin.create(SERVICEACCOUNTS, account);
    await t.side.sleep(11_000);
    await t.tellWhether('with another account of that name', me.list(DOMAINS, { namespace: t.namespace }));
  },
};
