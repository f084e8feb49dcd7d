/**
 * docs/reference/exit-codes.md: of the programs, and of the scripts that an agent runs on its Dom0.
 */
import * as codes from '../../agents/host/exit-codes';
import { EXIT_WORDS } from '../../agents/host/exit-words';
import { BAD_INPUT } from '../../cli/program';
import { code, heading, table } from './markdown';

const PROGRAMS: readonly (readonly string[])[] = [
  ['operator, agent', '0', 'Ended by SIGINT or SIGTERM in good order; or help or version was asked for.'],
  ['operator', '1', 'It could not begin, or a fault that nobody caught ended it; the log says which.'],
  ['operator', '2', 'An option is wrong; each is named on standard error.'],
  [
    'agent',
    '1',
    'An option is wrong, it could not begin, a fault that nobody caught ended it, or a second signal came while it was ending.',
  ],
  ['xenfleet', '0', 'Done; also if VMs found no place.'],
  ['xenfleet', String(BAD_INPUT), 'An option or a file is wrong, or the cluster cannot be read.'],
  ['xenfleet', '1', 'A fault of the program.'],
];

export function exitCodesPage(): string {
  const scripts = Object.entries(codes)
    .sort(([, a], [, b]) => a - b)
    .map(([name, value]) => [String(value), code(name), EXIT_WORDS[name as keyof typeof codes]]);
  const source = 'agents/host/exit-codes.ts, exit-words.ts and scripts/reference/exit-codes.ts';
  return `${heading('Exit codes', source)}
## Programs

${table(['program', 'code', 'meaning'], PROGRAMS)}

## Scripts on the Dom0

The agent runs these (\`agents/host/scripts\`) and turns their codes into [reasons](reasons.md). 0 is success; any code that is not in the table is
that of the command which failed, such as xl, and 124 that of \`timeout\`: the guest has not answered in time and stays asked.

${table(['code', 'name', 'meaning'], scripts)}
`;
}
