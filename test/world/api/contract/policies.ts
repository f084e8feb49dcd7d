/** What the policies of the chart let through, and in which words they refuse. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeClient } from '../../../../common/kube/client';
import {
  NAMESPACES,
  ROLEBINDINGS,
  SERVICEACCOUNTS,
  XENDOMAINS,
  XENHOSTS,
  XENVMS,
} from '../../../../common/kube/resources';
import type { ResourceType } from '../../../../common/kube/types';
import { pvh } from '../../../crds/refused';
import { CORE_POLICIES, CORE_POLICY_BINDINGS } from '../core-kinds';
import type { Stories } from './stories';
import type { Teller } from './teller';
import { domain, object, type Loose } from './things';

const FOLDER = join(__dirname, '../../../../charts/xen-fleet/admission');
const SETTLE_MS = 3000;

/** As the chart installs them, for an operator in a namespace of the story's own. */
async function install(t: Teller): Promise<void> {
  for (const file of readdirSync(FOLDER).sort()) {
    const text = readFileSync(join(FOLDER, file), 'utf8').replaceAll(
      'serviceaccount:xen-fleet-system:xen-fleet-operator',
      `serviceaccount:${t.namespace}:operator`,
    );
    for (const one of parseAllDocuments(text)) {
      const made = one.toJS() as Loose;
      await t.admin.create(made.kind === CORE_POLICIES.kind ? CORE_POLICIES : CORE_POLICY_BINDINGS, made);
    }
  }
  await t.side.sleep(SETTLE_MS);
}

/** An account with every right of RBAC on these resources, in the story's namespace or all. */
async function account(t: Teller, name: string, verbs: readonly string[]): Promise<KubeClient> {
  const { namespace } = t;
  await t.admin.create(SERVICEACCOUNTS, object(SERVICEACCOUNTS, { namespace, name }));
  const roles: ResourceType<Loose> = {
    ...(ROLEBINDINGS as ResourceType),
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
  };
  const bindings: ResourceType<Loose> = { ...roles, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' };
  const metadata = { name: `${namespace}-${name}` };
  const apiGroups = ['', 'xenfleet.io', 'coordination.k8s.io'];
  await t.admin.create(roles, object(roles, metadata, { rules: [{ apiGroups, resources: ['*'], verbs }] }));
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name };
  await t.admin.create(bindings, object(bindings, metadata, { roleRef, subjects }));
  const client = await t.side.serviceAccount(namespace, name);
  await t.until(() =>
    client.list(XENVMS, { namespace }).then(
      () => true,
      () => false,
    ),
  );
  return client;
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

export const POLICIES: Stories = {
  'asks the policies of the chart': async (t) => {
    await install(t);
    const { namespace } = t;
    const tenant = await account(t, 'tenant', VERBS);
    const operator = await account(t, 'operator', VERBS);
    const owner = await account(t, 'owner', [...VERBS, 'setidentity']);
    const vm = (name: string, more: object = {}): Loose =>
      object(XENVMS, { namespace, name }, { spec: pvh({ disks: undefined, networks: undefined, ...more }) });
    const identity = { identity: { uuid: '10000000-0000-4000-8000-000000000001' } };

    await t.tellWhether('a VM', tenant.create(XENVMS, vm('a') as never));
    await t.tell('a VM with an identity', tenant.create(XENVMS, vm('b', identity) as never));
    await t.tellWhether('the same by who may', owner.create(XENVMS, vm('b', identity) as never));
    const edit = (name: string, spec: object) => ({ ref: { namespace, name }, patch: { spec } });
    const halt = edit('b', { runPolicy: 'Halted' });
    await t.tellWhether('an edit of it by the tenant', tenant.mergePatch(XENVMS, halt.ref, halt.patch));
    const given = edit('a', identity);
    await t.tell('an identity for one that has none', tenant.mergePatch(XENVMS, given.ref, given.patch));

    const spec = edit('a', { runPolicy: 'Halted' });
    await t.tell('the operator edits a wish', operator.mergePatch(XENVMS, spec.ref, spec.patch));
    const finalizers = { metadata: { finalizers: ['xenfleet.io/operator'] } };
    await t.tellWhether('the operator sets a finalizer', operator.mergePatch(XENVMS, spec.ref, finalizers));
    const status = { status: { phase: 'Pending' } };
    await t.tellWhether(
      'the operator writes a status',
      operator.mergePatch(XENVMS, spec.ref, status, { subresource: 'status' }),
    );
    await t.tell('the operator makes a namespace', operator.create(NAMESPACES, object(NAMESPACES, { name: 'other' })));
    const host = object(NAMESPACES, { name: 'xenhost-policy' });
    await t.tellWhether('… of a host', operator.create(NAMESPACES, host));
    await t.tell(
      'the operator makes an account',
      operator.create(SERVICEACCOUNTS, object(SERVICEACCOUNTS, { namespace, name: 'x' })),
    );
    await t.tell('the operator makes an order elsewhere', operator.create(XENDOMAINS, domain(namespace, 1) as never));
    await t.tellWhether(
      'the operator makes an order',
      operator.create(XENDOMAINS, domain('xenhost-policy', 1) as never),
    );
    await t.tellWhether(
      'an administrator makes a host',
      t.admin.create(XENHOSTS, object(XENHOSTS, { name: namespace }, { spec: {} }) as never),
    );
    await t.tell(
      'the operator edits a host',
      operator.mergePatch(XENHOSTS, { name: namespace }, { spec: { unschedulable: true } }),
    );

    const order = { namespace: 'xenhost-policy', name: domain('xenhost-policy', 1).metadata.name };
    await t.tell('an administrator deletes an order', t.admin.delete(XENDOMAINS, order));
    await t.tell('a host’s namespace', t.admin.delete(NAMESPACES, { name: 'xenhost-policy' }));
    const meant = { metadata: { annotations: { 'xenfleet.io/allow-deletion': 'true' } } };
    await t.admin.mergePatch(XENDOMAINS, order, meant);
    await t.tellWhether('… after the word', t.admin.delete(XENDOMAINS, order));
    await t.admin.create(XENDOMAINS, domain('xenhost-policy', 2, { name: 'two' }) as never);
    const second = { ...order, name: domain('xenhost-policy', 2, { name: 'two' }).metadata.name };
    await t.tellWhether('the operator deletes one', operator.delete(XENDOMAINS, second));
    await t.tellWhether('another namespace', t.admin.delete(NAMESPACES, { name: namespace }));
    await t.admin.mergePatch(NAMESPACES, { name: 'xenhost-policy' }, meant);
    await t.tellWhether('the namespace after the word', t.admin.delete(NAMESPACES, { name: 'xenhost-policy' }));
    for (const type of [CORE_POLICY_BINDINGS, CORE_POLICIES])
      for (const { metadata } of (await t.admin.list(type, {})).items) await t.admin.delete(type, metadata);
    await t.side.sleep(SETTLE_MS);
  },
};
