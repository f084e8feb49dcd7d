import { equal, match, notEqual, rejects } from 'node:assert/strict';
import { Machine, machineID } from '../../../agents/dom0/machine';
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

  it('is pinned in the fleet, so no version of the agent may make another one of the same machine', async () => {
    for (const [firmware, id] of [
      ['4C4C4544-0000', '371b02478c744063261ecfc685ed6b22'],
      [undefined, '35a8572655ce676bcc7992c8a10adc38'],
    ] as const) {
      const host = await server(firmware);
      await host.putFile(FILE, `${'0123456789abcdef'.repeat(2)}\n`);
      equal(await machineID(host, layout), id);
    }
  });

  it('is not told if it cannot be kept, or if what is kept is damaged', async () => {
    const host = await server();
    const putFile = host.putFile.bind(host);
    host.putFile = () => Promise.reject(new HostError('EROFS'));
    await rejects(machineID(host, layout), /EROFS/);
    host.putFile = putFile;
    for (const damaged of ['', '0'.repeat(31), '0'.repeat(33), `x${'0'.repeat(32)}`, `${'0'.repeat(31)}g`]) {
      await host.putFile(FILE, damaged);
      await rejects(machineID(host, layout), /machine is unreadable/, damaged);
    }
  });

  it('is asked for again where it could not be told, and then kept for as long as the agent lives', async () => {
    const host = await server();
    const failures: unknown[] = [];
    const machine = new Machine(host, layout, (error) => failures.push(error));
    const putFile = host.putFile.bind(host);
    host.putFile = () => Promise.reject(new HostError('EROFS'));
    await machine.identify();
    equal(machine.id, undefined);
    match(String(failures), /EROFS/);
    host.putFile = putFile;
    await machine.identify();
    const { id } = machine;
    equal(id, await machineID(host, layout));
    await host.putFile(FILE, 'damaged');
    await machine.identify();
    equal(machine.id, id);
    equal(failures.length, 1);
  });
});
