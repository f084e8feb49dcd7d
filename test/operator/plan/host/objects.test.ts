/** The objects that a host needs: an agent's right ends at the namespace of its host. */
import { deepEqual } from 'node:assert/strict';
import { AGENT_LEASE, AGENT_ROLE, AGENT_SERVICE_ACCOUNT, HOST_LABEL } from '../../../../common/names';
import { agentSpec, hostObjects, newAgent } from '../../../../operator/plan/host/objects';
import { catalogOf } from '../builders';

const namespace = 'xenhost-h1';
const labels = { [HOST_LABEL]: 'h1' };

describe('the objects of a host', () => {
  const { namespace: room, serviceAccount, roleBinding, lease } = hostObjects('h1');

  it('are a namespace that says whose it is', () =>
    deepEqual(room, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }));

  it('are a ServiceAccount in it', () =>
    deepEqual(serviceAccount, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: AGENT_SERVICE_ACCOUNT, namespace, labels },
    }));

  it('are a RoleBinding of that one account, in that one namespace', () =>
    deepEqual(roleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: AGENT_ROLE, namespace, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: AGENT_ROLE },
      subjects: [{ kind: 'ServiceAccount', name: AGENT_SERVICE_ACCOUNT, namespace }],
    }));

  it('are a Lease that nobody holds yet', () =>
    deepEqual(lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: AGENT_LEASE, namespace, labels },
      spec: {},
    }));

  it('are a XenAgent that is told of the fleet', () => {
    const spec = agentSpec('h1', { fleetID: 'f', nonce: 'n', agent: undefined, catalog: catalogOf('h1') }, 'b1');
    deepEqual(spec, {
      fleetID: 'f',
      nonce: 'n',
      roster: ['h1'],
      rosterEpoch: 1,
      storagePools: [],
      networks: [],
      confirmedBootID: 'b1',
    });
    deepEqual(newAgent('h1', spec), {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenAgent',
      metadata: { name: 'h1', namespace, labels },
      spec,
    });
  });
});
