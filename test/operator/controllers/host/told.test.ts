/** What the agent of a host is told, and what it cannot be told of. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { settled } from './hosts-in-memory';

describe('what an agent is told', () => {
  it('is the nonce of a new term, with all else as it was', async () => {
    const here = await settled('h1');
    const { nonce: _nonce, ...before } = here.agentOf('h1').spec;
    here.directory.nonce = 'n2';
    deepEqual(await here.writes('h1'), ['update XenAgent xenhost-h1/h1', 'patch XenHost h1']);
    deepEqual(here.agentOf('h1').spec, { ...before, nonce: 'n2' });
    equal(here.ready('h1'), 'False AwaitingReport');
  });

  it('is the boot that has reported to this leader, and no other', async () => {
    const here = await settled('h1');
    equal(here.agentOf('h1').spec.confirmedBootID, 'boot-h1');
    here.report('h1', { nonce: 'old', bootID: 'boot-2' });
    await here.look('h1');
    equal(here.agentOf('h1').spec.confirmedBootID, 'boot-h1');
    here.report('h1', { bootID: 'boot-2' });
    await here.look('h1');
    equal(here.agentOf('h1').spec.confirmedBootID, 'boot-2');
  });

  it('is no boot at all while the last one is declared dead, until it shows that it lives', async () => {
    const here = await settled('h1');
    here.editHost('h1', { declaredDead: 'boot-h1' });
    await here.look('h1');
    equal(here.agentOf('h1').spec.confirmedBootID, 'boot-h1', 'its Lease was renewed just now');
    await here.clock.advance(25_001);
    await here.look('h1');
    equal(here.agentOf('h1').spec.confirmedBootID, undefined);
    equal(here.ready('h1'), 'Unknown DeclaredDead');
    here.beat('h1', 'boot-h1');
    await here.look('h1');
    equal(here.ready('h1'), 'False DeclaredDeadButAlive');
  });

  it('is its boot still if a declaration was refuted, however silent the host is later', async () => {
    const here = await settled('h1');
    here.editHost('h1', { declaredDead: 'boot-h1' });
    here.beat('h1', 'boot-h1');
    await here.look('h1');
    equal(here.get('h1').status?.refutedDeath, 'boot-h1');
    await here.clock.advance(99_000);
    await here.look('h1');
    equal(here.ready('h1'), 'Unknown DeclaredDeadButAlive');
    equal(here.agentOf('h1').spec.confirmedBootID, 'boot-h1');
    here.editHost('h1', { declaredDead: undefined });
    await here.look('h1');
    equal(here.get('h1').status?.refutedDeath, undefined);
    equal(here.ready('h1'), 'Unknown AgentSilent');
    here.editHost('h1', { declaredDead: 'boot-h1' });
    await here.look('h1');
    equal(here.ready('h1'), 'Unknown DeclaredDead', 'said again, by one who knows');
  });

  it('is not that of another machine under the name', async () => {
    const here = await settled('h1');
    here.report('h1', { machineID: 'aa' });
    await here.look('h1');
    equal(here.get('h1').status?.machineID, 'aa', 'pinned at first contact');
    here.report('h1', { machineID: 'bb', bootID: 'boot-bb' });
    await here.look('h1');
    equal(here.agentOf('h1').spec.confirmedBootID, 'boot-h1');
    deepEqual([here.ready('h1'), here.get('h1').status?.machineID], ['False MachineChanged', 'aa']);
    deepEqual(here.directory.unreported(), ['h1']);
    here.editHost('h1', { machineID: 'bb' });
    await here.look('h1');
    deepEqual([here.ready('h1'), here.agentOf('h1').spec.confirmedBootID], ['True AgentReporting', 'boot-bb']);
  });

  it('are the names of all hosts that stay', async () => {
    const here = await settled('h1', 'h2');
    deepEqual(here.agentOf('h1').spec.roster, ['h1', 'h2']);
    here.host('h3');
    await here.look('h1');
    deepEqual(here.agentOf('h1').spec.roster, ['h1', 'h2', 'h3']);
  });

  it('is written on the newest XenAgent only', async () => {
    const here = await settled('h1');
    here.directory.nonce = 'n2';
    here.api.before = ({ verb }) => {
      if (verb === 'update') here.report('h1');
    };
    await rejects(here.look('h1'), /not what it was/);
  });
});

describe('what agents cannot be told of', () => {
  it('is told once each, and counted while it lasts', async () => {
    const here = await settled('h1');
    const counts = (): string[] => here.told.measured.filter((line) => line.startsWith('leftOut')).slice(-3);
    const lan = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenNetwork', spec: { bridge: 'br0' } };
    const name = 'n'.repeat(64);
    const long = here.put(here.caches.networks, { ...lan, metadata: { name } } as never);
    await here.look('h1');
    deepEqual(here.told.events, [`${name} Warning NameTooLong`]);
    deepEqual(here.told.logged.at(-1), {
      level: 'warn',
      message: 'agents are not told of an object',
      fields: { kind: 'XenNetwork', name, reason: 'NameTooLong' },
    });
    deepEqual(counts(), ['leftOut XenHost 0', 'leftOut XenStoragePool 0', 'leftOut XenNetwork 1']);
    await here.look('h1');
    equal(here.told.events.length, 1);
    here.remove(here.caches.networks, long);
    await here.look('h1');
    deepEqual(counts(), ['leftOut XenHost 0', 'leftOut XenStoragePool 0', 'leftOut XenNetwork 0']);
    here.put(here.caches.networks, { ...lan, metadata: { name } } as never);
    await here.look('h1');
    equal(here.told.events.length, 2, 'a new one is told again');
  });

  it('is told on hosts and storage pools as well', async () => {
    const here = await settled('h1');
    const name = 's'.repeat(64);
    const pool = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenStoragePool', metadata: { name } };
    here.put(here.caches.storagePools, { ...pool, spec: { driver: 'file', path: '/a', locality: 'local' } } as never);
    here.newHost('h'.repeat(64));
    await here.look('h1');
    deepEqual(here.told.events.sort(), [`${'h'.repeat(64)} Warning NameTooLong`, `${name} Warning NameTooLong`]);
  });
});
