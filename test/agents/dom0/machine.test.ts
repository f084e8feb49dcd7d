import { equal, match, notEqual, rejects } from 'node:assert/strict';
import { machineID } from '../../../agents/dom0/machine';
import { HostError } from '../../../agents/host/port';
import { InProcessHost } from '../../sim/in-process-host';

const layout = { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' };
const FILE = '/var/lib/xenfleet/machine';
const FIRMWARE = '/sys/class/dmi/id/product_uuid';

async function server(firmware?: string): Promise<InProcessHost> {
  const host = new InProcessHost();
  if (firmware !== undefined) await host.putFile(FIRMWARE, `${firmware}\n`);
  return host;
}

describe('the identity of a machine', () => {
  it('is made once', async () => {
    for (const firmware of ['4C4C4544-0000', undefined]) {
      const host = await server(firmware);
      const first = await machineID(host, layout);
      match(first, /^[0-9a-f]{32}$/);
      equal(await machineID(host, layout), first);
    }
  });

  it('two servers whose firmware tells the same differ, and so does a copied disk in another server', async () => {
    const [one, other, copy] = [await server('4C4C'), await server('4C4C'), await server('5D5D')];
    const id = await machineID(one, layout);
    notEqual(await machineID(other, layout), id);
    await copy.putFile(FILE, (await one.readFile(FILE)) ?? '');
    notEqual(await machineID(copy, layout), id);
  });

  it('is not told if it cannot be kept, or if what is kept is damaged', async () => {
    const host = await server();
    const putFile = host.putFile.bind(host);
    host.putFile = () => Promise.reject(new HostError('EROFS'));
    await rejects(machineID(host, layout), /EROFS/);
    host.putFile = putFile;
    await host.putFile(FILE, '');
    await rejects(machineID(host, layout), /machine is unreadable/);
  });
});
