/** A new XenHost, and the objects beside it that nobody watches. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { KubeError } from '../../../../common/kube/errors';
import { ROLEBINDINGS, SERVICEACCOUNTS } from '../../../../common/kube/resources';
import { FINALIZER } from '../../../../common/names';
import { HostsInMemory, settled } from './hosts-in-memory';

describe('a new XenHost', () => {
  it('gets all that its agent needs, in an order in which each part has what it stands on', async () => {
    const here = new HostsInMemory();
    here.newHost('h1');
    deepEqual(await here.writes('h1'), [
      'patch XenHost h1',
      'create Namespace xenhost-h1',
      'create ServiceAccount xenhost-h1/agent',
      'create RoleBinding xenhost-h1/xen-fleet-agent',
      'create Lease xenhost-h1/agent',
      'create XenAgent xenhost-h1/h1',
      'patch XenHost h1',
    ]);
    deepEqual(here.get('h1').metadata.finalizers, [FINALIZER]);
    equal(here.ready('h1'), 'False AgentNeverReported');
    deepEqual(here.told.lines(/./), ['info namespace created']);
    deepEqual(await here.writes('h1'), [], 'and then nothing more');
  });

  it('is finished by the next look where a process died in between', async () => {
    for (let fatal = 1; fatal <= 7; fatal++) {
      const here = new HostsInMemory();
      here.newHost('h1');
      let left = fatal;
      here.api.after = () => {
        left -= 1;
        if (left === 0) throw new KubeError('network', 'the answer is lost', { mayHaveLanded: true });
      };
      await rejects(here.look('h1'), /the answer is lost/);
      here.api.after = () => undefined;
      // What was written without an answer is told by the watch, here at once.
      await here.look('h1');
      equal(here.api.store(ROLEBINDINGS).size, 1, `after write ${fatal}`);
      equal(here.caches.leases.size, 1);
      equal(here.agentOf('h1').spec.nonce, 'n1');
      equal(here.ready('h1'), 'False AgentNeverReported');
      deepEqual(await here.writes('h1'), []);
    }
  });

  it('goes on past objects that are there, and past nothing else', async () => {
    const here = new HostsInMemory();
    here.newHost('h1');
    await here.api.client.create(SERVICEACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'xenhost-h1', name: 'agent' },
    });
    await here.look('h1');
    equal(here.api.store(ROLEBINDINGS).size, 1);
    const refused = new HostsInMemory();
    refused.newHost('h1');
    refused.api.before = ({ kind }) => {
      if (kind === 'RoleBinding') throw new KubeError('forbidden', 'no right to bind');
    };
    await rejects(refused.look('h1'), /no right to bind/);
    equal(refused.directory.agent('h1'), undefined, 'an agent without rights is not told of anything');
    refused.api.before = () => undefined;
    await refused.look('h1');
    equal(refused.api.store(ROLEBINDINGS).size, 1, 'it was not taken for done');
  });
});

describe('the objects that nobody watches', () => {
  /** The kinds that the operator tries to create from now on. */
  const tried = (here: HostsInMemory): string[] => {
    const made: string[] = [];
    here.api.before = ({ verb, kind }) => void (verb === 'create' && made.push(kind));
    return made;
  };

  it('are made again within ten minutes where somebody deleted them', async () => {
    const here = await settled('h1');
    const made = tried(here);
    await here.clock.advance(599_999);
    await here.look('h1');
    deepEqual(made, []);
    await here.clock.advance(1);
    await here.look('h1');
    deepEqual(made, ['ServiceAccount', 'RoleBinding']);
    await here.look('h1');
    equal(made.length, 2);
  });

  it('are made at once in a namespace that is another one', async () => {
    const here = await settled('h1');
    const made = tried(here);
    here.namespaceGoes('h1');
    await here.look('h1');
    deepEqual(made, ['Namespace', 'ServiceAccount', 'RoleBinding', 'Lease', 'XenAgent']);
  });

  it('are joined by the Lease, whose end may be told after the namespace was made anew', async () => {
    const here = await settled('h1');
    const lease = here.caches.leases.all()[0]!;
    here.namespaceGoes('h1');
    here.put(here.caches.leases, lease);
    await here.look('h1');
    here.remove(here.caches.leases, here.caches.leases.all()[0]!);
    const made = tried(here);
    await here.clock.advance(9999);
    await here.look('h1');
    deepEqual(made, [], 'a Lease that we cannot see is not made at every look');
    await here.clock.advance(1);
    await here.look('h1');
    deepEqual(made, ['ServiceAccount', 'RoleBinding', 'Lease']);
  });

  it('are made at once for a host that was deleted and made anew', async () => {
    const here = await settled('h1');
    const made = tried(here);
    here.remove(here.caches.hosts, here.get('h1'));
    equal(await here.look('h1'), undefined);
    here.newHost('h1');
    await here.look('h1');
    deepEqual(made, ['ServiceAccount', 'RoleBinding']);
  });
});
