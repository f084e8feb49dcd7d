/** make bench-scale: one operator and a large fleet on a real API server; see README.md. */
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeClient } from '../../../common/kube/client';
import { createTransport } from '../../../common/kube/https-transport';
import { XENHOSTS, XENVMS } from '../../../common/kube/resources';
import { hostManifest } from '../../playground/cluster';
import { startPlayground } from '../../playground/playground';
import type { Playground } from '../../playground/playground';
import { readOptions } from '../options';
import { cpuMs, memoryOf } from '../processes';
import { Agents } from '../scheduler/agents';
import { inParallel } from '../scheduler/parallel';
import { quantile } from '../statistics';
import { TENANT, workload } from '../workload';
import { Guests } from './guests';

const HOST_SIZE = { cpus: 64, memoryMiB: 131072 };
const AT_ONCE = 24;
const READY_MS = 900_000;
const SEEN_MS = 120_000;
const ROUNDS = 3;

interface Sizes {
  readonly hosts: number;
  readonly vms: number;
  readonly seed: number;
  readonly restSeconds: number;
}

function sizesOf(args: string[]): Sizes {
  const options = readOptions(args, ['hosts', 'vms', 'seed', 'rest-seconds']);
  return {
    hosts: options.count('hosts', 1000),
    vms: options.count('vms', 2000),
    seed: options.count('seed', 1),
    restSeconds: options.number('rest-seconds', 60),
  };
}

const say = (what: string, value = ''): void => void process.stdout.write(`${what.padEnd(64)}${value}\n`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const since = (startedMs: number): number => performance.now() - startedMs;

/** A fleet under measurement. */
class Scale {
  readonly #guests: Guests;
  readonly #agents: Agents;
  readonly #names: readonly string[];
  readonly #renewalsMs: number[] = [];
  #renewalsSeen = 0;
  #made = 0;

  constructor(
    private readonly playground: Playground,
    private readonly client: KubeClient,
    private readonly sizes: Sizes,
  ) {
    this.#names = Array.from({ length: sizes.hosts }, (_, index) => `h${String(index).padStart(4, '0')}`);
    this.#guests = new Guests(clientOf(playground));
    this.#agents = new Agents(clientOf(playground), this.#names, HOST_SIZE, {
      holdings: (host) => this.#guests.holdings(host),
      onRenewed: (durationMs) => void this.#renewalsMs.push(durationMs),
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#agents.stop(), this.#guests.stop()]);
  }

  async hosts(): Promise<void> {
    await this.#guests.listed;
    this.#agents.start();
    const startedMs = performance.now();
    await inParallel(this.#names, AT_ONCE, (name) => this.client.create(XENHOSTS, hostManifest(name)));
    await this.playground.hostsReady({ names: this.#names, deadlineMs: READY_MS });
    say(`${this.#names.length} hosts Ready`, seconds(since(startedMs)));
    this.#heartbeats('… meanwhile');
    this.#memory();
  }

  async vms(): Promise<void> {
    const { vms: count, seed } = this.sizes;
    const vms = workload({ vms: count, seed, prefix: 'vm', disks: false });
    const cpuBeforeMs = this.#cpuMs();
    const startedMs = performance.now();
    await inParallel(vms, AT_ONCE, (vm) => this.client.create(XENVMS, vm));
    while (this.#guests.counts.running < count) await sleep(100);
    const tookMs = since(startedMs);
    say(`${count} VMs created, placed and running`, `${((count * 1000) / tookMs).toFixed(0)} a second`);
    say('… processor time of the operator, each', `${((this.#cpuMs() - cpuBeforeMs) / count).toFixed(2)} ms`);
    this.#heartbeats('… meanwhile');
    this.#memory();
  }

  /** One VM more, while nothing else happens: create → order. */
  async oneMore(): Promise<void> {
    const tookMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const startedMs = performance.now();
      tookMs.push((await this.#guests.ordered(await this.#create())) - startedMs);
    }
    say(`one VM more, create → order, median of ${ROUNDS}`, `${(quantile(tookMs, 0.5) ?? NaN).toFixed(0)} ms`);
  }

  async rest(): Promise<void> {
    await sleep(15_000);
    const [cpuBeforeMs, startedMs] = [this.#cpuMs(), performance.now()];
    await sleep(this.sizes.restSeconds * 1000);
    const share = (100 * (this.#cpuMs() - cpuBeforeMs)) / since(startedMs);
    say('the operator at rest, of one processor', `${share.toFixed(2)} %`);
    this.#heartbeats('… meanwhile');
    this.#memory();
  }

  /** Operator started → first order: of a VM that waited for it, and of one made once it leads. */
  async start(end: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const operator = this.playground.operator();
    await operator.kill(end);
    const waited = await this.#create();
    const startedMs = performance.now();
    operator.start();
    const seenMs = await this.#seen(waited);
    const how = end === 'SIGTERM' ? 'ended in good order' : 'killed';
    say(`operator ${how} and started → a VM that waited`, seconds(seenMs - startedMs));
    const freshMs = performance.now();
    say('… and then a fresh one', seconds((await this.#seen(await this.#create())) - freshMs));
    say('… processor time of the operator by then', seconds(this.#cpuMs()));
    this.#heartbeats('… meanwhile');
  }

  async #create(): Promise<string> {
    const [vm] = workload({ vms: 1, seed: this.sizes.seed, prefix: `more-${++this.#made}`, disks: false });
    if (vm === undefined) throw new Error('no VM');
    await this.client.create(XENVMS, vm);
    return vm.metadata.name;
  }

  async #seen(vm: string): Promise<number> {
    const late = sleep(SEEN_MS).then(() => Promise.reject(new Error(`${vm} had no order within ${SEEN_MS / 1000} s`)));
    return Promise.race([this.#guests.ordered(vm), late]);
  }

  #cpuMs(): number {
    return cpuMs(this.playground.operator().pid());
  }

  #heartbeats(when: string): void {
    const some = this.#renewalsMs.slice(this.#renewalsSeen);
    this.#renewalsSeen = this.#renewalsMs.length;
    const [p99 = NaN, most = NaN] = [quantile(some, 0.99), quantile(some, 1)];
    say(`${when}: renewals of hosts' Leases, p99 / longest`, `${p99.toFixed(0)} / ${most.toFixed(0)} ms`);
  }

  #memory(): void {
    const { rssMiB, ownMiB } = memoryOf(this.playground.operator().pid());
    say('memory of the operator, resident / its own', `${rssMiB.toFixed(0)} / ${ownMiB.toFixed(0)} MiB`);
  }
}

function clientOf({ plane }: Playground): KubeClient {
  const target = { server: plane.server, ca: plane.caPem, token: () => Promise.resolve(plane.adminToken) };
  return new KubeClient(createTransport({ target, maxSockets: AT_ONCE, userAgent: 'bench-scale' }));
}

async function bench(sizes: Sizes): Promise<void> {
  const load = loadavg()[0] ?? 0;
  const playground = await startPlayground({ hosts: [] });
  try {
    await playground.kubectl(['create', 'namespace', TENANT]);
    const scale = new Scale(playground, clientOf(playground), sizes);
    await scale.hosts();
    await scale.vms();
    await scale.oneMore();
    await scale.rest();
    await scale.start('SIGTERM');
    await scale.start('SIGKILL');
    await scale.stop();
    say(
      `\nSeed ${sizes.seed}; load of this machine before ${load.toFixed(1)}, on ${availableParallelism()} processors.`,
    );
  } finally {
    await playground.stop();
  }
}

(async () => bench(sizesOf(process.argv.slice(2))))().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
