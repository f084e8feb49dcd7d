/** Hosts that have not reported, as reports, nonces and hosts come and go. */
import { deepEqual } from 'node:assert/strict';
import { FleetInMemory } from './fleet-in-memory';

describe('hosts that have not reported', () => {
  it('are those that answer another nonce, and none once all have answered', () => {
    const here = new FleetInMemory('h1', 'h2');
    deepEqual(here.directory.unreported(), []);
    here.report('h2', { nonce: 'old' });
    deepEqual(here.directory.unreported(), ['h2']);
    here.report('h2');
    deepEqual(here.directory.unreported(), []);
    here.directory.nonce = 'n2';
    deepEqual(here.directory.unreported(), ['h1', 'h2']);
  });

  it('are those, too, that only other hosts remember, as hosts come and go', () => {
    const here = new FleetInMemory('h1', 'h2');
    here.report('h2', { roster: ['h1', 'h2'] });
    here.report('h1', { roster: ['h1', 'h2', 'h9'] });
    deepEqual(here.directory.unreported(), [], 'one report alone could be a lie');
    here.report('h2', { roster: [] });
    deepEqual(here.directory.unreported(), ['h9'], 'unless no other one keeps any names');
    here.report('h2', { roster: ['h1', 'h2', 'h9'] });
    deepEqual(here.directory.unreported(), ['h9']);
    const h9 = here.host('h9');
    here.report('h9');
    deepEqual(here.directory.unreported(), [], 'it is a host again and has answered');
    here.remove(here.caches.hosts, h9);
    deepEqual(here.directory.unreported(), ['h9'], 'it is remembered, and no host of ours');
  });
});
