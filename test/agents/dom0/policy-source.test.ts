/** The policy file of a Dom0: how old it may be, and what is said of one that cannot be read. */
import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { PolicySource } from '../../../agents/dom0/policy-source';
import { HostError } from '../../../agents/host/port';
import { InProcessHost } from '../../sim/in-process-host';
import type { Clock } from '../../../common/ports';

const FILE = '/etc/xenfleet/policy.json';
const file = (bridge: string): string => JSON.stringify({ imageDir: '/images', bridges: [bridge] });

async function bench() {
  const host = new InProcessHost();
  await host.putFile(FILE, file('xenbr0'));
  let nowMs = 0;
  let reads = 0;
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => {
    reads += 1;
    return readFile(path);
  };
  const source = new PolicySource(host, { monotonicMs: () => nowMs } as Clock, FILE);
  const bridges = async (): Promise<readonly string[] | string> => {
    const result = await source.get();
    return result.ok ? result.policy.bridges : result.message;
  };
  return { host, source, bridges, reads: () => reads, at: (ms: number) => (nowMs = ms) };
}

describe('the policy of a host', () => {
  it('is read once for all who ask within 10 s, and then as it is by now', async () => {
    const { host, bridges, reads, at } = await bench();
    deepEqual(await Promise.all([bridges(), bridges()]), [['xenbr0'], ['xenbr0']]);
    await host.putFile(FILE, file('xenbr1'));
    at(10_000);
    deepEqual([await bridges(), reads()], [['xenbr0'], 1]);
    at(10_001);
    deepEqual([await bridges(), reads()], [['xenbr1'], 2]);
    at(20_001);
    deepEqual([await bridges(), reads()], [['xenbr1'], 2], 'fresh for 10 s from when it was read');
  });

  it('has a digest that tells one file from another, and none without a file', async () => {
    const { host, source, bridges, at } = await bench();
    await bridges();
    const first = source.digest;
    match(first ?? '', /^[0-9a-f]{16}$/);
    await host.putFile(FILE, file('xenbr1'));
    at(20_000);
    await bridges();
    notEqual(source.digest, first);
    await host.removeFile(FILE);
    at(40_000);
    match(String(await bridges()), /allows nothing: there is none/);
    equal(source.digest, undefined);
  });

  it('allows nothing while its file cannot be read, and says why', async () => {
    const { host, source } = await bench();
    host.readFile = () => Promise.reject(new HostError('EIO'));
    deepEqual(await source.get(), {
      ok: false,
      message: 'the policy file of the host cannot be read: HostError: EIO',
    });
  });
});
