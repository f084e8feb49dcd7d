/** Starts the whole system: control plane, simulated hosts, operator, one agent per host. The one door for tests. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane';
import { startSimHosts } from '../sim';
import type { SimHosts } from '../sim';
import { Access, adminClient } from './access';
import { bundlePrograms } from './bundle';
import type { Bundles } from './bundle';
import { OPERATOR_ACCOUNT, applyFleet, hostManifest, installKubectl, installSystem, kubectlIn } from './cluster';
import { untilHostsReady } from './hosts-ready';
import { ephemeral, placeAt, projectDir } from './place';
import type { Place } from './place';
import { makeProgram } from './program';
import type { Playground, PlaygroundOptions, Program } from './types';

export type { Playground, PlaygroundOptions, Program } from './types';

const READY_WITHIN_MS = 60_000;

export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const temporary = options.dir === undefined;
  const place = placeAt(options.dir ?? mkdtempSync(join(tmpdir(), 'xen-fleet-playground-')));
  const undo: Undo[] = temporary ? [() => rmSync(place.dir, { recursive: true, force: true })] : [];
  try {
    return await start(options, place, undo);
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

type Undo = () => Promise<void> | void;
type StoppableProgram = ReturnType<typeof makeProgram>;

async function start(options: PlaygroundOptions, place: Place, undo: Undo[]): Promise<Playground> {
  const { say = () => undefined } = options;
  const hostNames = namesOf(options.hosts ?? 3);
  prepare(place);
  const simulated = startSims(options, place, hostNames);
  undo.push(async () => (await simulated.catch(() => undefined))?.stop());
  const bundled = bundlePrograms(place.programs);
  bundled.catch(() => undefined); // heard of below
  const plane = await startControlPlane({ ...planeOptions(options), dataDir: place.controlPlane, progress: say });
  undo.push(() => plane.stop());
  copyFileSync(plane.kubeconfigPath, place.kubeconfig);
  installKubectl(plane, place);
  const client = adminClient(plane);
  undo.push(() => client.transport.close());
  say('control plane: ready');

  await installSystem(plane);
  const sims = await simulated;
  const bundles = await bundled;
  const access = new Access(plane, place, client);
  undo.push(() => access.stop());
  const programs = new Map<string, StoppableProgram>();
  undo.push(async () => void (await Promise.all([...programs.values()].map((program) => program.stop()))));
  const add = (program: StoppableProgram): void => {
    programs.set(program.name, program);
    program.start();
  };
  const making: Making = { options, place, bundles, sims };
  const operatorAccess = await access.grant('operator', OPERATOR_ACCOUNT);
  for (const name of operatorNames(options.operators ?? 1)) add(operatorProgram(making, name, operatorAccess));
  say('operator: started');
  await applyFleet(
    plane,
    hostNames.map((name) => hostManifest(name)),
  );
  access.follow(hostNames, (host, kubeconfig) => add(agentProgram(making, host, kubeconfig)));

  const programNamed = (name: string): Program => {
    const found = programs.get(name);
    if (!found) throw new Error(`no program ${name}; there are: ${[...programs.keys()].join(', ')}`);
    return found;
  };
  const operator = (index = 0): Program => programNamed(operatorNames(index + 1)[index] ?? '');
  const agent = (host: string): Program => programNamed(`agent-${host}`);
  const playground: Playground = {
    dir: place.dir,
    kubeconfig: place.kubeconfig,
    plane,
    client,
    hostNames,
    ...kubectlIn(plane),
    xl: (host, ...args) => sims.host(host).run('xl', ...args),
    sim: (host) => sims.host(host),
    record: () => (existsSync(place.record) ? sims.record() : []),
    operator,
    agent,
    programs: () => [...programs.values()],
    killOperator: () => operator().kill(),
    killAgent: (host) => agent(host).kill(),
    hostsReady: ({ deadlineMs = READY_WITHIN_MS, names = hostNames } = {}) =>
      untilHostsReady({ client, names, deadlineMs, say, logDir: place.log }),
    stop: () => unwind(undo),
  };
  if (options.noWait !== true) await playground.hostsReady();
  return playground;
}

/** Backwards and each once; what fails does not keep the rest from ending. */
async function unwind(undo: Undo[]): Promise<void> {
  const errors: unknown[] = [];
  for (let next = undo.pop(); next !== undefined; next = undo.pop()) {
    try {
      await next();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `the playground did not end well: ${errors.map(String).join('; ')}`);
}

export function namesOf(hosts: number | readonly string[]): readonly string[] {
  return typeof hosts === 'number' ? Array.from({ length: hosts }, (_, index) => `host-${index + 1}`) : hosts;
}

const operatorNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? 'operator' : `operator-${index + 1}`));

function prepare(place: Place): void {
  for (const path of ephemeral(place)) rmSync(path, { recursive: true, force: true });
  for (const dir of [place.dir, place.log, place.run]) mkdirSync(dir, { recursive: true });
}

function planeOptions({ audit, apiserverArgs }: PlaygroundOptions) {
  return {
    ...(audit !== undefined && { audit }),
    ...(apiserverArgs && { apiserverArgs: [...apiserverArgs] }),
  };
}

function startSims(options: PlaygroundOptions, place: Place, names: readonly string[]): Promise<SimHosts> {
  const sims = startSimHosts({
    dir: place.hosts,
    record: place.record,
    hosts: names.map((name) => ({ ...options.sim, name })),
    ...(options.say && { say: options.say }),
  });
  sims.catch(() => undefined); // heard of later
  return sims;
}

interface Making {
  readonly options: PlaygroundOptions;
  readonly place: Place;
  readonly bundles: Bundles;
  readonly sims: SimHosts;
}

function operatorProgram({ options, place, bundles }: Making, name: string, kubeconfig: string): StoppableProgram {
  const identity = `${name}_${process.pid}`;
  const flags = ['--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', '--identity', identity];
  return makeProgram({
    ...commonOf(options, place, name),
    args: [bundles.operator, ...flags, ...(options.operatorArgs ?? [])],
  });
}

function agentProgram({ options, place, bundles, sims }: Making, host: string, kubeconfig: string): StoppableProgram {
  const sim = sims.host(host);
  const where = ['--mode', 'local', '--host-root', sim.root, '--path', sim.env.PATH];
  return makeProgram({
    ...commonOf(options, place, `agent-${host}`),
    args: [bundles.agent, '--host', host, '--kubeconfig', kubeconfig, ...where, ...(options.agentArgs ?? [])],
  });
}

function commonOf(options: PlaygroundOptions, place: Place, name: string) {
  return {
    name,
    command: process.execPath,
    cwd: projectDir,
    logFile: place.logOf(name),
    pidFile: place.pidOf(name),
    supervise: options.supervise ?? false,
    // One process among many on this machine: its own threads suffice.
    env: { ...process.env, NODE_OPTIONS: '' },
  };
}
