/** The commands of `xenfleet` and their options; what they do is given by the caller. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ObjectiveName } from '../scheduler';
import type { Size } from './simulate';

export interface Flags {
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

/** Exit code where the command line or a file is wrong. */
export const BAD_INPUT = 2;

/** What each command does. */
export interface Actions {
  readonly place: (flags: Flags) => Promise<void>;
  readonly rebalance: (flags: Flags) => Promise<void>;
  readonly evacuate: (flags: Flags) => Promise<void>;
  readonly capacity: (flags: Flags) => Promise<void>;
  readonly explain: (flags: Flags) => Promise<void>;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('give a number, zero or more, e.g. 0.1.');
  }
  return value;
}

export function size(text: string, before: readonly Size[] = []): readonly Size[] {
  const match = /^(\d+):(\d+)$/.exec(text);
  const [vcpus, memMiB] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (vcpus < 1 || memMiB < 1) throw new InvalidArgumentError('give vCPUs and MiB, e.g. 4:16384.');
  return [...before, { vcpus, memMiB }];
}

export function buildProgram(actions: Actions): Command {
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
  add('place', 'Places the pending VMs (node: null).').addOption(strategy()).action(actions.place);
  add('rebalance', 'Evens the fleet out by moves, or empties hosts (--strategy pack).')
    .addOption(strategy())
    .option('--until-score <score>', 'stop once the score is this low', number)
    .addOption(
      new Option('--prefer <what>', 'with --until-score, up to 64 hosts: fewest moves, or fewest GiB in however many')
        .choices(['moves', 'bytes'])
        .default('moves'),
    )
    .option('--min-gain <score>', 'take no step that gains less', number)
    .action(actions.rebalance);
  add('evacuate', 'Empties hosts.').requiredOption('--hosts <names>', 'comma-separated').action(actions.evacuate);
  add('capacity', 'How many more VMs of each size fit, and what is lost to it.')
    .option('--class <vcpus:MiB>', 'a size to ask about, may be repeated (else those of the VMs in the fleet)', size)
    .action(actions.capacity);
  add('explain', 'Says why a VM is pending and what would help, or where it would go.')
    .requiredOption('--vm <name>', 'the VM; of a cluster namespace/name')
    .action(actions.explain);
  return program;
}
