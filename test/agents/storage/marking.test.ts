/** Which folders the agent may mark as a pool: a wrong one would pass for the pool for ever. */
import { equal } from 'node:assert/strict';
import type { XenAgent } from '../../../crds/generated/types';
import { Pools } from '../../../agents/storage/pools';
import type { Policy } from '../../../agents/xl/policy';
import { answering } from '../dom0/answering';

type Known = NonNullable<XenAgent['spec']['storagePools']>[number];

const POOL = { name: 'fast', path: '/srv/fast' };
const LOCAL: Known = { ...POOL, driver: 'file', locality: 'local' };
const policy: Policy = { storagePaths: ['/srv'], imageDir: '/images', bridges: [], startUnconfirmed: false };

async function asks(known: readonly Known[] | null | undefined, by: Policy = policy): Promise<string> {
  const { host, asked } = answering({ stdout: 'fast id-1\n' });
  const agent = known === null ? undefined : ({ spec: { storagePools: known } } as unknown as XenAgent);
  const memory = { poolID: () => undefined, rememberPool: () => Promise.resolve() };
  await new Pools({ host, memory, agent: () => agent }).open(POOL, by);
  return /^locked by pool-[0-9a-f]{32}: open-pool \/srv\/fast fast (\w+)$/.exec(asked[0] ?? '')?.[1] ?? '';
}

describe('a folder without a marker', () => {
  it('is marked if the fleet has a local pool there, and the policy allows the folder', async () =>
    equal(await asks([{ ...LOCAL, name: 'slow' }, LOCAL]), 'mark'));

  const rows: [string, readonly Known[] | null | undefined, Policy?][] = [
    ['the fleet is not known', null],
    ['the fleet has no pools', undefined],
    ['the fleet has no pools any more', []],
    ['the pool is shared: where it is not mounted, its mount point is empty', [{ ...LOCAL, locality: 'shared' }]],
    ['the pool is replicated', [{ ...LOCAL, locality: 'replicated' }]],
    ['nobody says where its data is', [{ ...POOL, driver: 'file' }]],
    ['the pool is elsewhere by now', [{ ...LOCAL, path: '/srv/other' }]],
    ['another pool is in that folder', [{ ...LOCAL, name: 'slow' }]],
    ['the policy does not list it', [LOCAL], { ...policy, storagePaths: ['/srv/other'] }],
  ];
  for (const [why, known, by] of rows)
    it(`is only looked at where ${why}`, async () => equal(await asks(known, by), 'look'));
});

describe('the name of a pool', () => {
  const named = (known?: readonly Known[] | null): Pools => {
    const agent = known === null ? undefined : ({ spec: { storagePools: known } } as unknown as XenAgent);
    const memory = { poolID: () => undefined, rememberPool: () => Promise.resolve() };
    return new Pools({ host: answering().host, memory, agent: () => agent });
  };
  it('is found by its folder', () => {
    const pools = named([{ ...LOCAL, name: 'slow', path: '/srv/slow' }, LOCAL]);
    equal(pools.nameAt('/srv/fast'), 'fast');
    equal(pools.nameAt('/srv'), undefined);
    equal(named().nameAt('/srv/fast'), undefined);
    equal(named(null).nameAt('/srv/fast'), undefined);
  });
});
