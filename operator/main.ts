/**
 * The operator's composition root: reads options, makes and joins the parts, ends them in order.
 */
import { randomUUID } from 'node:crypto';
import type { KubeClient } from '../common/kube/client';
import { systemClock, systemRandom } from '../common/kube/clock';
import { EventRecorder } from '../common/kube/events';
import { NAMESPACES } from '../common/kube/resources';
import { openConnections } from '../common/kube/connections';
import { LastAnswer } from '../common/kube/last-answer';
import { leaderHolder, LEADER_NAMESPACE, namespaceOfLeader } from '../common/names';
import { lastResort } from '../common/kube/last-resort';
import type { OnFault } from '../common/survive';
import { LEADER_LEASE, readConfig } from './adapters/config';
import { fleetUsage } from './controllers/usage';
import { startHttpServer } from './adapters/http';
import { operatorTarget } from './adapters/kube';
import { createLogger } from './adapters/logger';
import { createMetrics } from './adapters/metrics';
import type { Logger, Metrics, OperatorConfig } from './adapters/types';
import { Brake } from './controllers/brake';
import { openCaches } from './controllers/frame/caches';
import { HostDirectory } from './controllers/frame/host-directory';
import { LeaderTerm } from './controllers/term';
import type { BrakeState, Closed } from './plan/brake';
import { LeaderElector } from './runtime/leader';

/** A process that ends by a fault tries to give its Lease back within this time. */
const LAST_RESORT_MS = 10_000;

/** `stopping` resolves with the reason to end. */
async function run(config: OperatorConfig, log: Logger, stopping: Promise<string>): Promise<void> {
  const clock = systemClock;
  const random = systemRandom;
  const logFault: OnFault = (where, error) => log.error('a fault was survived', { where, error });
  const metrics = createMetrics(undefined, logFault);
  const onFault: OnFault = (where, error) => {
    metrics.fault(where);
    logFault(where, error);
  };
  const target = await operatorTarget({
    ...(config.kubeconfig !== undefined && { kubeconfig: config.kubeconfig }),
    ...(config.context !== undefined && { context: config.context }),
    env: process.env,
  });
  const lastAnswer = new LastAnswer(clock);
  const connections = openConnections({
    target,
    onRequest: (report) => {
      metrics.apiRequest(report);
      lastAnswer.note(report);
    },
    userAgent: 'xen-fleet-operator',
  });
  const { client } = connections;
  const events = new EventRecorder({ client, clock, component: 'xen-fleet-operator', instance: config.identity });

  let term: LeaderTerm | undefined;
  let alive = true;
  const caches = openCaches({
    client,
    clock,
    random,
    metrics,
    onDoubt: (resource, cause) => {
      log.warn('list was not continuous: asking every host anew', { resource, cause });
      term?.renewNonce();
    },
    onFault,
  });
  const http = await startHttpServer({
    listen: config.listen,
    metrics: () => metrics.expose(),
    notReady: () =>
      alive ? [...caches.unsynced().map((kind) => `${kind} not listed yet`), ...lastAnswer.troubles()] : ['stopping'],
  });
  log.info('serving', { url: http.url, server: target.server });
  caches.start();

  const fleetID = await Promise.race([untilFound(client, log), stopping.then(() => undefined)]);
  if (fleetID === undefined) {
    log.info('stopping: the API server never answered');
    process.exit(); // nothing is held yet that would have to be given back
  }
  const directory = new HostDirectory({ caches, clock, fleetID, unknownAfterMs: config.hostUnknownAfterMs });
  metrics.onCollect(() => (term === undefined ? undefined : fleetUsage(caches, directory, term)));
  const brake = new Brake({
    caches,
    clock,
    limits: config.brake,
    systemNamespace: config.namespace,
    onState: tellBrake(metrics, log),
  });
  const identity = leaderHolder(config.namespace, config.identity);
  const leader = new LeaderElector({
    client: connections.leases,
    clock,
    random,
    lease: { namespace: LEADER_NAMESPACE, name: LEADER_LEASE },
    identity,
    onHeld: standingBack(config, { metrics, log }),
    leaseDurationMs: config.leaderElectLeaseMs,
    renewDeadlineMs: Math.round((config.leaderElectLeaseMs * 2) / 3),
    retryPeriodMs: Math.round((config.leaderElectLeaseMs * 2) / 15),
    onStarted: async (number, signal) => {
      log.info('leading', { term: number, identity });
      metrics.leading(true);
      metrics.secondInstallation(false);
      await caches.renew();
      if (signal.aborted) return;
      const guarded = client.guarded(leader.guard());
      const { workers } = config;
      term = new LeaderTerm({
        caches,
        directory,
        brake,
        client: guarded,
        events,
        clock,
        random,
        metrics,
        log,
        workers,
        onFault,
        newNonce: randomUUID,
      });
      term.start();
    },
    onStopped: async (number) => {
      metrics.leading(false);
      const ended = term;
      term = undefined;
      await ended?.stop();
      log.info('not leading any more', { term: number });
    },
    onError: (error) => log.warn('leader election', { error }),
  });
  leader.start();

  const because = await stopping;
  log.info('stopping: guests are not touched', { because });
  alive = false;
  await leader.stop();
  await events.flush();
  brake.stop();
  await caches.stop();
  await http.stop();
  connections.close();
}

