/** The commands of a simulated host, with the words and exit codes of xl 4.17: `xl …` and `xenstore-…`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from './clock';
import { controlCommand } from './control';
import { reasonCodes } from './domain';
import type { Domain } from './domain';
import { readDomainConfig } from './domain-config';
import { configJson, printJson } from './libxl-json';
import { destroyFailed, nameExists } from './libxl-errors';
import type { SimXen } from './xen';
import { parseCfg } from './xl-cfg';
import { XlError } from './xl-error';
import { infoText, listJson, listText, uptimeText } from './xl-format';
import { xenstoreCommand } from './xenstore';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandContext {
  readonly cwd?: string;
  /** The process that called was killed: what it was doing is not gone on with. */
  readonly signal?: AbortSignal;
}

/** What a command has said so far; a failure comes as an XlError on top of it. */
interface Call {
  readonly xen: SimXen;
  readonly args: readonly string[];
  readonly context: CommandContext;
  stdout: string;
  stderr: string;
}

/** Runs one command of the host: `['xl', 'list', '-v']`, `['xenstore-read', '/x']`, or `['sim', …]` for the simulation itself. */
export async function runCommand(
  xen: SimXen,
  argv: readonly string[],
  context: CommandContext = {},
): Promise<CommandResult> {
  const [command = '', ...args] = argv;
  const call: Call = { xen, args, context, stdout: '', stderr: '' };
  try {
    if (command === 'xl') await runXl(call);
    else if (command === 'sim') call.stdout += controlCommand(xen, args);
    else call.stdout += await runXenstore(xen, command, args);
    return { code: 0, stdout: call.stdout, stderr: call.stderr };
  } catch (error) {
    if (!(error instanceof XlError)) throw error;
    return { code: error.code, stdout: call.stdout + error.stdout, stderr: call.stderr + error.stderr };
  }
}

async function runXenstore(xen: SimXen, command: string, args: readonly string[]): Promise<string> {
  await xen.faults.before(command);
  return xenstoreCommand(xen.store, command, args);
}

let help: string | undefined;
const helpText = (): string => (help ??= readFileSync(join(__dirname, 'xl-help.txt'), 'utf8'));

async function runXl(call: Call): Promise<void> {
  const start = call.args.findIndex((arg) => !/^-[vfNtT]+$/.test(arg));
  const [name, ...args] = start < 0 ? [] : call.args.slice(start);
  if (name === undefined) throw new XlError(1, '', helpText());
  const command = commands[name];
  if (!command) throw new XlError(1, 'command not implemented\n');
  await call.xen.faults.before(name);
  await command({ ...call, args }, call);
}

/** `said` takes the output also of a command that fails later. */
type Command = (call: Call, said: Call) => void | Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  help: (_call, said) => void (said.stdout += helpText()),
  info: ({ xen, args }, said) =>
    void (said.stdout += infoText(
      xen,
      args.find((arg) => !arg.startsWith('-')),
    )),
  list,
  create,
  shutdown: (call, said) => askToEnd(call, said, 'poweroff'),
  reboot: (call, said) => askToEnd(call, said, 'reboot'),
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
  domid: ({ xen, args: [name = ''] }, said) => {
    const domain = name === 'Domain-0' ? 'dom0' : xen.byName(name);
    if (!domain) throw new XlError(1, `Can't get domid of domain name '${name}', maybe this domain does not exist.\n`);
    said.stdout += `${domain === 'dom0' ? 0 : domain.domid}\n`;
  },
  domname: ({ xen, args: [domid = ''] }, said) => {
    const name = Number(domid) === 0 ? 'Domain-0' : xen.domains.get(Number(domid))?.name;
    if (!name)
      throw new XlError(1, `Can't get domain name of domain id '${domid}', maybe this domain does not exist.\n`);
    said.stdout += `${name}\n`;
  },
  uptime: ({ xen, args }, said) => void (said.stdout += uptimeText(xen, selected(xen, options(args, 's').operands))),
  console: ({ xen, args }, said) => void (said.stdout += guest(xen, options(args, 't').operands.at(-1)).console),
  'mem-set': memSet,
  'mem-max': ({ xen, args }) => void guest(xen, args[0]),
  'vcpu-set': vcpuSet,
};

function list({ xen, args }: Call, said: Call): void {
  const { flags, operands } = options(args, 'lvZcn');
  const domains = selected(xen, operands);
  said.stdout += flags.has('l') ? listJson(xen, domains) : listText(xen, domains, flags.has('v'));
}

