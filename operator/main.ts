/**
 * The operator's composition root: reads options, makes the real ports, ends them in order.
 */
import { randomUUID } from 'node:crypto';
import { systemClock, systemRandom } from '../common/kube/clock';
import { openConnections } from '../common/kube/connections';
import { LastAnswer } from '../common/kube/last-answer';
import { lastResort } from '../common/kube/last-resort';
import type { OnFault } from '../common/survive';
import { readConfig } from './adapters/config';
import { startHttpServer } from './adapters/http';
import { operatorTarget } from './adapters/kube';
import { createLogger } from './adapters/logger';
import { createMetrics } from './adapters/metrics';
import type { Logger, OperatorConfig } from './adapters/types';
import { Operator } from './operator';

/** A process that ends by a fault tries to give its Lease back within this time. */
const LAST_RESORT_MS = 10_000;

/** `stopping` resolves with the reason to end. */
async function run(config: OperatorConfig, log: Logger, stopping: Promise<string>): Promise<void> {
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
  const lastAnswer = new LastAnswer(systemClock);
  const connections = openConnections({
    target,
    onRequest: (report) => {
      metrics.apiRequest(report);
      lastAnswer.note(report);
    },
    userAgent: 'xen-fleet-operator',
  });
  const operator = new Operator(config, {
    connections,
    clock: systemClock,
    random: systemRandom,
    metrics,
    log,
    onFault,
    newNonce: randomUUID,
    defer: (act) => void setImmediate(act), // a timer would take a millisecond
  });
  let alive = true;
  const http = await startHttpServer({
    listen: config.listen,
    metrics: () => metrics.expose(),
    notReady: () => (alive ? [...operator.notReady(), ...lastAnswer.troubles()] : ['stopping']),
  });
  log.info('serving', { url: http.url, server: target.server });

  await Promise.race([operator.start(), stopping]);
  const because = await stopping;
  log.info('stopping: guests are not touched', { because });
  alive = false;
  await operator.stop();
  await http.stop();
  connections.close();
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
