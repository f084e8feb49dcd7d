/** Gauges of the fleet's state. They are set at each scrape, and gone if there are no figures. */
import type { Gauge } from 'prom-client';
import { survive, type OnFault } from '../../common/survive';
import type { InstrumentMaker } from './instruments';
import { PoolGauges } from './pool-gauges';
import type { FleetUsage, HostPhase, HostUsage, VMPhase } from './types';

// A phase is shown also if it counts 0: a panel that counts phases must not have gaps.
export const HOST_PHASES: Record<HostPhase, 0> = { Pending: 0, Ready: 0, NotReady: 0, Unknown: 0, Terminating: 0 };
export const VM_PHASES: Record<VMPhase, 0> = {
  Pending: 0,
  Scheduled: 0,
  Starting: 0,
  Running: 0,
  Stopping: 0,
  Stopped: 0,
  Failed: 0,
  Unknown: 0,
  Terminating: 0,
};

export class FleetGauges {
  private readonly perLabel: readonly Gauge[];
  private readonly hosts: Gauge;
  private readonly notReadyHosts: Gauge;
  private readonly memory: Gauge;
  private readonly cpus: Gauge;
  private readonly vcpus: Gauge;
  private readonly hostVms: Gauge;
  private readonly hvmGuests: Gauge;
  private readonly storage: Gauge;
  private readonly vms: Gauge;
  private readonly notReadyVms: Gauge;
  private readonly pending: Gauge;
  private readonly pendingSince: Gauge;
  private readonly refusals: Gauge;
  private readonly unreported: Gauge;
  private readonly unread: Gauge;
  private readonly pools: PoolGauges;

  constructor(
    make: InstrumentMaker,
    private readonly onFault: OnFault,
  ) {
    const memoryHelp =
      'Memory of a host: total = dom0 + committed + free; residual = free by our account minus free as Xen says.';
    const vcpusHelp = 'vCPUs of a host: committed to VMs, and free to be placed.';
    const hvmHelp =
      'HVM guests of a host, foreign ones among them: there (committed), and as many as its Dom0 carries (limit).';
    const notReadyHelp = '1 for each host that is not Ready, by the reason of its Ready condition.';
    const storageHelp = 'The file system of a storage pool on a host, as its agent reports it.';
    const sinceHelp = 'Unix time since when the first of the Pending VMs waits, by reason.';
    const refusalsHelp = 'Unschedulable VMs for which this filter refused hosts.';
    this.perLabel = [
      (this.hosts = make.gauge('xenfleet_hosts', 'Hosts by phase.', 'phase')),
      (this.notReadyHosts = make.gauge('xenfleet_host_not_ready', notReadyHelp, 'host', 'reason')),
      (this.memory = make.gauge('xenfleet_host_memory_bytes', memoryHelp, 'host', 'kind')),
      (this.cpus = make.gauge('xenfleet_host_cpus', 'Physical CPUs of a host.', 'host')),
      (this.vcpus = make.gauge('xenfleet_host_vcpus', vcpusHelp, 'host', 'kind')),
      (this.hostVms = make.gauge('xenfleet_host_vms', 'VMs with a claim on a host.', 'host')),
      (this.hvmGuests = make.gauge('xenfleet_host_hvm_guests', hvmHelp, 'host', 'kind')),
      (this.storage = make.gauge('xenfleet_host_storage_bytes', storageHelp, 'host', 'pool', 'kind')),
      (this.vms = make.gauge('xenfleet_vms', 'VMs by phase.', 'phase')),
      (this.notReadyVms = make.gauge('xenfleet_vms_not_ready', 'VMs that are not Ready, by reason.', 'reason')),
      (this.pending = make.gauge('xenfleet_vms_pending', 'Pending VMs by reason.', 'reason')),
      (this.pendingSince = make.gauge('xenfleet_vms_pending_since_timestamp_seconds', sinceHelp, 'reason')),
      (this.refusals = make.gauge('xenfleet_vm_pending_refusals', refusalsHelp, 'filter')),
    ];
    this.unreported = make.gauge('xenfleet_unreported_hosts', 'Hosts whose first report to this leader is awaited.');
    const unreadHelp = 'XenPools, XenHosts and XenVMs that cannot be read; the log names each.';
    this.unread = make.gauge('xenfleet_unread_objects', unreadHelp);
    this.pools = new PoolGauges(make, onFault);
  }

  show(world: FleetUsage | undefined): void {
    for (const gauge of this.perLabel) gauge.reset();
    this.unreported.remove();
    this.unread.remove();
    this.pools.show(world?.pools ?? []);
    if (world === undefined) return;
    setEach(this.hosts, 'phase', { ...HOST_PHASES, ...world.hostsByPhase });
    setEach(this.vms, 'phase', { ...VM_PHASES, ...world.vmsByPhase });
    for (const { host, reason } of world.hostsNotReady) this.notReadyHosts.set({ host, reason }, 1);
    setEach(this.notReadyVms, 'reason', world.vmsNotReadyByReason);
    for (const [reason, { vms, sinceMs }] of Object.entries(world.pendingByReason)) {
      this.pending.set({ reason }, vms);
      if (sinceMs !== undefined) this.pendingSince.set({ reason }, sinceMs / 1000);
    }
    setEach(this.refusals, 'filter', world.refusalsByFilter);
    this.unreported.set(world.unreportedHosts);
    this.unread.set(world.unreadObjects);
    for (const host of world.hosts) survive('scrape', this.onFault, () => this.showHost(host));
  }

  private showHost({ account, cpus, storage }: HostUsage): void {
    const { host, totalBytes, dom0Bytes, freeBytes, residualBytes } = account;
    this.memory.set({ host, kind: 'total' }, totalBytes);
    this.memory.set({ host, kind: 'dom0' }, dom0Bytes);
    this.memory.set({ host, kind: 'free' }, freeBytes);
    this.memory.set({ host, kind: 'committed' }, totalBytes - dom0Bytes - freeBytes);
    if (residualBytes !== undefined) this.memory.set({ host, kind: 'residual' }, residualBytes);
    this.cpus.set({ host }, cpus);
    this.vcpus.set({ host, kind: 'committed' }, account.sharedVcpus + account.dedicatedVcpus);
    this.vcpus.set({ host, kind: 'free' }, account.freeVcpus);
    this.hostVms.set({ host }, account.vms);
    this.hvmGuests.set({ host, kind: 'committed' }, account.hvmGuests);
    this.hvmGuests.set({ host, kind: 'limit' }, account.mostHvmGuests);
    for (const one of storage) {
      this.storage.set({ host, pool: one.pool, kind: 'total' }, one.totalBytes);
      this.storage.set({ host, pool: one.pool, kind: 'free' }, one.freeBytes);
    }
  }
}

function setEach(gauge: Gauge, label: string, counts: Readonly<Record<string, number | undefined>>): void {
  for (const [value, count] of Object.entries(counts)) gauge.set({ [label]: value }, count ?? 0);
}
