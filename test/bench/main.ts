/** make bench: runs the scenes, prints the figures beside their goals, writes .local/bench.json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectDir } from '../playground/place';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/playground';
import { figureTable, figuresOf, show, verdictOf } from './figures';
import { apiFloor, templatesOf } from './floor';
import { readOptions } from './options';
import { cpuMs, memoryOf } from './processes';
import { Onlooker } from './scene';
import { quantile, spread } from './statistics';
import type { Spread } from './statistics';
import type { Timeline } from './timeline';
import { countWrites } from './writes';
import type { WriteCounts } from './writes';
import { TENANT, hostSize, workload } from './workload';

const WARM_UP_VMS = 5;
/** One at a time, to tell the length of the path from the waiting of many for one machine. */
const SINGLE_VMS = 15;
const FLOOR_ROUNDS = 50;
/** Reports of hosts come with heartbeats, every 10 s: what has been quiet for longer is at rest. */
const QUIET_MS = 15_000;
const QUIET_WITHIN_MS = 120_000;

interface Sizes {
  readonly vms: number;
  readonly perSecond: number;
  readonly hosts: number;
  readonly seed: number;
  readonly restSeconds: number;
  readonly out: string;
}

function sizesOf(args: string[]): Sizes {
  const options = readOptions(args, ['vms', 'rate', 'hosts', 'seed', 'rest-seconds', 'out']);
  return {
    vms: options.count('vms', 100),
    perSecond: options.number('rate', 10),
    hosts: options.count('hosts', 3),
    seed: options.count('seed', 1),
    restSeconds: options.number('rest-seconds', 60),
    out: options.text('out') ?? join(projectDir, '.local', 'bench.json'),
  };
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function bench(sizes: Sizes): Promise<boolean> {
  const loadBefore = loadavg()[0] ?? 0;
  const guests = { bootMs: 0, shutdownMs: 0, deaf: false, pvDrivers: false };
  const room = hostSize(2 * sizes.vms + WARM_UP_VMS + SINGLE_VMS);
  const playground = await startPlayground({ hosts: sizes.hosts, audit: true, sim: { ...room, guests }, say });
  try {
    const result = await measure(playground, sizes);
    const machine = { cpus: availableParallelism(), loadBefore };
    say(
      `\nLoad of this machine before: ${loadBefore.toFixed(1)} on ${machine.cpus} processors; this bench needs one and a half.`,
    );
    const when = new Date().toISOString();
    mkdirSync(dirname(sizes.out), { recursive: true });
    writeFileSync(sizes.out, `${JSON.stringify({ when, sizes, machine, ...result }, null, 2)}\n`);
    return result.figures.every((figure) => figure.verdict !== 'FAILED');
  } finally {
    await playground.stop();
  }
}

type Result = Awaited<ReturnType<typeof measure>>;

async function measure(playground: Playground, sizes: Sizes) {
  const { vms, perSecond, seed } = sizes;
  const { client, plane } = playground;
  await playground.kubectl(['create', 'namespace', TENANT]);
  const scene = async (prefix: string, count: number, { disks = false, rate = perSecond } = {}): Promise<Timeline> => {
    const onlooker = new Onlooker(client);
    await onlooker.create(workload({ vms: count, seed, prefix, disks }), rate);
    await onlooker.stop();
    return onlooker.timeline;
  };

  await scene('warm', WARM_UP_VMS);
  await untilQuiet(playground);
  say(`creating ${vms} VMs, ${perSecond} a second`);
  const startedMs = Date.now();
  const cpuBefore = cpuOf(playground);
  const timeline = await scene('vm', vms);
  const cpuMsPerVm = perVm(cpuBefore, cpuOf(playground), vms);
  await untilQuiet(playground);
  const writes = countWrites(await plane.auditEvents(), startedMs, Date.now());

  say(`resting for ${sizes.restSeconds} s`);
  const restMs = Date.now();
  await sleep(sizes.restSeconds * 1000);
  const rest = countWrites(await plane.auditEvents(), restMs, Date.now());
  const operator = memoryOf(playground.operator().pid());
  const agents = playground.hostNames.map((host) => memoryOf(playground.agent(host).pid()));
  const agent = agents.reduce((a, b) => (a.rssMiB > b.rssMiB ? a : b));

  say('creating one VM every second');
  const oneByOne = (await scene('single', SINGLE_VMS, { rate: 1 })).durationsMs('asked', 'running');
  say(`creating ${vms} VMs with a disk each, ${perSecond} a second`);
  const withDisk = (await scene('disk', vms, { disks: true })).durationsMs('asked', 'running');
  say('the same writes alone');
  const templates = await templatesOf(client);
  await Promise.all(playground.programs().map((program) => program.kill()));
  const floor = await apiFloor(client, templates, FLOOR_ROUNDS);

  const figures = figuresOf({
    ...spread(timeline.durationsMs('asked', 'running')),
    writesPerVm: writes.objects / vms,
    eventsPerVm: writes.events / vms,
    writesPerMinuteAtRest: ((rest.objects + rest.events) * 60) / sizes.restSeconds,
    operatorMiB: operator.rssMiB,
    agentMiB: agent.rssMiB,
  });
  const result = {
    figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })),
    hops: timeline.hops(),
    oneByOneMs: spread(oneByOne),
    withDiskMs: spread(withDisk),
    apiFloorMs: { ...spread(floor.roundsMs), ...mediansOf(floor.byWriteMs) },
    writes,
    atRest: rest,
    cpuMsPerVm,
    memory: { operator, agent },
  };
  print(result, vms);
  return result;
}

