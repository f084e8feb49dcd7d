/**
 * docs/reference/flags.md: every option of operator, agent and xenfleet, from the tables that the
 * programs read.
 */
import type { Command, Option } from 'commander';
import { NUMBERS, TAKES, agentProgram } from '../../agents/flags';
import { buildProgram, number, size } from '../../cli/program';
import { OPTIONS } from '../../operator/adapters/config';
import { code, heading, table } from './markdown';

const HEADS = ['flag', 'default', 'takes', 'meaning'];

function operatorTable(): string {
  const rows = Object.values(OPTIONS).map(({ flag, env, help, read, ...rest }) => {
    const fallback = 'default' in rest ? code(rest.default ?? '') : '';
    return [code(flag), code(env), fallback, read.takes, help];
  });
  return table(['flag', 'environment variable', ...HEADS.slice(1)], rows);
}

/** What the functions that read values take; an option without one takes any text. */
const READ_BY = new Map<unknown, string>([
  [number, 'number, 0 or more'],
  [size, 'vCPUs, a colon, MiB, each 1 or more; may be given again'],
]);

function takes(option: Option): string {
  if (option.argChoices !== undefined) return option.argChoices.join(', ');
  const special: Readonly<Record<string, string>> = TAKES;
  const bounds: Readonly<Record<string, { min: number; max: number } | undefined>> = NUMBERS;
  const { min, max } = bounds[option.attributeName()] ?? {};
  if (min !== undefined) return `whole number, ${min} to ${max}`;
  const words = special[option.attributeName()] ?? READ_BY.get(option.parseArg);
  if (words !== undefined) return words;
  if (option.parseArg !== undefined)
    throw new Error(`${option.flags}: scripts/reference/flags.ts lacks words for what it takes`);
  return option.required ? 'text' : '';
}

function row(option: Option): string[] {
  const fallback = option.defaultValue as string | number | undefined;
  const shown = option.mandatory ? 'none: must be given' : fallback === '' ? '' : code(String(fallback ?? ''));
  return [code(option.flags), shown, takes(option), option.description];
}

const optionsTable = (options: readonly Option[]): string => table(HEADS, options.map(row));

function cliParts(): string {
  const idle = (): Promise<void> => Promise.resolve();
  const program = buildProgram({ place: idle, rebalance: idle, evacuate: idle, capacity: idle, explain: idle });
  const simulate = program.commands.flatMap(({ commands }) => commands);
  const shared = (simulate[0] as Command).options.filter(({ flags }) =>
    simulate.every(({ options }) => options.some((option) => option.flags === flags)),
  );
  const flags = new Set(shared.map((option) => option.flags));
  const own = simulate.map((command) => {
    const options = command.options.filter((option) => !flags.has(option.flags));
    return `### xenfleet simulate ${command.name()}\n\n${command.description()}\n\n${optionsTable(options)}\n`;
  });
  return `### Of every command\n\n${optionsTable(shared)}\n\n${own.join('\n')}`;
}

export function flagsPage(): string {
  const source = 'operator/adapters/config.ts, agents/flags.ts and cli/program.ts';
  return `${heading('Flags', source)}
Every program has \`--help\`; operator and agent have \`--version\`.

## Operator

A flag goes before its environment variable, and that before the default. An empty variable counts as unset.

${operatorTable()}

## Agent

It reads no environment variables of its own; in a pod it finds the API server by what Kubernetes sets there. \`--mode ssh\` needs \`--ssh-host\`,
\`--ssh-key-file\` and \`--ssh-host-key\`.

${optionsTable(agentProgram().options.filter(({ long }) => long !== '--version'))}

## xenfleet

Without \`--kubeconfig\` it reads the file in \`KUBECONFIG\`, else \`~/.kube/config\`.

${cliParts()}`;
}
