/** A simulated Dom0 with one pool, and the parts of the agent that make disks and domains on it. */
import { Creator } from '../../../agents/dom0/create';
import { Disks } from '../../../agents/dom0/disks';
import { StorageDrivers } from '../../../agents/storage/drivers';
import { Pools } from '../../../agents/storage/pools';
import type { Policy } from '../../../agents/xl/policy';
import type { XenAgent } from '../../../crds/generated/types';
import { InProcessHost } from '../../sim/in-process-host';

export const POOL = '/var/lib/xenfleet/disks';
export const layout = { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' };
const policy: Policy = {
  storagePaths: [POOL],
  imageDir: '/var/lib/xenfleet/images',
  bridges: ['xenbr0'],
  startUnconfirmed: false,
};

export function dom0() {
  const host = new InProcessHost();
  const remembered = new Map<string, string>();
  const memory = {
    poolID: ({ name }: { name: string }) => remembered.get(name),
    rememberPool: ({ name }: { name: string }, id: string) => Promise.resolve(void remembered.set(name, id)),
  };
  const storagePools = [{ name: 'local', path: POOL, driver: 'file', locality: 'local' }];
  const agent = { spec: { storagePools } } as unknown as XenAgent;
  const pools = new Pools({ host, memory, agent: () => agent });
  const drivers = new StorageDrivers(host, pools);
  const disks = new Disks(drivers, pools);
  return { host, policy, pools, drivers, disks, creator: new Creator(host, layout, disks) };
}

/** Names of the disks in the pool. */
export const onDisk = (host: InProcessHost): string[] =>
  host.files.list(POOL).flatMap(({ name }) => /\.([a-z]+)\.raw$/.exec(name)?.[1] ?? []);
