/**
 * One host's token opens one namespace and nothing else: every verb on every kind, asked of the
 * real API server. And what admission keeps from the operator's token, though RBAC grants it.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { OURS } from '../../common/kube/resources';
import { OPERATOR_ACCOUNT } from '../playground/cluster';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const KINDS = [
  ...Object.values(OURS).flatMap(({ plural: kind }) => [`${kind}.xenfleet.io`, `${kind}.xenfleet.io/status`]),
  'secrets',
  'configmaps',
  'namespaces',
  'nodes',
  'pods',
  'serviceaccounts',
  'serviceaccounts/token',
  'events',
  'leases.coordination.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
];
/** What an agent may do in its own namespace, and all it may do. */
const MINE: Readonly<Record<string, readonly string[]>> = {
  'xendomains.xenfleet.io': ['get', 'list', 'watch'],
  'xendomains.xenfleet.io/status': ['patch'],
  'xenagents.xenfleet.io': ['get', 'list', 'watch'],
  'xenagents.xenfleet.io/status': ['patch'],
};

interface Review {
  readonly namespace?: string;
  readonly kind: string;
  readonly verb: string;
  readonly name?: string;
}

describe("an agent's rights", function () {
  this.timeout(180_000);
  let playground: Playground;
  let me: string;

  before(async () => {
    playground = await startPlayground({ hosts: 2 });
    me = 'system:serviceaccount:xenhost-host-1:agent';
  });
  after(() => playground.stop());

  /** What the API server itself would answer. */
  async function allowed({ namespace, kind, verb, name }: Review): Promise<boolean> {
    const [path = '', subresource] = kind.split('/');
    const [resource = '', ...group] = path.split('.');
    const attributes = { verb, resource, group: group.join('.'), subresource, namespace, name };
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: me, resourceAttributes: attributes },
    };
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:xenhost-host-1', 'system:authenticated'];
    const answer = (await playground.client.transport.request({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { ...review, spec: { ...review.spec, groups } },
      verb: 'create',
      resource: 'subjectaccessreviews',
    })) as { status: { allowed: boolean } };
    return answer.status.allowed;
  }

  async function rights(namespace: string | undefined): Promise<string[]> {
    const asked = KINDS.flatMap((kind) =>
      VERBS.map((verb) => ({ kind, verb, ...(namespace !== undefined && { namespace }) })),
    );
    const answers = await Promise.all(
      asked.map(async (review) => ((await allowed(review)) ? [`${review.verb} ${review.kind}`] : [])),
    );
    return answers.flat().sort();
  }

  it('in another host’s namespace: none', async () => deepEqual(await rights('xenhost-host-2'), []));
  it('in a tenant’s namespace: none', async () => deepEqual(await rights('default'), []));
  it('in kube-system: none', async () => deepEqual(await rights('kube-system'), []));
  it('over the whole cluster: none', async () => deepEqual(await rights(undefined), []));
  it('in its own namespace: what it needs, and no more', async () => {
    const expected = Object.entries(MINE).flatMap(([kind, verbs]) => verbs.map((verb) => `${verb} ${kind}`));
    deepEqual(await rights('xenhost-host-1'), expected.sort());
  });

  it('its heartbeat by name, and no other Lease', async () => {
    const on = (name: string) => (verb: string) =>
      allowed({ namespace: 'xenhost-host-1', kind: 'leases.coordination.k8s.io', verb, name });
    deepEqual(await Promise.all(['get', 'update', 'delete', 'patch'].map(on('agent'))), [true, true, false, false]);
    deepEqual(await Promise.all(['get', 'update'].map(on('other'))), [false, false]);
  });

  it('with the token itself: its own orders are listed, those of others refused', async () => {
    const token = await playground.plane.tokenFor('xenhost-host-1', 'agent');
    const kubeconfig = await playground.plane.writeKubeconfig({ name: 'thief', token });
    const ask = (args: string[]) => playground.tryKubectl(args, { kubeconfig });
    equal((await ask(['get', 'xdom', '-n', 'xenhost-host-1'])).code, 0);
    for (const args of [
      ['get', 'xdom', '-n', 'xenhost-host-2'],
      ['get', 'xvm', '-A'],
      ['get', 'secrets', '-A'],
      ['get', 'xh'],
    ]) {
      match((await ask(args)).stderr, /is forbidden|Forbidden/, args.join(' '));
    }
  });
});

describe("the operator's rights", function () {
  this.timeout(180_000);
  let playground: Playground;
  let kubeconfig: string;

  before(async () => {
    playground = await startPlayground({ hosts: 1 });
    const { namespace, name } = OPERATOR_ACCOUNT;
    kubeconfig = await playground.plane.writeKubeconfig({
      name: 'thief',
      token: await playground.plane.tokenFor(namespace, name),
    });
    await playground.kubectl(['create', 'namespace', 'acme']);
    const spec = { type: 'hvm', resources: { vcpus: 1, memory: '1Gi' } };
    const metadata = { name: 'web', namespace: 'acme' };
    const vm = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenVM', metadata, spec };
    await playground.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(vm) });
  });
  after(() => playground.stop());

  const REFUSED: readonly [string, readonly string[], RegExp][] = [
    ['a namespace of a tenant is not deleted', ['delete', 'namespace', 'acme'], /namespaces of hosts only/],
    ['… or made', ['create', 'namespace', 'bolt'], /namespaces of hosts only/],
    ['no account is made in it', ['create', 'sa', 'me', '-n', 'acme'], /this kind in namespaces of hosts only/],
    [
      'no right is given in it',
      ['create', 'rolebinding', 'me', '-n', 'acme', '--clusterrole=xen-fleet-agent', '--serviceaccount=acme:me'],
      /this kind in namespaces of hosts only/,
    ],
    [
      'the spec of a XenVM stays as it is',
      ['patch', 'xvm', 'web', '-n', 'acme', '--type=merge', '-p', '{"spec":{"runPolicy":"Halted"}}'],
      /the spec belongs to whoever made the object/,
    ],
    [
      '… and that of a XenHost',
      [
        'patch',
        'xh',
        'host-1',
        '--type=merge',
        '-p',
        '{"spec":{"declaredDead":"11111111-2222-4333-8444-555555555555"}}',
      ],
      /the spec belongs to whoever made the object/,
    ],
  ];
  for (const [name, args, words] of REFUSED)
    it(`with its token: ${name}`, async () => match((await playground.tryKubectl(args, { kubeconfig })).stderr, words));
});
