/**
 * make bench-scheduler: kube-scheduler, this operator and the server alone on one API server; see
 * README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { XenHost } from '../../../crds/generated/types';
import { KubeClient } from '../../../common/kube/client';
import { XENHOSTS } from '../../../common/kube/resources';
import { createTransport } from '../../../common/kube/https-transport';
import { hostManifest, OPERATOR_ACCOUNT } from '../../playground/cluster';
import { projectDir } from '../../playground/place';
import { startPlayground } from '../../playground/playground';
import type { Playground } from '../../playground/playground';
import { readOptions } from '../options';
import { cpuMs } from '../processes';
import { TENANT } from '../workload';
import { Agents } from './agents';
import { record, serverAlone } from './alone';
import type { Recording } from './alone';
import { AT_ONCE } from './contender';
import type { Contender } from './contender';
import { difference, writeCounters } from './counters';
import { createNodes, kubeScheduler } from './kube';
import { operator } from './ours';
import { inParallel } from './parallel';
import { failures, figuresOf, figureTable, GOALS, OURS } from './result';
import type { Run } from './result';
import { SCENES, violations, ZONE_LABEL, zoneOf } from './scenes';
import type { Scene } from './scenes';

const WARM_UP = 200;
/** What a passing state is shown after, and its writes. */
const SETTLE_MS = 3000;
const HOST_SIZE = { cpus: 64, memoryMiB: 131072 };
const HOSTS_READY_MS = 120_000;

interface Sizes {
  readonly objects: number;
  readonly hosts: number;
  readonly rounds: number;
  readonly seed: number;
  readonly scenes: readonly Scene[];
  readonly out: string;
}

function sizesOf(args: string[]): Sizes {
  const options = readOptions(args, ['objects', 'hosts', 'rounds', 'seed', 'scenes', 'out']);
  const wanted = options.text('scenes')?.split(',') ?? SCENES.map(({ name }) => name);
  const scenes = SCENES.filter(({ name }) => wanted.includes(name));
  if (scenes.length !== wanted.length)
    throw new Error(`--scenes: one or more of ${SCENES.map(({ name }) => name).join(',')}`);
  return {
    objects: options.count('objects', 2000),
    hosts: options.count('hosts', 200),
    rounds: options.count('rounds', 3),
    seed: options.count('seed', 1),
    scenes,
    out: options.text('out') ?? join(projectDir, '.local', 'bench-scheduler.json'),
  };
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function bench(sizes: Sizes): Promise<boolean> {
  const loadBefore = loadavg()[0] ?? 0;
  const playground = await startPlayground({ hosts: [], operatorArgs: ['--brake-deletions', '0'], say });
  try {
    const runs = await measure(playground, sizes);
    const figures = figuresOf(runs);
    const machine = { cpus: availableParallelism(), loadBefore };
    print(sizes, runs, machine);
    const when = new Date().toISOString();
    mkdirSync(dirname(sizes.out), { recursive: true });
    const { scenes: _scenes, ...plain } = sizes;
    writeFileSync(
      sizes.out,
      `${JSON.stringify({ when, sizes: plain, machine, goals: GOALS, figures, runs }, null, 2)}\n`,
    );
    const low = failures(figures);
    for (const words of low) say(`below the floor: ${words}`);
    return low.length === 0;
  } finally {
    await playground.stop();
  }
}

async function measure(playground: Playground, { objects, hosts, rounds, seed, scenes }: Sizes): Promise<Run[]> {
  const names = Array.from({ length: hosts }, (_, index) => `h${String(index).padStart(3, '0')}`);
  const client = clientOf(playground, playground.plane.adminToken);
  const { namespace, name } = OPERATOR_ACCOUNT;
  const asOperator = clientOf(playground, await playground.plane.tokenFor(namespace, name));
  await playground.kubectl(['create', 'namespace', TENANT]);
  const agents = await startHosts(playground, names);
  await createNodes(client, names, HOST_SIZE);
  let recording: Recording = { taken: new Map(), shown: 0 };
  const contenders = [
    await kubeScheduler(playground, client),
    operator(playground, client),
    serverAlone({ client, asOperator, onlooker: playground.client, recording: () => recording }),
  ];
  await playground.killOperator();
  const runs: Run[] = [];
  const zone = (host: string): string => zoneOf(names.indexOf(host));
  const order = Array.from({ length: rounds }, (_, index) => scenes.map((scene) => ({ round: index + 1, scene })));
  for (const { round, scene } of order.flat()) {
    for (const contender of contenders) {
      const run = await runOne(playground, contender, { scene, round, objects, seed });
      const wrong = violations(scene, await contender.placed(), zone);
      if (wrong.length > 0) throw new Error(`${contender.name} broke its rule: ${wrong.slice(0, 3).join('; ')}`);
      if (contender.name === OURS) recording = await record(client, run.writes['APPLY xenvms/status 200'] ?? 0);
      await contender.clear();
      say(`${scene.title}, ${contender.name}: ${run.perSecond.toFixed(0)} a second`);
      runs.push(run);
    }
  }
  await agents.stop();
  for (const { transport } of [client, asOperator]) transport.close();
  return runs;
}

interface Trial {
  readonly scene: Scene;
  readonly round: number;
  readonly objects: number;
  readonly seed: number;
}

async function runOne(playground: Playground, contender: Contender, trial: Trial): Promise<Run> {
  const { scene, round, objects, seed } = trial;
  await contender.start();
  await contender.run({ scene, count: WARM_UP, seed, prefix: 'warm' });
  await sleep(SETTLE_MS);
  const writesBefore = writeCounters(await playground.kubectl(['get', '--raw', '/metrics']));
  const cpuBefore = cpuOf(playground, contender);
  const startedMs = performance.now();
  const endedMs = await contender.run({ scene, count: objects, seed: seed + 1, prefix: 'vm' });
  const cpuAfter = cpuOf(playground, contender);
  await contender.stop();
  const writes = difference(writesBefore, writeCounters(await playground.kubectl(['get', '--raw', '/metrics'])));
  const each = (sums: Record<string, number>): Record<string, number> =>
    Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / objects]));
  const spent = Object.entries(cpuAfter).map(([name, ms]) => [name, ms - (cpuBefore[name] ?? 0)]);
  return {
    scene: scene.title,
    contender: contender.name,
    round,
    perSecond: (objects * 1000) / (endedMs - startedMs),
    writes: each(writes),
    cpuMs: each(Object.fromEntries(spent) as Record<string, number>),
  };
}