const mediansOf = (byName: ReadonlyMap<string, readonly number[]>) => ({
  byWrite: Object.fromEntries([...byName].map(([name, values]) => [name, quantile(values, 0.5) ?? NaN])),
});

/** Waits until operator and agents have written nothing but Leases for a while. */
async function untilQuiet({ plane }: Playground): Promise<void> {
  for (const endMs = Date.now() + QUIET_WITHIN_MS; Date.now() < endMs; await sleep(1000)) {
    const nowMs = Date.now();
    const { objects, events } = countWrites(await plane.auditEvents(), nowMs - QUIET_MS, nowMs);
    if (objects + events === 0) return;
  }
}

function cpuOf(playground: Playground): Record<string, number> {
  const { apiserver, etcd } = playground.plane.pids();
  return {
    apiserver: cpuMs(apiserver),
    etcd: cpuMs(etcd),
    operator: cpuMs(playground.operator().pid()),
    agents: playground.hostNames.reduce((sum, host) => sum + cpuMs(playground.agent(host).pid()), 0),
    'this bench': cpuMs(process.pid),
  };
}

function perVm(before: Record<string, number>, after: Record<string, number>, vms: number): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / vms]));
}

function print(
  { figures, hops, oneByOneMs, withDiskMs, apiFloorMs: floor, writes, cpuMsPerVm, memory }: Result,
  vms: number,
): void {
  const range = ({ p50Ms, p99Ms }: Spread): string => `${show(p50Ms, 'ms')}, p99 ${show(p99Ms, 'ms')}`;
  say(`\n${''.padEnd(34)}${'measured'.padStart(10)}${'goal'.padStart(14)}`);
  figureTable(figures).forEach(say);
  say('\nWhere the time goes, as an onlooker sees it (p50, p99):');
  for (const { hop, p50Ms, p99Ms } of hops)
    say(`  ${hop.padEnd(32)}${show(p50Ms, 'ms').padStart(10)}${show(p99Ms, 'ms').padStart(11)}`);
  say(`One VM every second, create → Running:           p50 ${range(oneByOneMs)}`);
  say(`The API server alone, for the same six writes:   p50 ${range(floor)}`);
  for (const [name, p50] of Object.entries(floor.byWrite)) say(`  ${name.padEnd(32)}${show(p50, 'ms').padStart(10)}`);
  say(`With a blank disk each, create → Running:        p50 ${range(withDiskMs)}`);
  const own = ({ operator, agent }: typeof memory): string =>
    `${show(operator.ownMiB, 'MiB')} of the operator, ${show(agent.ownMiB, 'MiB')} of the agent`;
  say(`\nMemory of their own, without Node's executable: ${own(memory)}`);
  say('\nProcessor time per VM:');
  for (const [name, ms] of Object.entries(cpuMsPerVm)) say(`  ${name.padEnd(32)}${show(ms, 'ms').padStart(10)}`);
  say('\nWrites per VM:');
  printWrites(writes, vms);
}

function printWrites({ by, refused, leases }: WriteCounts, vms: number): void {
  for (const [what, count] of Object.entries(by).sort((a, b) => b[1] - a[1]))
    say(`  ${what.padEnd(32)}${show(count / vms, '').padStart(10)}`);
  say(`  (${refused} refused; ${leases} renewals of Leases do not count)`);
}

(async () => bench(sizesOf(process.argv.slice(2))))().then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
