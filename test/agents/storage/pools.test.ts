/** Opening storage pools: which first uses wait for which. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenAgent } from '../../../crds/generated/types';
import type { HostPort } from '../../../agents/host/port';
import { Pools } from '../../../agents/storage/pools';
import type { Policy } from '../../../agents/xl/policy';
import { InProcessHost } from '../../sim/in-process-host';

const FAST = { name: 'fast', path: '/srv/fast' };
const SLOW = { name: 'slow', path: '/srv/slow' };
/** The folder of another pool. */
const SECOND = { ...FAST, name: 'second' };
const policy: Policy = { storagePaths: ['/srv'], imageDir: '/images', bridges: [], startUnconfirmed: false };

/** Pools on a host with empty folders for them. Calls wait for locks, and `hangs` never ends. */
function bench(hangs?: string) {
  const host = new InProcessHost();
  for (const { path } of [FAST, SLOW]) {
    host.files.put(`${path}/x`, '');
    host.files.remove(`${path}/x`);
  }
  const begun: string[] = [];
  const held = new Map<string, Promise<unknown>>();
  const locked: HostPort['locked'] = (lock, script, args, options) => {
    const go = () => {
      begun.push(`${args[1]} ${args[2]}`);
      return args[0] === hangs ? new Promise<never>(() => undefined) : host.locked(lock, script, args, options);
    };
    const turn = (held.get(lock) ?? Promise.resolve()).then(go);
    held.set(lock, turn);
    return turn;
  };
  const remembered = new Map<string, string>();
  const memory = {
    poolID: ({ name }: { name: string }) => remembered.get(name),
    rememberPool: ({ name }: { name: string }, id: string) => Promise.resolve(void remembered.set(name, id)),
  };
  const storagePools = [FAST, SLOW, SECOND].map((pool) => ({ ...pool, driver: 'file', locality: 'local' }));
  const agent = { spec: { storagePools } } as unknown as XenAgent;
  const port = Object.assign(Object.create(host) as InProcessHost, { locked });
  return { host, begun, pools: new Pools({ host: port, memory, agent: () => agent }) };
}

describe('storage pools', () => {
  it('one that hangs at its first use holds up no other one', async () => {
    const { pools, begun } = bench(SLOW.path);
    void pools.open(SLOW, policy);
    const marker = await pools.open(FAST, policy);
    equal('name' in marker && marker.name, 'fast');
    deepEqual(begun, ['slow mark', 'fast mark']);
  });

  it('are opened one after the other where they are one folder, under whatever name', async () => {
    const hung = bench(FAST.path);
    void hung.pools.open(FAST, policy);
    void hung.pools.open(SECOND, policy);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    deepEqual(hung.begun, ['fast mark']);

    const { pools, host } = bench();
    const [first, second] = await Promise.all([pools.open(FAST, policy), pools.open(SECOND, policy)]);
    equal('name' in first && first.name, 'fast');
    match('message' in second ? second.message : '', /belongs to pool fast/);
    match(host.files.get(`${FAST.path}/.xenfleet-pool`) ?? '', /^fast /);
  });

  it('are asked about once: then they are remembered', async () => {
    const { pools, begun } = bench();
    deepEqual(await pools.open(FAST, policy), await pools.open(FAST, policy));
    equal(begun.length, 1);
  });
});
