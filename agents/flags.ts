/** The agent's flags: parsed, completed with defaults and checked once. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS } from './json-log';
import type { LogLevel } from './json-log';
import { DEFAULT_POLICY_FILE, DEFAULT_STATE_DIR } from './dom0/layout';

export const VERSION = '0.1.0';

export interface SshFlags {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly hostKey: string;
}

export interface Flags {
  readonly host: string;
  readonly kubeconfig?: string;
  readonly server?: string;
  readonly caFile?: string;
  readonly tokenFile?: string;
  /** If absent, commands run on this machine. */
  readonly ssh?: SshFlags;
  readonly hostRoot: string;
  readonly path?: string;
  readonly stateDir: string;
  readonly policyFile: string;
  readonly heartbeatMs: number;
  readonly pollMs: number;
  readonly logLevel: LogLevel;
}

const HOST_NAME = /^[a-z0-9]([-a-z0-9]{0,53}[a-z0-9])?$/;
/** What a value must be, in words, by the name of its flag. Used in errors and in the reference. */
export const TAKES = {
  host: 'a DNS label of at most 55 characters',
  sshHostKey: 'a fingerprint as `ssh-keygen -lf` prints it, SHA256:…',
  stateDir: 'an absolute path',
  policyFile: 'an absolute path',
};
/** Bounds of the whole numbers, by the attributes of their flags. */
export const NUMBERS = {
  sshPort: { min: 1, max: 65_535 },
  /** The operator may be told to wait no longer than 11 s (--host-unknown-after-seconds). */
  heartbeatSeconds: { min: 1, max: 10 },
  /** Two listings within the 20 s after which a host counts as silent: one may fail. */
  pollSeconds: { min: 1, max: 10 },
};

type Raw = Record<string, string | number | undefined>;

export function parseFlags(argv: readonly string[]): Flags {
  const command = agentProgram();
  command.parse([...argv], { from: 'user' });
  const raw = command.opts<Raw>();
  const text = (name: string): string | undefined => raw[name] as string | undefined;
  const host = text('host') ?? '';
  if (!HOST_NAME.test(host)) command.error(`--host ${host}: ${TAKES.host}`);
  const some = (name: keyof Flags): Partial<Flags> => (text(name) === undefined ? {} : { [name]: text(name) });
  const ssh = raw['mode'] === 'ssh' ? sshFlags(command, raw) : undefined;
  return {
    host,
    ...some('kubeconfig'),
    ...some('server'),
    ...some('caFile'),
    ...some('tokenFile'),
    ...some('path'),
    ...(ssh && { ssh }),
    hostRoot: (text('hostRoot') ?? '').replace(/\/+$/, ''),
    stateDir: absolute(command, '--state-dir', text('stateDir') ?? DEFAULT_STATE_DIR),
    policyFile: absolute(command, '--policy-file', text('policyFile') ?? DEFAULT_POLICY_FILE),
    heartbeatMs: Number(raw['heartbeatSeconds']) * 1000,
    pollMs: Number(raw['pollSeconds']) * 1000,
    logLevel: (text('logLevel') ?? 'info') as LogLevel,
  };
}

export function agentProgram(): Command {
  return new Command('xenfleet-agent')
    .description('Keeps the domains of one Xen host as the fleet orders them. Stopping it touches no guest.')
    .version(VERSION)
    .requiredOption('--host <name>', 'name of the XenHost')
    .optionsGroup('API server (in a pod none of these is needed):')
    .option('--kubeconfig <file>', 'kubeconfig to use')
    .option('--server <url>', 'API server, instead of a kubeconfig')
    .option('--ca-file <file>', 'certificates (PEM) to trust for --server; read again when they change')
    .option('--token-file <file>', 'bearer token for --server; read again when it changes')
    .optionsGroup('The Dom0:')
    .addOption(new Option('--mode <mode>', 'how the Dom0 is reached').choices(['local', 'ssh']).default('local'))
    .option('--host-root <dir>', 'local: folder that holds the files of the Dom0, e.g. /host in a container', '')
    .option('--path <path>', 'local: PATH for the commands of the Dom0')
    .option('--ssh-host <name>', 'ssh: name or address of the Dom0')
    .option('--ssh-port <port>', 'ssh: port', whole('sshPort'), 22)
    .option('--ssh-user <user>', 'ssh: user', 'root')
    .option('--ssh-key-file <file>', 'ssh: private key')
    .option('--ssh-host-key <SHA256:…>', 'ssh: fingerprint of the host key; any other key is refused')
    .option('--state-dir <dir>', 'what the agent remembers, on the Dom0', DEFAULT_STATE_DIR)
    .option('--policy-file <file>', 'what guests may use, on the Dom0', DEFAULT_POLICY_FILE)
    .optionsGroup('Rhythm and logs:')
    .option(
      '--heartbeat-seconds <n>',
      'between two renewals of the Lease; reports of the host come no sooner, unless they are awaited',
      whole('heartbeatSeconds'),
      10,
    )
    .option('--poll-seconds <n>', 'between two listings of the domains', whole('pollSeconds'), 5)
    .addOption(
      new Option('--log-level <level>', 'logs are JSON lines on standard output').choices(LOG_LEVELS).default('info'),
    );
}

function sshFlags(command: Command, raw: Raw): SshFlags {
  const { sshHost, sshKeyFile, sshHostKey, sshPort, sshUser } = raw;
  if (typeof sshHost !== 'string' || typeof sshKeyFile !== 'string' || typeof sshHostKey !== 'string')
    return command.error('--mode ssh needs --ssh-host, --ssh-key-file and --ssh-host-key');
  if (!sshHostKey.startsWith('SHA256:')) return command.error(`--ssh-host-key: ${TAKES.sshHostKey}`);
  return { host: sshHost, port: Number(sshPort), user: String(sshUser), keyFile: sshKeyFile, hostKey: sshHostKey };
}

/** Commander says flag and value before these words. */
function whole(name: keyof typeof NUMBERS): (text: string) => number {
  return (text) => {
    const { min, max } = NUMBERS[name];
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

function absolute(command: Command, flag: string, path: string): string {
  if (!/^(\/[A-Za-z0-9._+-]+)+$/.test(path)) command.error(`${flag} ${path}: ${TAKES.stateDir}`);
  return path;
}