/** Two operators of one fleet would undo each other's work, so this one waits, ready to follow. */
function standingBack({ namespace }: OperatorConfig, { metrics, log }: Told): (holder: string) => void {
  let told = '';
  return (holder) => {
    const other = namespaceOfLeader(holder);
    const isSecond = other !== undefined && other !== namespace;
    metrics.secondInstallation(isSecond);
    if (holder === told) return;
    told = holder;
    if (isSecond)
      log.warn('this fleet has an operator in another namespace: uninstall one of them', { holder, namespace });
    else log.info('standing by: another process leads', { holder });
  };
}

interface Told {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Logs once for whom the brake closed, and once for whom it is open again. */
function tellBrake(metrics: Metrics, log: Logger): (state: BrakeState, held: number) => void {
  let before = new Set<string>();
  return ({ fleet, namespaces }, held) => {
    const all: [string, Closed][] = [...namespaces].map(([name, closed]) => [`namespace ${name}`, closed]);
    if (fleet !== undefined) all.unshift(['the whole fleet', fleet]);
    metrics.brake(all.length > 0, held);
    for (const [where, { count, limit, vms }] of all) {
      if (before.has(where)) continue;
      log.error('brake closed: no guest is ended for a deleted XenVM', { for: where, deletions: count, limit, vms });
    }
    const now = new Set(all.map(([where]) => where));
    for (const where of [...before].filter((one) => !now.has(one))) log.warn('brake open again', { for: where });
    before = now;
  };
}

/**
 * The fleet's ID: the UID of kube-system. A restored backup keeps it, another cluster has another.
 */
async function untilFound(client: KubeClient, log: Logger): Promise<string> {
  for (;;) {
    try {
      const { metadata } = await client.get(NAMESPACES, { name: 'kube-system' });
      if (metadata.uid !== undefined) return metadata.uid;
    } catch (error) {
      log.warn('no answer from the API server yet; trying again', { error });
    }
    await new Promise((resolve) => systemClock.setTimer(1000, () => resolve(undefined)));
  }
}

/**
 * Runs until a signal or an exception that nobody caught. Both end it alike, the latter with code
 * 1.
 */
async function runUntilTold(config: OperatorConfig, log: Logger): Promise<void> {
  let tell!: (because: string) => void;
  const stopping = new Promise<string>((resolve) => (tell = resolve));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => tell(signal));
  const running = run(config, log, stopping);
  lastResort({
    process,
    say: (origin, error) => log.error('a fault that nobody caught: ending, to be started anew', { origin, error }),
    end: () => {
      process.exitCode = 1;
      tell('fault');
      return running;
    },
    withinMs: LAST_RESORT_MS,
    setTimer: (delayMs, act) => setTimeout(act, delayMs).unref(),
  });
  await running;
}

async function main(): Promise<void> {
  const outcome = readConfig(process.argv.slice(2), process.env);
  if (outcome.kind === 'exit') {
    (outcome.code === 0 ? process.stdout : process.stderr).write(`${outcome.text}\n`);
    process.exitCode = outcome.code;
    return;
  }
  const { config } = outcome;
  const log = createLogger({ level: config.logLevel, format: config.logFormat });
  try {
    await runUntilTold(config, log);
  } catch (error) {
    log.error('cannot go on', { error });
    process.exitCode = 1;
  }
}

void main();
