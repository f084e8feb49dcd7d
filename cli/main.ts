/** The composition root of `xenfleet`: command line, output, exit codes. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { clusterScene } from './cluster';
import { InputError, readFleet, toSnapshot } from './fleet';
import { BAD_INPUT, buildProgram } from './program';
import type { Flags } from './program';
import { capacityTable, explained, summary } from './report';
import { capacities, evacuate, explain, place, rebalance } from './simulate';
import type { Options, Outcome, Scene } from './simulate';
import { readCluster, readJson, readManifests } from './source';

/**
 * A scene and, where it came from a fleet file, that file as it was, to be written back with its
 * unknown fields.
 */
interface Input extends Scene {
  readonly original?: { readonly vms: readonly { readonly name: string }[] };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${what} …\n`);
}

async function read(flags: Flags): Promise<Input> {
  if (flags.fleet !== undefined) {
    if (flags.filename !== undefined) throw new InputError('-f: give either --fleet or -f, not both');
    const json = readJson(flags.fleet);
    const snapshot = toSnapshot(readFleet(json));
    return { snapshot, nameOf: ({ name }) => name, original: json as NonNullable<Input['original']> };
  }
  if (flags.offline && flags.filename === undefined)
    throw new InputError('--offline: give the objects with -f, or a --fleet');
  if (!flags.offline) progress('reading the cluster');
  const live = flags.offline ? [] : await readCluster(flags.kubeconfig);
  return clusterScene([...live, ...(flags.filename === undefined ? [] : readManifests(flags.filename))]);
}

function writeResult(flags: Flags, result: object): void {
  if (flags.out === undefined) return;
  try {
    writeFileSync(flags.out, `${JSON.stringify(result)}\n`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new InputError(`--out: cannot write ${flags.out} (${code}); give a path that can be written`);
  }
}

function print(flags: Flags, result: object, human: string): void {
  process.stdout.write(flags.output === 'json' ? `${JSON.stringify(result)}\n` : `${human}\n`);
}

async function run(flags: Flags, simulate: (scene: Scene, options: Options) => Outcome): Promise<void> {
  const { untilScore, prefer, minGain, strategy } = flags;
  const goal = {
    ...(strategy && { strategy }),
    ...(untilScore !== undefined && { untilScore }),
    ...(prefer && { prefer }),
    ...(minGain !== undefined && { minGain }),
  };
  const input = await read(flags);
  const outcome = simulate(input, { objective: flags.score, cpuMs, progress, ...goal });
  const { assigned, moves, refused, stats } = outcome;
  const names = new Map(input.snapshot.vms.map((spec) => [spec.key, input.nameOf(spec)]));
  const placed = [...assigned].map(([key, host]) => ({ vm: names.get(key) ?? key, host }));
  const short = { moves, refused, stats, ...(!input.original && { placed }) };
  const result = input.original ? { ...input.original, vms: withNodes(input, outcome), ...short } : short;
  writeResult(flags, result);
  print(flags, flags.out === undefined ? result : short, summary(outcome, input.original ? [] : placed));
}

/** The VMs of the fleet file, each where it would be. */
function withNodes({ snapshot, original }: Input, { assigned }: Outcome): object[] {
  const hosts = new Map(snapshot.vms.map(({ key, host }) => [key, assigned.get(key) ?? host ?? null]));
  return (original?.vms ?? []).map((vm) => ({ ...vm, node: hosts.get(vm.name) ?? null }));
}

async function runExplain(flags: Flags): Promise<void> {
  const answer = explain(await read(flags), flags.vm ?? '');
  writeResult(flags, answer);
  print(flags, answer, explained(answer));
}

async function runCapacity(flags: Flags): Promise<void> {
  const rows = capacities(await read(flags), flags.class ?? []);
  writeResult(flags, { capacity: rows });
  print(flags, { capacity: rows }, capacityTable(rows));
}

function namesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  if (given.length === 0) throw new InputError(`--hosts: "${text}" names no node; give one or more, e.g. h1,h2`);
  return given;
}

function fixExitCodes(command: Command): void {
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : BAD_INPUT);
  });
  command.commands.forEach(fixExitCodes);
}

async function main(): Promise<void> {
  const program = buildProgram({
    place: (flags) => run(flags, place),
    rebalance: (flags) => run(flags, rebalance),
    evacuate: (flags) => {
      const hosts = namesIn(flags.hosts ?? '');
      return run(flags, (scene, options) => evacuate(scene, options, hosts));
    },
    capacity: runCapacity,
    explain: runExplain,
  });
  fixExitCodes(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = BAD_INPUT;
  }
}

void main();
