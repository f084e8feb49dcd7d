/** Two agent processes on one Dom0: the one that began last acts. */
import { deepEqual, equal } from 'node:assert/strict';
import { Incumbent } from '../../../agents/dom0/incumbent';
import { HostError } from '../../../agents/host/port';
import { InProcessHost } from '../../sim/in-process-host';

const LAYOUT = { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' };

describe('the agent process that began last on a Dom0', () => {
  const begun = async (host: InProcessHost, process: string): Promise<Incumbent> => {
    const incumbent = new Incumbent(host, LAYOUT, process);
    await incumbent.note();
    return incumbent;
  };

  it('displaces the one before, for good', async () => {
    const host = new InProcessHost();
    const first = await begun(host, 'a');
    equal(await first.isDisplaced(), false);
    const second = await begun(host, 'b');
    equal(first.wasDisplaced, false, 'it has not looked yet');
    deepEqual([await first.isDisplaced(), await second.isDisplaced()], [true, false]);
    host.files.remove('/var/lib/xenfleet/agent');
    deepEqual([await first.isDisplaced(), first.wasDisplaced], [true, true]);
    equal(await second.isDisplaced(), false, 'a file that is gone displaces nobody');
  });

  it('displaces nobody where nothing can be written or read', async () => {
    const host = new InProcessHost();
    const first = await begun(host, 'a');
    const fails = (): Promise<never> => Promise.reject(new HostError('read-only'));
    const readOnly = new Incumbent(Object.assign(new InProcessHost(), { putFile: fails }), LAYOUT, 'b');
    await readOnly.note();
    equal(await readOnly.isDisplaced(), false);
    host.readFile = fails;
    equal(await first.isDisplaced(), false);
  });
});
