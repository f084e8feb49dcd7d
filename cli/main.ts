/** The composition root of `xenfleet`: command line, output, exit codes. */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ObjectiveName } from '../scheduler';
import { clusterScene } from './cluster';
import { InputError, readFleet, toSnapshot } from './fleet';
import { capacityTable, explained, summary } from './report';
import { capacities, evacuate, explain, place, rebalance } from './simulate';
import type { Options, Outcome, Scene, Size } from './simulate';
import { readCluster, readJson, readManifests } from './source';

interface Flags {
  readonly fleet?: string;
  readonly filename?: string;
  readonly kubeconfig?: string;
  readonly offline?: boolean;
  readonly out?: string;
  readonly output: 'table' | 'json';
  readonly score: ObjectiveName;
  readonly strategy?: 'balance' | 'pack';
  readonly untilScore?: number;
  readonly prefer?: 'moves' | 'bytes';
  readonly minGain?: number;
  readonly hosts?: string;
  readonly vm?: string;
  readonly class?: readonly Size[];
}

/** A scene and, where it came from a fleet file, that file as it was, to be written back with its unknown fields. */
interface Input extends Scene {
  readonly original?: { readonly vms: readonly { readonly name: string }[] };
}

const BAD_INPUT = 2;

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

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('give a number, zero or more, e.g. 0.1.');
  }
  return value;
}

function namesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  if (given.length === 0) throw new InputError(`--hosts: "${text}" names no node; give one or more, e.g. h1,h2`);
  return given;
}

function size(text: string, before: readonly Size[] = []): readonly Size[] {
  const match = /^(\d+):(\d+)$/.exec(text);
  const [vcpus, memMiB] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (vcpus < 1 || memMiB < 1) throw new InvalidArgumentError('give vCPUs and MiB, e.g. 4:16384.');
  return [...before, { vcpus, memMiB }];
}

function build(): Command {
  const program = new Command('xenfleet').description(
    'Simulates a fleet of Xen hosts with the scheduler of its operator.',
  );
  const simulate = program.command('simulate').description('What would happen to a fleet; nothing is changed.');
  const add = (name: string, description: string): Command =>
    simulate
      .command(name)
      .description(`${description} Reads the cluster unless --fleet or --offline is given.`)
      .option('--fleet <file>', 'a fleet file (JSON) instead of a cluster')
      .option('-f, --filename <path>', 'manifests, as if they were applied: a file or a folder')
      .option('--offline', 'manifests only: read no cluster')
      .option('--kubeconfig <file>', 'which cluster to read')
      .option('--out <file>', 'write the result as JSON; of a fleet file, the fleet as it would be')
      .addOption(new Option('-o, --output <format>', 'what to print').choices(['table', 'json']).default('table'))
      .addOption(new Option('--score <formula>', 'the objective').choices(['balance', 'ganeti']).default('balance'))
      .option('--seed <number>', 'accepted and not needed: no planner leaves anything to chance', number);
  const strategy = (): Option =>
    new Option('--strategy <name>', 'even out, or use as few hosts as can be')
      .choices(['balance', 'pack'])
      .default('balance');
  add('place', 'Places the pending VMs (node: null).')
    .addOption(strategy())
    .action((flags: Flags) => run(flags, place));
  add('rebalance', 'Evens the fleet out by moves, or empties hosts (--strategy pack).')
    .addOption(strategy())
    .option('--until-score <score>', 'stop once the score is this low', number)
    .addOption(
      new Option('--prefer <what>', 'with --until-score, up to 64 hosts: fewest moves, or fewest GiB in however many')
        .choices(['moves', 'bytes'])
        .default('moves'),
    )
    .option('--min-gain <score>', 'take no step that gains less', number)
    .action((flags: Flags) => run(flags, rebalance));
  add('evacuate', 'Empties hosts.')
    .requiredOption('--hosts <names>', 'comma-separated')
    .action((flags: Flags) => {
      const hosts = namesIn(flags.hosts ?? '');
      return run(flags, (scene, options) => evacuate(scene, options, hosts));
    });
  add('capacity', 'How many more VMs of each size fit, and what is lost to it.')
    .option('--class <vcpus:MiB>', 'a size to ask about, may be repeated (else those of the VMs in the fleet)', size)
    .action(runCapacity);
  add('explain', 'Says why a VM is pending and what would help, or where it would go.')
    .requiredOption('--vm <name>', 'the VM; of a cluster namespace/name')
    .action(runExplain);
  return program;
}

function fixExitCodes(command: Command): void {
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : BAD_INPUT);
  });
  command.commands.forEach(fixExitCodes);
}

async function main(): Promise<void> {
  const program = build();
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
