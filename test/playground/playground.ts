/**
 * Starts the whole system: control plane, simulated hosts, operator, one agent per host. The one
 * door for tests.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane';
import { Access, adminClient } from './access';
import { bundlePrograms } from './bundle';
import type { Bundles } from './bundle';
import { OPERATOR_ACCOUNT, applyFleet, hostManifest, installKubectl, installSystem, kubectlIn } from './cluster';
import { startDom0s } from './dom0s';
import type { Dom0s } from './dom0s';
import { untilHostsReady } from './hosts-ready';
import { ephemeral, placeAt, projectDir } from './place';
import type { Place } from './place';
import { makeProgram } from './program';
import type { Playground, PlaygroundOptions, Program } from './types';

export type { Playground, PlaygroundOptions, Program } from './types';

/** A real Xen under emulation takes its time for everything. */
const READY_WITHIN_MS = { sim: 60_000, real: 240_000 } as const;

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
  const hostNames = namesOf(options.hosts ?? (options.xen === 'real' ? 1 : 3));
  prepare(place);
  const starting = startDom0s(options, place, hostNames);
  undo.push(async () => (await starting.catch(() => undefined))?.stop());
  starting.catch(() => undefined); // heard of below
  const bundled = bundlePrograms(place.programs);
  bundled.catch(() => undefined);
  const plane = await startControlPlane({ ...planeOptions(options), dataDir: place.controlPlane, progress: say });
  undo.push(() => plane.stop());
  copyFileSync(plane.kubeconfigPath, place.kubeconfig);
  installKubectl(plane, place);
  const client = adminClient(plane);
  undo.push(() => client.transport.close());
  say('control plane: ready');

  await installSystem(plane);
  const dom0s = await starting;
  const bundles = await bundled;
  const access = new Access(plane, place, client);
  undo.push(() => access.stop());
  const programs = new Map<string, StoppableProgram>();
  undo.push(async () => void (await Promise.all([...programs.values()].map((program) => program.stop()))));
  const add = (program: StoppableProgram): void => {
    programs.set(program.name, program);
    program.start();
  };
  const making: Making = { options, place, bundles, dom0s };
  const operatorAccess = await access.grant('operator', OPERATOR_ACCOUNT);
  operatorNames(options.operators ?? 1).forEach((name, index) =>
    add(operatorProgram(making, { name, index }, operatorAccess)),
  );
  say('operator: started');
  await applyFleet(
    plane,
    hostNames.map((name) => hostManifest(name, dom0s.get(name).connection)),
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
    xl: (host, ...args) => dom0s.get(host).xl(...args),
    sim: dom0s.sim,
    record: dom0s.record,
    operator,
    agent,
    programs: () => [...programs.values()],
    killOperator: () => operator().kill(),
    killAgent: (host) => agent(host).kill(),
    hostsReady: ({ deadlineMs = READY_WITHIN_MS[options.xen ?? 'sim'], names = hostNames } = {}) =>
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

interface Making {
  readonly options: PlaygroundOptions;
  readonly place: Place;
  readonly bundles: Bundles;
  readonly dom0s: Dom0s;
}

function operatorProgram(
  { options, place, bundles }: Making,
  { name, index }: { name: string; index: number },
  kubeconfig: string,
): StoppableProgram {
  const { operatorArgs = [] } = options;
  const more = typeof operatorArgs === 'function' ? operatorArgs(index) : operatorArgs;
  const identity = `${name}_${process.pid}`;
  const flags = ['--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', '--identity', identity];
  return makeProgram({
    ...commonOf(options, place, name),
    args: [bundles.operator, ...flags, ...more],
  });
}

function agentProgram({ options, place, bundles, dom0s }: Making, host: string, kubeconfig: string): StoppableProgram {
  const flags = ['--host', host, '--kubeconfig', kubeconfig, ...dom0s.get(host).agentFlags];
  return makeProgram({
    ...commonOf(options, place, `agent-${host}`),
    args: [bundles.agent, ...flags, ...(options.agentArgs ?? [])],
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
