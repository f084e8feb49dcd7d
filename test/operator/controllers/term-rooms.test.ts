/** A term as a whole: room that comes and goes while it lasts. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenVM } from '../../../crds/generated/types';
import { vm as newVm } from '../plan/builders';
import { TermInMemory } from './term-in-memory';

const wants = (here: TermInMemory, name: string, memory: string): XenVM =>
  here.vm(
    newVm({
      meta: { name, uid: `uid-${name}`, finalizers: [] },
      spec: { className: undefined as never, resources: { vcpus: 1, memory } },
    }),
  );
const hostOf = (here: TermInMemory, name: string) => here.caches.vms.get(`acme/${name}`)?.status?.placement?.host;
const order = (here: TermInMemory, name: string) => here.caches.domains.all().find(({ spec }) => spec.vm.name === name);

async function started(...hosts: string[]): Promise<TermInMemory> {
  const here = new TermInMemory(hosts);
  here.term.start();
  await here.rest();
  for (const host of hosts) here.answers(host);
  await here.rest();
  return here;
}

/** Time passes, in which only these hosts give a sign of life. */
async function beating(here: TermInMemory, ms: number, ...hosts: string[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5000) {
    for (const host of hosts) here.beat(host);
    await here.rest(5000);
  }
}

describe('in a term', () => {
  it('nothing is placed on a host that has fallen silent, though no event tells of that', async () => {
    const here = await started('h1', 'h2');
    await beating(here, 40_000, 'h2');
    for (const name of ['a', 'b', 'c', 'd']) wants(here, name, '2Gi');
    await here.rest();
    deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => hostOf(here, name)),
      ['h2', 'h2', 'h2', 'h2'],
    );
    await here.term.stop();
  });

  it('a VM that waits is placed when another one makes room', async () => {
    const here = await started('h1');
    wants(here, 'big', '12Gi');
    await here.rest();
    wants(here, 'late', '8Gi');
    await here.rest();
    equal(hostOf(here, 'late'), undefined);
    here.remove(here.caches.vms, here.caches.vms.get('acme/big')!);
    here.remove(here.caches.domains, order(here, 'big')!);
    await here.rest();
    equal(hostOf(here, 'late'), 'h1');
    await here.term.stop();
  });

  it('a VM whose claim this term wrote is let go, though a host has come that has not reported', async () => {
    const here = await started('h1');
    wants(here, 'web', '1Gi');
    await here.rest();
    here.host('h2');
    const known = here.caches.vms.get('acme/web')!;
    const deletionTimestamp = new Date(here.clock.wallMs()).toISOString();
    here.vm({ ...known, metadata: { ...known.metadata, deletionTimestamp } });
    await here.rest();
    equal(order(here, 'web')?.spec.desired, 'Absent');
    here.answers('h1');
    await here.rest();
    equal(here.caches.vms.get('acme/web'), undefined);
    await here.term.stop();
  });

  it('a claim whose write nobody answered is tried again after a while, and not at once', async () => {
    const here = await started('h1');
    let tries = 0;
    here.api.before = ({ verb, body: { status } }) => {
      if (verb !== 'patch' || status?.['placement'] === undefined) return;
      tries += 1;
      throw new Error('the network is away');
    };
    wants(here, 'web', '1Gi');
    await here.rest(900);
    equal(tries, 1);
    await here.rest(2000);
    equal(tries > 1 && tries < 5, true, `${tries} tries`);
    here.api.before = () => undefined;
    await here.rest(3000);
    equal(hostOf(here, 'web'), 'h1');
    await here.term.stop();
  });

  it('all hosts that come within 2 s are told to agents in one write for each', async () => {
    const here = await started('h1');
    here.api.calls.length = 0;
    for (const name of ['h2', 'h3', 'h4']) {
      here.host(name);
      here.report(name);
      await here.rest(400);
    }
    await here.rest(5000);
    const told = here.api.calls.filter(({ key, kind }) => kind === 'XenAgent' && key.endsWith('/h1'));
    equal(told.length, 1);
    deepEqual(here.directory.agent('h1')?.spec.roster, ['h1', 'h2', 'h3', 'h4']);
    await here.term.stop();
  });

  it('its queues are measured by the name of their kind', async () => {
    const here = await started('h1');
    wants(here, 'web', '1Gi');
    await here.rest();
    for (const kind of ['vm', 'host'])
      for (const what of [`queueDepth ${kind} \\d`, `queueWaited ${kind} \\d`, `reconciled ${kind} ok`])
        match(here.told.measured.join('\n'), new RegExp(`^${what}`, 'm'));
    await here.term.stop();
  });
});
