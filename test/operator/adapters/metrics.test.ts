import assert from 'node:assert/strict';
import { createMetrics } from '../../../operator/adapters/metrics';
import type { FleetUsage } from '../../../operator/adapters/types';
import { poolAccount, speakingMetrics, world } from './speaking';

const linesOf = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.expose()).body.split('\n');

describe('operator metrics', () => {
  it('tells the fleet from the figures of the moment', async () => {
    const lines = await linesOf(speakingMetrics());
    for (const line of [
      'xenfleet_build_info{version="1.2.3"} 1',
      'xenfleet_hosts{phase="Ready"} 2',
      'xenfleet_hosts{phase="Unknown"} 0',
      `xenfleet_host_memory_bytes{host="alpha",kind="committed"} ${50 * 2 ** 30}`,
      'xenfleet_host_memory_bytes{host="alpha",kind="residual"} -5',
      'xenfleet_host_cpus{host="alpha"} 16',
      'xenfleet_host_vcpus{host="alpha",kind="committed"} 12',
      'xenfleet_host_vms{host="alpha"} 3',
      'xenfleet_host_hvm_guests{host="alpha",kind="committed"} 2',
      'xenfleet_host_hvm_guests{host="alpha",kind="limit"} 56',
      'xenfleet_host_not_ready{host="beta",reason="AgentSilent"} 1',
      `xenfleet_host_storage_bytes{host="alpha",pool="ssd",kind="total"} ${100 * 2 ** 30}`,
      `xenfleet_host_storage_bytes{host="alpha",pool="ssd",kind="free"} ${40 * 2 ** 30}`,
      'xenfleet_pool_hosts{pool="ssd",state="ready"} 2',
      'xenfleet_pool_hosts{pool="ssd",state="notReady"} 1',
      `xenfleet_pool_memory_bytes{pool="ssd",kind="free"} ${90 * 2 ** 30}`,
      'xenfleet_pool_vcpus{pool="ssd",kind="committed"} 12',
      'xenfleet_pool_vms{pool="ssd"} 5',
      'xenfleet_pool_failures_to_tolerate{pool="ssd"} 1',
      'xenfleet_pool_failures_tolerated{pool="ssd"} 1',
      'xenfleet_vms{phase="Running"} 3',
      'xenfleet_vms{phase="Failed"} 0',
      'xenfleet_vms_not_ready{reason="DuplicateDomain"} 1',
      'xenfleet_vms_pending{reason="Unschedulable"} 1',
      'xenfleet_vms_pending_since_timestamp_seconds{reason="Unschedulable"} 1764081000.5',
      'xenfleet_vm_pending_refusals{filter="Memory"} 1',
      'xenfleet_unreported_hosts 0',
      'xenfleet_unread_objects 2',
    ]) {
      assert.ok(
        lines.includes(line),
        `${line} is missing in\n${lines.filter((l) => l.startsWith('xenfleet')).join('\n')}`,
      );
    }
  });

  it('says that failures are not tolerated, and nothing while that is not known', async () => {
    const metrics = createMetrics();
    const broken = { account: poolAccount('old', { tolerates: 'no' }), isJudged: true };
    metrics.onCollect(() => world({ pools: [broken, { account: poolAccount('new'), isJudged: false }] }));
    const lines = (await linesOf(metrics)).filter((line) => line.startsWith('xenfleet_pool_failures_tolerated'));
    assert.deepEqual(lines, ['xenfleet_pool_failures_tolerated{pool="old"} 0']);
  });

  it('forgets hosts and reasons that are gone', async () => {
    const metrics = createMetrics();
    let now = world();
    metrics.onCollect(() => now);
    await metrics.expose();
    now = world({ hosts: [], hostsNotReady: [], pools: [], pendingByReason: {}, vmsNotReadyByReason: {} });
    const lines = await linesOf(metrics);
    assert.deepEqual(
      lines.filter((line) => /"alpha"|"beta"|"ssd"|"Unschedulable"|"DuplicateDomain"/.test(line)),
      [],
    );
  });

  it('tells nothing of a fleet that it does not see, rather than zeros', async () => {
    const metrics = createMetrics();
    let now: FleetUsage | undefined = world();
    metrics.onCollect(() => now);
    await metrics.expose();
    now = undefined;
    const samples = (await linesOf(metrics)).filter((line) =>
      /^xenfleet_(host|pool|vms|vm_pending|unreported)/.test(line),
    );
    assert.deepEqual(samples, []);
  });

  it('counts what happens, in seconds', async () => {
    const lines = await linesOf(speakingMetrics());
    for (const line of [
      'xenfleet_vm_start_seconds_bucket{le="0.025"} 0',
      'xenfleet_vm_start_seconds_bucket{le="0.05"} 1',
      'xenfleet_placements_total{result="placed"} 1',
      'xenfleet_reconcile_total{controller="vm",outcome="ok"} 1',
      'xenfleet_reconcile_seconds_sum{controller="vm"} 0.012',
      'xenfleet_queue_depth{controller="vm"} 7',
      'xenfleet_queue_wait_seconds_sum{controller="vm"} 0.003',
      'xenfleet_api_request_seconds_sum{verb="patch",resource="xenvms",code="200"} 0.008',
      'xenfleet_watch_state{resource="xenvms",state="paging"} 0',
      'xenfleet_watch_state{resource="xenvms",state="watching"} 1',
      'xenfleet_watch_relists_total{resource="xenvms",cause="start"} 1',
      'xenfleet_missed_events_total{resource="xenvms"} 2',
      'xenfleet_leader 1',
    ]) {
      assert.ok(
        lines.includes(line),
        `${line} is missing in\n${lines.filter((l) => l.startsWith('xenfleet')).join('\n')}`,
      );
    }
  });

  it('shows the process too, without the gauges that break the naming rules', async () => {
    const { body, contentType } = await createMetrics().expose();
    assert.match(contentType, /^text\/plain; version=0\.0\.4/);
    assert.match(body, /^process_resident_memory_bytes /m);
    assert.doesNotMatch(body, /nodejs_active_\w+_total/);
  });
});
