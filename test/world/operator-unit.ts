/** One replica of the operator: the whole of it, in a process that can be killed and comes back. */
import { KubeClient } from '../../common/kube/client';
import type { KubeTransport } from '../../common/kube/transport';
import type { Random } from '../../common/ports';
import type { Logger, Metrics } from '../../operator/adapters/types';
import { Operator } from '../../operator/operator';
import { newUid } from './api/prepare';
import { SYSTEM_NAMESPACE } from './objects';
import { Process } from './process';
import type { WorldTime } from './time';

export interface OperatorUnitOptions {
  readonly name: string;
  readonly time: WorldTime;
  readonly random: Random;
  readonly connect: (process: Process) => KubeTransport;
  readonly log: Logger;
  readonly onFault: (where: string, error: unknown) => void;
}

const RESTART_MS = 3000;

/** Nobody scrapes here. */
const NO_METRICS = new Proxy({}, { get: () => () => undefined }) as Metrics;

export class OperatorUnit {
  /** By how much somebody has set the wall clock of its node, in milliseconds. */
  wallOffsetMs = 0;
  #process: Process | undefined;
  #starts = 0;

  constructor(private readonly options: OperatorUnitOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** The process that runs, if one does. */
  get process(): Process | undefined {
    return this.#process?.isAlive === true ? this.#process : undefined;
  }

  start(): void {
    if (this.process !== undefined) return;
    const { name, time, random, connect, log, onFault } = this.options;
    const process = new Process(`${name}-${(this.#starts += 1)}`);
    this.#process = process;
    const clock = process.clock(time.clock(() => this.wallOffsetMs));
    const newClient = (): KubeClient => new KubeClient(process.transport(connect(process)));
    const operator = new Operator(
      {
        brake: { deletions: 10, percent: 10, windowMs: 300_000 },
        hostUnknownAfterMs: 25_000,
        identity: process.name,
        leaderElectLeaseMs: 15_000,
        namespace: SYSTEM_NAMESPACE,
        workers: 8,
      },
      {
        connections: { client: newClient(), leases: newClient() },
        clock,
        random,
        metrics: NO_METRICS,
        log,
        onFault,
        newNonce: () => newUid(random),
        defer: (run) => void clock.setTimer(0, run),
      },
    );
    process.onKilled(() => time.after(RESTART_MS, () => this.start()));
    void operator.start();
  }
}
