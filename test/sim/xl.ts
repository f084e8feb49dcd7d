/**
 * The commands of a simulated host, with the words and exit codes of xl 4.17: `xl …` and
 * `xenstore-…`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { controlCommand } from './control';
import { readDomainConfig } from './domain-config';
import { configJson, printJson } from './libxl-json';
import { destroyFailed, nameExists, noConfiguration } from './libxl-errors';
import type { SimXen } from './xen';
import { parseCfg } from './xl-cfg';
import { askToEnd, memSet, vcpuSet } from './xl-acts';
import { guest, options, resolve, selected } from './xl-args';
import type { Call, CommandContext } from './xl-call';
import { XlError } from './xl-error';
import { cpuPoolText, infoText, listJson, listText, uptimeText } from './xl-format';
import { xenstoreCommand } from './xenstore';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one command of the host: `['xl', 'list', '-v']`, `['xenstore-read', '/x']`, or `['sim', …]`
 * for the simulation itself.
 */
export async function runCommand(
  xen: SimXen,
  argv: readonly string[],
  context: CommandContext = {},
): Promise<CommandResult> {
  const [command = '', ...args] = argv;
  const said = { stdout: '', stderr: '' };
  try {
    if (command === 'xl') await runXl({ xen, args, context, said });
    else if (command === 'sim') said.stdout += controlCommand(xen, args);
    else said.stdout += await runXenstore(xen, command, args);
    return { code: 0, ...said };
  } catch (error) {
    if (!(error instanceof XlError)) throw error;
    return { code: error.code, stdout: said.stdout + error.stdout, stderr: said.stderr + error.stderr };
  }
}

async function runXenstore(xen: SimXen, command: string, args: readonly string[]): Promise<string> {
  return inThisBoot(xen, command, () => xenstoreCommand(xen.store, command, args));
}

/** A command that a reboot found waiting is gone with it. */
function inThisBoot<T>(xen: SimXen, command: string, act: () => T | Promise<T>): Promise<T> {
  const { bootId } = xen;
  return xen.faults.during(command, () => (xen.bootId === bootId ? act() : new Promise<never>(() => undefined)));
}

let help: string | undefined;
const helpText = (): string => (help ??= readFileSync(join(__dirname, 'xl-help.txt'), 'utf8'));

async function runXl(call: Call): Promise<void> {
  const start = call.args.findIndex((arg) => !/^-[vfNtT]+$/.test(arg));
  const [name, ...args] = start < 0 ? [] : call.args.slice(start);
  if (name === undefined) throw new XlError(1, '', helpText());
  const command = commands[name];
  if (!command) throw new XlError(1, 'command not implemented\n');
  await inThisBoot(call.xen, name, () => command({ ...call, args }));
}

type Command = (call: Call) => void | Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  help: ({ said }) => void (said.stdout += helpText()),
  info: ({ xen, args, said }) =>
    void (said.stdout += infoText(
      xen,
      args.find((arg) => !arg.startsWith('-')),
    )),
  'cpupool-list': ({ xen, said }) => void (said.stdout += cpuPoolText(xen)),
  list,
  create,
  shutdown: (call) => askToEnd(call, 'poweroff'),
  reboot: (call) => askToEnd(call, 'reboot'),
  destroy: async ({ xen, args }) => {
    const target = resolve(xen, options(args, 'f').operands[0]);
    if (target === 'dom0')
      throw new XlError(
        1,
        'Not destroying domain 0; use -f to force.\nThis can only be done when using a disaggregated hardware domain and toolstack.\n\n',
      );
    if (typeof target === 'number') throw destroyFailed(target, 'absent');
    await xen.destroy(target);
  },
  pause: ({ xen, args }) => xen.pause(guest(xen, args[0])),
  unpause: ({ xen, args }) => xen.unpause(guest(xen, args[0])),
  rename: ({ xen, args: [from, to = ''] }) => {
    const domain = guest(xen, from);
    const other = xen.byName(to);
    if (other && other !== domain)
      throw new XlError(1, `${nameExists(domain.domid, to)}\nCan't rename domain '${from}'.\n`);
    domain.name = to;
    xen.store.write(`/local/domain/${domain.domid}/name`, to);
  },
  domid: ({ xen, args: [name = ''], said }) => {
    const domain = name === 'Domain-0' ? 'dom0' : xen.byName(name);
    if (!domain) throw new XlError(1, `Can't get domid of domain name '${name}', maybe this domain does not exist.\n`);
    said.stdout += `${domain === 'dom0' ? 0 : domain.domid}\n`;
  },
  domname: ({ xen, args: [domid = ''], said }) => {
    const name = Number(domid) === 0 ? 'Domain-0' : xen.domains.get(Number(domid))?.name;
    if (!name)
      throw new XlError(1, `Can't get domain name of domain id '${domid}', maybe this domain does not exist.\n`);
    said.stdout += `${name}\n`;
  },
  uptime: ({ xen, args, said }) => void (said.stdout += uptimeText(xen, selected(xen, options(args, 's').operands))),
  console: ({ xen, args, said }) => void (said.stdout += guest(xen, options(args, 't').operands.at(-1)).console),
  'mem-set': memSet,
  'mem-max': ({ xen, args }) => void guest(xen, args[0]),
  'vcpu-set': vcpuSet,
};

function list({ xen, args, said }: Call): void {
  const { flags, operands } = options(args, 'lvZcn');
  const domains = selected(xen, operands);
  if (!flags.has('l')) {
    said.stdout += listText(xen, domains, flags.has('v'));
    return;
  }
  const known = domains.filter((domain) => domain === 'dom0' || domain.built);
  for (const domain of domains) if (domain !== 'dom0' && !domain.built) said.stderr += noConfiguration(domain.domid);
  said.stdout += listJson(xen, known);
}

async function create({ xen, args, context, said }: Call): Promise<void> {
  const { flags, operands } = options(args, 'npeqcdFVA', 'f');
  const file = flags.get('f') ?? operands.shift() ?? '';
  const text = xen.files.readCfg(file, context.cwd ?? '/');
  if (text === undefined) throw new XlError(3, `Failed to read config file: ${file}: No such file or directory\n`);
  if (!flags.has('q')) said.stderr += `Parsing config from ${file}\n`;
  const { config, warnings } = readDomainConfig(parseCfg([text, ...operands].join('\n'), file), file);
  said.stderr += warnings;
  if (flags.has('n')) said.stdout += `${printJson(configJson(config))}\n`;
  else await xen.create(config, { paused: flags.has('p'), monitored: !flags.has('e'), signal: context.signal });
}