function cpuOf({ plane }: Playground, contender: Contender): Record<string, number> {
  const { apiserver, etcd, controllerManager } = plane.pids();
  const own = contender.pid();
  return {
    apiserver: cpuMs(apiserver),
    etcd: cpuMs(etcd),
    'controller-manager': cpuMs(controllerManager),
    'this bench': cpuMs(process.pid),
    ...(own !== undefined && { [contender.name]: cpuMs(own) }),
  };
}

/** XenHosts, made Ready by the operator. */
async function startHosts(playground: Playground, names: readonly string[]): Promise<Agents> {
  const agents = new Agents(clientOf(playground, playground.plane.adminToken), names, HOST_SIZE);
  agents.start();
  await inParallel(names, AT_ONCE, (name, index) => {
    const host = hostManifest(name);
    const labels = { [ZONE_LABEL]: zoneOf(index) };
    return playground.client.create<XenHost>(XENHOSTS, { ...host, metadata: { name, labels } });
  });
  await playground.hostsReady({ names, deadlineMs: HOSTS_READY_MS });
  return agents;
}

function clientOf({ plane }: Playground, token: string): KubeClient {
  const target = { server: plane.server, ca: plane.caPem, token: () => Promise.resolve(token) };
  return new KubeClient(createTransport({ target, maxSockets: AT_ONCE, userAgent: 'bench-scheduler' }));
}

function print(sizes: Sizes, runs: readonly Run[], machine: { cpus: number; loadBefore: number }): void {
  const { objects, hosts, rounds, seed } = sizes;
  say(
    `\n${objects} pods created and bound, or XenVMs created and placed (claim and order written), on ${hosts} hosts;`,
  );
  say(
    `created ${AT_ONCE} at a time; medians of ${rounds} rounds, seed ${seed}. Nobody runs the pods, and no agent takes the`,
  );
  say('orders up. The server alone: the same writes from a client that decides nothing.\n');
  say(figureTable(figuresOf(runs)));
  say(`\ngoals: ours ÷ alone ≥ ${GOALS.oursToAlone}, ours to plain ≥ ${GOALS.toPlain}`);
  for (const { scene, contender, writes, cpuMs: spent } of runs.filter(({ round }) => round === 1)) {
    const list = (of: Readonly<Record<string, number>>): string =>
      Object.entries(of)
        .filter(([, value]) => value >= 0.005)
        .map(([name, value]) => `${name} ${value.toFixed(2)}`)
        .join(', ');
    say(
      `\n${scene}, ${contender}, each, in the first round:\n  writes: ${list(writes)}\n  processor ms: ${list(spent)}`,
    );
  }
  say(`\nLoad of this machine before: ${machine.loadBefore.toFixed(1)} on ${machine.cpus} processors.`);
}

(async () => bench(sizesOf(process.argv.slice(2))))().then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