async function create({ xen, args, context }: Call, said: Call): Promise<void> {
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

async function askToEnd({ xen, args }: Call, said: Call, reason: 'poweroff' | 'reboot'): Promise<void> {
  const { flags, operands } = options(args, 'awF');
  if (operands.length === 0 && !flags.has('a')) throw new XlError(1, 'You must specify -a or a domain id.\n\n');
  const targets = flags.has('a')
    ? [...xen.domains.values()]
    : [guest(xen, operands[0], reason === 'poweroff' ? 'shutdown' : reason)];
  for (const domain of targets) {
    said.stderr += `${reason === 'poweroff' ? 'Shutting down' : 'Rebooting'} domain ${domain.domid}\n`;
    if (domain.config.type === 'hvm' && !domain.behaviour.pvDrivers) withoutDrivers(flags.has('F'), reason, said);
    xen.guests.ask(domain, reason);
  }
  if (!flags.has('w')) return;
  said.stderr += `Waiting for ${targets.length} domains\n`;
  for (const domain of targets) {
    while (domain.shutdown === undefined && !domain.dying) await sleep(xen.clock, 10);
    said.stderr +=
      domain.shutdown === undefined
        ? `Domain ${domain.domid} has been destroyed\n`
        : `Domain ${domain.domid} has been shut down, reason code ${reasonCodes[domain.shutdown]}\n`;
  }
}

function withoutDrivers(fallback: boolean, reason: 'poweroff' | 'reboot', said: Call): void {
  const act = reason === 'poweroff' ? 'shutdown' : 'reboot';
  if (fallback) said.stderr += 'PV control interface not available: sending ACPI power button event.\n';
  else
    throw new XlError(
      1,
      `PV control interface not available: external graceful ${act} not possible.\nUse "-F" to fallback to ACPI power event.\n${act} failed (rc=-10)\n`,
    );
}

function memSet({ xen, args: [target, size = ''] }: Call): void {
  const domain = guest(xen, target);
  const [, digits = '', unit = 'm'] = /^(\d+)([kmgt])?b?$/i.exec(size) ?? [];
  if (digits === '') throw new XlError(3, `invalid memory size: ${size}\n`);
  const wantedMiB = Math.floor(Number(digits) * { k: 1 / 1024, m: 1, g: 1024, t: 1048576 }[unit.toLowerCase() as 'k']);
  if (wantedMiB > domain.config.maxmemMiB)
    throw new XlError(
      1,
      `libxl: error: libxl_mem.c:278:libxl_set_memory_target: Domain ${domain.domid}:memory_dynamic_max must be less than or equal to memory_static_max\n\ncannot set domid ${domain.domid} dynamic max memory to : ${size}\n`,
    );
  // A guest without PV drivers has no balloon: xl asks, nothing happens.
  if (domain.config.type === 'hvm' && !domain.behaviour.pvDrivers) return;
  domain.memoryMiB = Math.min(wantedMiB, domain.memoryMiB + Math.max(0, xen.freeMiB()));
  xen.store.write(`/local/domain/${domain.domid}/memory/target`, String(wantedMiB * 1024));
}

function vcpuSet({ xen, args }: Call): void {
  const { flags, operands } = options(args, 'i');
  const [target, count] = operands;
  const domain = guest(xen, target);
  const wanted = Number(count);
  if (!Number.isInteger(wanted)) throw new XlError(1, 'Error: Invalid argument.\n');
  if (wanted > xen.spec.cpus && !flags.has('i'))
    throw new XlError(
      1,
      `You are overcommmitting! You have ${xen.spec.cpus} physical CPUs and want ${wanted} vCPUs! Aborting, use --ignore-host to continue\n`,
    );
  if (wanted > domain.config.maxvcpus)
    throw new XlError(
      1,
      `libxl: error: libxl_domain.c:1822:libxl_set_vcpuonline: Domain ${domain.domid}:Requested ${wanted} VCPUs, however maxcpus is ${domain.config.maxvcpus}!\nlibxl_set_vcpuonline failed.\n`,
    );
  domain.vcpusOnline = Math.max(1, wanted);
}

/** Splits flags from operands as getopt does; a flag of `withValue` takes the next word. */
function options(
  args: readonly string[],
  known: string,
  withValue = '',
): { flags: Map<string, string>; operands: string[] } {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const long: Readonly<Record<string, string>> = {
    '--long': 'l',
    '--verbose': 'v',
    '--dryrun': 'n',
    '--ignore-host': 'i',
    '--quiet': 'q',
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const letters = long[arg] ?? (/^-[A-Za-z]+$/.test(arg) ? arg.slice(1) : '');
    if (letters === '') operands.push(arg);
    for (const letter of letters) {
      if (!known.includes(letter) && !withValue.includes(letter))
        throw new XlError(2, `option \`${letter}' not supported.\n`);
      flags.set(letter, withValue.includes(letter) ? (args[++i] ?? '') : '');
    }
  }
  return { flags, operands };
}

/** The domains named, or all of them. */
function selected(xen: SimXen, names: readonly string[]): (Domain | 'dom0')[] {
  if (names.length === 0) return ['dom0', ...[...xen.domains.values()].sort((a, b) => a.domid - b.domid)];
  return names.map((name) => {
    const found = resolve(xen, name);
    if (typeof found === 'number') throw new XlError(1, `Error: Domain '${found}' does not exist.\n`);
    return found;
  });
}

function guest(xen: SimXen, name: string | undefined, act = 'command'): Domain {
  const found = resolve(xen, name);
  if (typeof found === 'object') return found;
  const domid = found === 'dom0' ? 0 : found;
  throw new XlError(
    1,
    `libxl: error: libxl_domain.c:39:libxl__domain_type: unable to get domain type for domid=${domid}\n${act} failed (rc=-3)\n`,
  );
}

/** A domain by domid or name; a number that is none is given back, as xl itself finds that out only later. */
function resolve(xen: SimXen, name = ''): Domain | 'dom0' | number {
  if (/^\d+$/.test(name)) return name === '0' ? 'dom0' : (xen.domains.get(Number(name)) ?? Number(name));
  if (name === 'Domain-0') return 'dom0';
  const found = xen.byName(name);
  if (!found || name === '') throw new XlError(1, `${name} is an invalid domain identifier (rc=-6)\n`);
  return found;
}
