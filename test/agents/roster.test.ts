/** The names of hosts that a Dom0 keeps: a restored backup from an older time erases none. */
import { deepEqual } from 'node:assert/strict';
import { VirtualBench } from './virtual';

describe('the names of hosts that an agent keeps', () => {
  const told = (bench: VirtualBench): unknown[] => {
    const { roster, rosterEpoch } = bench.server.agent?.status ?? {};
    return [roster, rosterEpoch];
  };

  it('are those of the highest epoch it was told, also after a restart and a restored backup', async () => {
    const bench = new VirtualBench();
    bench.server.furnish({ roster: ['h1', 'h9'], rosterEpoch: 5 });
    const first = bench.start();
    await bench.pass(15_000);
    deepEqual(told(bench), [['h1', 'h9'], 5]);

    bench.server.furnish({ roster: ['h1'], rosterEpoch: 3 });
    bench.server.setNonce('n2');
    await bench.pass(15_000);
    deepEqual(told(bench), [['h1', 'h9'], 5]);

    first.kill();
    bench.start();
    bench.server.furnish({ roster: [], rosterEpoch: 5 });
    await bench.pass(15_000);
    deepEqual(told(bench), [['h1', 'h9'], 5]);

    bench.server.furnish({ roster: ['h1', 'h2'], rosterEpoch: 6 });
    await bench.pass(15_000);
    deepEqual(told(bench), [['h1', 'h2'], 6]);
  });
});
