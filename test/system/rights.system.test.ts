/** One host's token opens one namespace and nothing else: every verb on every kind, asked of the real API server. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const OURS = [
  'xenvms',
  'xenvmclasses',
  'xenhosts',
  'xenpools',
  'xenagents',
  'xendomains',
  'xennetworks',
  'xenstoragepools',
];
const KINDS = [
  ...OURS.flatMap((kind) => [`${kind}.xenfleet.io`, `${kind}.xenfleet.io/status`]),
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
  events: ['create'],
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
