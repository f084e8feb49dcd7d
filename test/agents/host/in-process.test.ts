import { InProcessHost } from '../../sim/in-process-host';
import { runCommand } from '../../sim/xl';
import { strict as assert } from 'node:assert';
import { hostContract } from './contract';
import { simCfg } from './sim-folder';

const spec = { name: 'h1', guests: { bootMs: 20, shutdownMs: 50, deaf: false, pvDrivers: false } };

describe('InProcessHost', () => {
  hostContract(() => {
    const host = new InProcessHost({ spec });
    return Promise.resolve({
      host,
      cfg: simCfg,
      sim: (...argv) => runCommand(host.xen, ['sim', ...argv]),
      stop: () => Promise.resolve(host.xen.stop()),
    });
  });

  it('a power loss ends the calls under way, and what they would have done', async () => {
    const host = new InProcessHost({ spec });
    const uuid = '00000000-0000-4000-8000-000000000001';
    await host.putFile('/c', simCfg(uuid, 'a.b'));
    host.xen.faults.delaysMs.set('create', 100);
    const creating = host.locked(uuid, 'create', ['/s', uuid, '1', '/c', 'mark']);
    await new Promise((resolve) => setTimeout(resolve, 30));
    host.xen.reboot();
    assert.equal((await creating).end, 'disconnected');
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(host.xen.domains.size, 0);
    host.xen.faults.clear();
    assert.equal((await host.locked(uuid, 'create', ['/s', uuid, '1', '/c', 'mark'])).code, 0);
    host.xen.stop();
  });
});
