/** Gauges of the pools: the ledger's accounts, and whether failures of hosts are tolerated. */
import type { Gauge } from 'prom-client';
import { survive, type OnFault } from '../../common/survive';
import type { InstrumentMaker } from './instruments';
import type { FleetUsage } from './types';

export class PoolGauges {
  private readonly hosts: Gauge;
  private readonly memory: Gauge;
  private readonly vcpus: Gauge;
  private readonly vms: Gauge;
  private readonly toTolerate: Gauge;
  private readonly tolerated: Gauge;

  constructor(
    make: InstrumentMaker,
    private readonly onFault: OnFault,
  ) {
    const memoryHelp =
      'Memory of a pool: all of its hosts have, what VMs take with their overhead, what is left for more.';
    const toleratedHelp = '1 where every such loss of hosts is absorbed, else 0; absent until the hosts have reported.';
    this.hosts = make.gauge(
      'xenfleet_pool_hosts',
      'Hosts of a pool that are ready, and that are not.',
      'pool',
      'state',
    );
    this.memory = make.gauge('xenfleet_pool_memory_bytes', memoryHelp, 'pool', 'kind');
    this.vcpus = make.gauge('xenfleet_pool_vcpus', 'vCPUs of a pool: committed to VMs, and free.', 'pool', 'kind');
    this.vms = make.gauge('xenfleet_pool_vms', 'VMs with a claim on a host of the pool.', 'pool');
    this.toTolerate = make.gauge(
      'xenfleet_pool_failures_to_tolerate',
      'Host failures that a pool should tolerate.',
      'pool',
    );
    this.tolerated = make.gauge('xenfleet_pool_failures_tolerated', toleratedHelp, 'pool');
  }

  show(pools: FleetUsage['pools']): void {
    const { hosts, memory, vcpus, vms, toTolerate, tolerated } = this;
    for (const gauge of [hosts, memory, vcpus, vms, toTolerate, tolerated]) gauge.reset();
    for (const one of pools) survive('scrape', this.onFault, () => this.showPool(one));
  }

  private showPool({ account, isJudged }: FleetUsage['pools'][number]): void {
    const { pool } = account;
    this.hosts.set({ pool, state: 'ready' }, account.readyHosts);
    this.hosts.set({ pool, state: 'notReady' }, account.hosts - account.readyHosts);
    this.memory.set({ pool, kind: 'total' }, account.totalBytes);
    this.memory.set({ pool, kind: 'committed' }, account.committedBytes);
    this.memory.set({ pool, kind: 'free' }, account.freeBytes);
    this.vcpus.set({ pool, kind: 'committed' }, account.committedVcpus);
    this.vcpus.set({ pool, kind: 'free' }, account.freeVcpus);
    this.vms.set({ pool }, account.vms);
    this.toTolerate.set({ pool }, account.hostFailuresToTolerate);
    if (isJudged) this.tolerated.set({ pool }, account.tolerates === 'yes' ? 1 : 0);
  }
}
