/** The agent's composition root: reads flags and joins the real ports. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import type { KubeClient } from '../common/kube/client';
import { systemClock, systemRandom } from '../common/kube/clock';
import { loadInCluster, loadKubeconfig, tokenFromFile } from '../common/kube/config';
import type { KubeTarget } from '../common/kube/config';
import { openConnections } from '../common/kube/connections';
import { LastAnswer } from '../common/kube/last-answer';
import { lastResort } from '../common/kube/last-resort';
import { Agent } from './loop/agent';
import { KubeApi } from './api/orders';
import { VERSION, parseFlags } from './flags';
import type { Flags } from './flags';
import { LocalHost } from './host/local';
import type { HostPort } from './host/port';
import type * as SshModule from './host/ssh';
import { jsonLog } from './json-log';
import { errorText, type Log } from './log';

// An agent mostly waits, and the optimizing compilers alone would take 14 MiB of its Dom0.
for (const flag of ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1']) setFlagsFromString(flag);

/** Guests go on without an agent, so it may be ended at any point. */
const STOP_MS = 5000;

async function targetOf(flags: Flags): Promise<KubeTarget> {
  if (flags.kubeconfig !== undefined) return loadKubeconfig(flags.kubeconfig);
  if (flags.server === undefined) return loadInCluster();
  return {
    server: flags.server,
    ...(flags.caFile !== undefined && { ca: await readFile(flags.caFile, 'utf8') }),
    ...(flags.tokenFile !== undefined && { token: tokenFromFile(flags.tokenFile) }),
    reload: () => targetOf(flags),
  };
}

async function hostOf(flags: Flags): Promise<HostPort> {
  if (flags.ssh) {
    const { host, port, user, keyFile, hostKey } = flags.ssh;
    const privateKey = await readFile(keyFile, 'utf8');
    // Loaded only if it is used, since it is a third of the agent's memory.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { SshHost } = require('./host/ssh') as typeof SshModule;
    return new SshHost({ host, port, user, privateKey, hostKey });
  }
  return new LocalHost({ root: flags.hostRoot, ...(flags.path !== undefined && { env: { PATH: flags.path } }) });
}

function newApi(host: string, client: KubeClient, log: Log): KubeApi {
  return new KubeApi({
    client,
    host,
    clock: systemClock,
    random: systemRandom,
    onState: (what, state, error) =>
      error ? log.warn({ what, state, error: errorText(error) }, 'watch') : log.debug({ what, state }, 'watch'),
  });
}

async function main(argv: readonly string[]): Promise<void> {
  const flags = parseFlags(argv);
  // Whoever reads the log may go away; the agent must not end with it.
  process.stdout.on('error', () => undefined);
  const log = jsonLog({
    level: flags.logLevel,
    base: { host: flags.host },
    write: (line) => process.stdout.write(line),
    wallMs: () => systemClock.wallMs(),
  });
  const lastAnswer = new LastAnswer(systemClock);
  let isSilent = false;
  const connections = openConnections({
    onRequest: (report) => {
      lastAnswer.note(report);
      const [trouble] = lastAnswer.troubles();
      if (trouble !== undefined && !isSilent) log.error({ trouble }, 'the API server does not answer; guests go on');
      isSilent = trouble !== undefined;
    },
    target: await targetOf(flags),
    maxSockets: 8,
    userAgent: `xenfleet-agent/${VERSION}`,
  });
  let stopping = false;
  const newAgent = async (): Promise<Agent> =>
    new Agent({
      name: flags.host,
      host: await hostOf(flags),
      layout: { root: flags.ssh ? '' : flags.hostRoot, stateDir: flags.stateDir, policyFile: flags.policyFile },
      api: newApi(flags.host, connections.client, log),
      client: connections.leases,
      clock: systemClock,
      log,
      version: VERSION,
      process: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      heartbeatMs: flags.heartbeatMs,
      pollMs: flags.pollMs,
      onOutdated: () => void beginAnew(),
    });
  let agent = await newAgent();
  const beginAnew = async (): Promise<void> => {
    log.warn({}, 'another process has acted for this host meanwhile: the Dom0 is read anew');
    await agent.stop();
    if (stopping) return;
    agent = await newAgent();
    await agent.start();
  };
  const end = async (): Promise<void> => {
    await agent.stop();
    connections.close();
  };
  lastResort({
    process,
    say: (origin, error) =>
      log.error({ origin, error: errorText(error) }, 'a fault that nobody caught: ending, to be started anew'),
    end,
    withinMs: STOP_MS,
    setTimer: (delayMs, act) => setTimeout(act, delayMs).unref(),
  });
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping; the guests are not touched');
    setTimeout(() => process.exit(0), STOP_MS).unref();
    void end().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  log.info({ version: VERSION }, 'starting');
  await agent.start();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`xenfleet-agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
