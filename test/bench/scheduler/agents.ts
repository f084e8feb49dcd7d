/**
 * What the agents of many hosts say, without agents: they answer the leader's nonce with a
 * report, and renew their Leases. So the hosts are Ready. They take no order up; what their
 * hosts hold is said by whoever starts them.
 */
import type { XenAgent, XenAgentStatus } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import { isKubeError } from '../../../common/kube/errors';
import { LEASES, microTime } from '../../../common/kube/lease';
import { XENAGENTS } from '../../../common/kube/resources';
import { Watcher } from '../../../common/kube/watcher';
import { AGENT_LEASE, hostNamespace } from '../../../common/names';

const HEARTBEAT_MS = 10_000;

export interface HostSize {
  readonly cpus: number;
  readonly memoryMiB: number;
}

/** What a host holds, in the words of its report. */
export type Holdings = Required<Pick<XenAgentStatus, 'domains' | 'records'>>;

export interface AgentsOptions {
  /** Nothing, if absent. */
  readonly holdings?: (host: string) => Holdings;
  /** Hears how long (ms) a renewal of a Lease took. */
  readonly onRenewed?: (durationMs: number) => void;
}

const NOTHING: Holdings = { domains: [], records: [] };

function report({ metadata, spec }: XenAgent, { cpus, memoryMiB }: HostSize, holdings: Holdings): XenAgentStatus {
  const dom0MiB = 4096;
  return {
    observedGeneration: metadata.generation ?? 0,
    ...(spec.nonce !== undefined && { nonce: spec.nonce }),
    agentVersion: 'bench',
    bootID: `boot-of-${metadata.name}`,
    hostname: metadata.name,
    fleetID: spec.fleetID,
    roster: spec.roster ?? [],
    rosterEpoch: spec.rosterEpoch ?? 0,
    cpus,
    xen: { version: '4.17.7', guestTypes: ['pv', 'pvh', 'hvm'] },
    memory: { totalMiB: memoryMiB, freeMiB: memoryMiB - dom0MiB },
    dom0: { vcpus: 4, memoryMiB: dom0MiB, memoryFixed: true },
    storagePools: (spec.storagePools ?? []).map(({ name }) => ({ name, present: true, totalBytes: 0, freeBytes: 0 })),
    networks: (spec.networks ?? []).map(({ name }) => ({ name, present: true })),
    ...holdings,
  };
}

export class Agents {
  readonly #watcher: Watcher<XenAgent>;
  readonly #nonces = new Map<string, string>();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly client: KubeClient,
    private readonly hosts: readonly string[],
    private readonly size: HostSize,
    private readonly options: AgentsOptions = {},
  ) {
    this.#watcher = new Watcher<XenAgent>({
      client,
      type: XENAGENTS,
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        if (event.type === 'apply') this.#answer(event.object);
        if (event.type === 'page') for (const agent of event.objects) this.#answer(agent);
      },
    });
  }

  /** Heartbeats are spread evenly over their period. */
  start(): void {
    void this.#watcher.run();
    this.hosts.forEach((host, index) => {
      const first = setTimeout(
        () => {
          void this.#renew(host);
          this.#timers.push(setInterval(() => void this.#renew(host), HEARTBEAT_MS));
        },
        (HEARTBEAT_MS * index) / this.hosts.length,
      );
      this.#timers.push(first);
    });
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#watcher.stop();
  }

  #answer(agent: XenAgent): void {
    const { name } = agent.metadata;
    const { nonce = '' } = agent.spec;
    if (this.#nonces.get(name) === nonce) return;
    this.#nonces.set(name, nonce);
    const status = report(agent, this.size, this.options.holdings?.(name) ?? NOTHING);
    const ref = { namespace: hostNamespace(name), name };
    void this.client.mergePatch(XENAGENTS, ref, { status }, { subresource: 'status' }).then(
      () => this.#renew(name),
      () => this.#nonces.delete(name), // said again with the next event
    );
  }

  async #renew(host: string): Promise<void> {
    const spec = { holderIdentity: host, leaseDurationSeconds: 25, renewTime: microTime(Date.now()) };
    const startedMs = performance.now();
    try {
      await this.client.mergePatch(LEASES, { namespace: hostNamespace(host), name: AGENT_LEASE }, { spec });
      this.options.onRenewed?.(performance.now() - startedMs);
    } catch (error) {
      if (!isKubeError(error, 'notFound', 'aborted')) throw error;
    }
  }
}
