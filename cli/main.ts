/** The composition root of `xenfleet`: command line, files, exit codes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ObjectiveName } from '../operator/scheduler';
import { InputError, readFleet } from './fleet';
import type { Fleet } from './fleet';
import { capacityTable, explained, summary } from './report';
import { capacities, evacuate, explain, place, rebalance } from './simulate';
import type { Options, Outcome, Size } from './simulate';

interface Flags {
  readonly fleet: string;
  readonly out?: string;
  readonly output: 'table' | 'json';
  readonly score: ObjectiveName;
  readonly strategy?: 'balance' | 'pack';
  readonly untilScore?: number;
  readonly minGain?: number;
  readonly hosts?: string;
  readonly vm?: string;
  readonly class?: readonly Size[];
}

const BAD_INPUT = 2;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(
      `--fleet: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'error'}); give the path of a fleet file`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`--fleet: ${path} is not JSON: ${(error as Error).message}`);
  }
}

function writeResult(flags: Flags, result: object): void {
  if (flags.out === undefined) return;
  try {
    writeFileSync(flags.out, `${JSON.stringify(result)}\n`);
  } catch (error) {
    throw new InputError(
      `--out: cannot write ${flags.out} (${(error as NodeJS.ErrnoException).code ?? 'error'}); give a path that can be written`,
    );
  }
}

function print(flags: Flags, result: object, human: string): void {
  process.stdout.write(
    flags.output === 'json' && flags.out === undefined ? `${JSON.stringify(result)}\n` : `${human}\n`,
  );
}

function run(flags: Flags, simulate: (fleet: Fleet, options: Options) => Outcome): void {
  const json = readJson(flags.fleet);
  const { untilScore, minGain, strategy } = flags;
  const goal = {
    ...(strategy && { strategy }),
    ...(untilScore !== undefined && { untilScore }),
    ...(minGain !== undefined && { minGain }),
  };
  const outcome = simulate(readFleet(json), { objective: flags.score, cpuMs, ...goal });
  const original = json as { vms: object[] };
  const vms = original.vms.map((vm, index) => ({ ...vm, node: outcome.vms[index]?.node ?? null }));
  const { moves, refused, stats } = outcome;
  const result = { ...original, vms, moves, refused, stats };
  writeResult(flags, result);
  if (flags.output === 'json' && flags.out !== undefined)
    process.stdout.write(`${JSON.stringify({ moves, refused, stats })}\n`);
  else print(flags, result, summary(outcome));
}

function runExplain(flags: Flags): void {
  const answer = explain(readFleet(readJson(flags.fleet)), flags.vm ?? '');
  writeResult(flags, answer);
  print(flags, answer, explained(answer));
}

function runCapacity(flags: Flags): void {
  const fleet = readFleet(readJson(flags.fleet));
  const rows = capacities(fleet, flags.class ?? []);
  writeResult(flags, { capacity: rows });
  print(flags, { capacity: rows }, capacityTable(rows));
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('give a number, zero or more, e.g. 0.1.');
  return value;
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
      .description(description)
      .requiredOption('--fleet <file>', 'fleet file (JSON)')
      .option('--out <file>', 'write the fleet as it would be')
      .addOption(new Option('-o, --output <format>', 'what to print').choices(['table', 'json']).default('table'))
      .addOption(new Option('--score <formula>', 'the objective').choices(['balance', 'ganeti']).default('balance'));
  add('place', 'Places the pending VMs (node: null).')
    .addOption(new Option('--strategy <name>', 'even out or fill up').choices(['balance', 'pack']).default('balance'))
    .action((flags: Flags) => run(flags, place));
  add('rebalance', 'Evens the fleet out by moves.')
    .option('--until-score <score>', 'stop once the score is this low', number)
    .option('--min-gain <score>', 'take no step that gains less', number)
    .action((flags: Flags) => run(flags, rebalance));
  add('evacuate', 'Empties hosts.')
    .requiredOption('--hosts <names>', 'comma-separated')
    .action((flags: Flags) => {
      const hosts = (flags.hosts ?? '')
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
      run(flags, (fleet, options) => evacuate(fleet, options, hosts));
    });
  add('capacity', 'How many more VMs of each size fit, and what is lost to it.')
    .option('--class <vcpus:MiB>', 'a size to ask about, may be repeated (else those of the VMs in the fleet)', size)
    .action(runCapacity);
  add('explain', 'Says why a VM is pending, or where it would go.')
    .requiredOption('--vm <name>', 'the VM')
    .action(runExplain);
  return program;
}

function fixExitCodes(command: Command): void {
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : BAD_INPUT);
  });
  command.commands.forEach(fixExitCodes);
}

function main(): void {
  const program = build();
  fixExitCodes(program);
  try {
    program.parse();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = BAD_INPUT;
  }
}

main();
