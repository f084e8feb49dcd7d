/** VMs that wait until all hosts have reported: who is looked at, and how soon. */
import { deepEqual } from 'node:assert/strict';
import { ReportWaiters } from '../../../../operator/controllers/vm/report-waiters';
import { FleetInMemory } from '../fleet-in-memory';

function bench(...unreported: string[]) {
  const here = new FleetInMemory('h1', 'h2');
  const missing = { hosts: unreported };
  const waiters = new ReportWaiters({ unreported: () => missing.hosts });
  const looked: string[] = [];
  const views = new Set<() => void>();
  const source = { onChange: (listener: () => void) => (views.add(listener), () => views.delete(listener)) };
  const undo = waiters.watch.listen({ caches: here.caches, views: source as never }, (key, delayMs) =>
    looked.push(`${key} in ${delayMs} ms`),
  );
  const told = (act: () => unknown): string[] => (act(), looked.splice(0));
  return { here, waiters, missing, told, undo, looksDifferent: () => views.forEach((tell) => tell()) };
}

describe('VMs that wait for reports', () => {
  it('are looked at at once when the last report is in, and every 2 s until then, to name the right hosts', () => {
    const { waiters, missing, told, looksDifferent } = bench('h2', 'h3');
    waiters.note('acme/a', true);
    waiters.note('acme/b', true);
    deepEqual(told(looksDifferent), ['acme/a in 2000 ms', 'acme/b in 2000 ms']);
    missing.hosts = [];
    deepEqual(told(looksDifferent), ['acme/a in 0 ms', 'acme/b in 0 ms']);
    waiters.note('acme/a', false);
    deepEqual(told(looksDifferent), ['acme/b in 0 ms']);
  });

  it('are looked at when a roster changes: it may name hosts that nobody knows', () => {
    const { here, waiters, told } = bench('h2');
    waiters.note('acme/a', true);
    here.report('h1', { roster: ['h1', 'h2'] });
    told(() => undefined);
    deepEqual(
      told(() => here.report('h1', { roster: ['h1', 'h2', 'h9'] })),
      ['acme/a in 2000 ms'],
    );
    deepEqual(
      told(() => here.report('h1', { roster: ['h1', 'h2', 'h9'], cpus: 9 })),
      [],
      'nothing new of hosts',
    );
  });

  it('are looked at when an agent comes or goes', () => {
    const { here, waiters, told } = bench();
    waiters.note('acme/a', true);
    const agent = here.caches.agents.get('xenhost-h1/h1')!;
    const { status: _, ...silent } = agent;
    deepEqual(
      told(() => here.remove(here.caches.agents, agent)),
      ['acme/a in 0 ms'],
    );
    deepEqual(
      told(() => here.put(here.caches.agents, silent)),
      ['acme/a in 0 ms'],
    );
  });

  it('are looked at by nobody after the term', () => {
    const { here, waiters, told, undo, looksDifferent } = bench();
    waiters.note('acme/a', true);
    undo();
    deepEqual(
      told(() => (looksDifferent(), here.report('h1', { roster: ['h9'] }))),
      [],
    );
  });
});
