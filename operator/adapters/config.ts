/** The operator's options: by flag, else by environment, else a default. Checked once, here. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import type { ListenAddress, LogFormat, LogLevel, OperatorConfig } from './types';

export type ConfigOutcome =
  | { readonly kind: 'run'; readonly config: OperatorConfig }
  /**
   * Help and version (code 0, to stdout), or what is wrong and how to put it right (code 2, to
   * stderr). Without the last newline.
   */
  | { readonly kind: 'exit'; readonly code: 0 | 2; readonly text: string };

type Env = Readonly<Record<string, string | undefined>>;

/** Reads one value, or throws an Error whose message says what it must be. */
interface Reader<T> {
  (value: string): T;
  /** What the value may be in a few words, for the reference. */
  readonly takes: string;
}

interface Option<T> {
  readonly flag: string;
  readonly env: string;
  /** As a person would type it. */
  readonly default?: string;
  readonly help: string;
  readonly read: Reader<T>;
}

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const LOG_FORMATS: readonly LogFormat[] = ['json', 'text'];

const nonEmpty = reader('text', (value) => {
  if (value === '') throw new Error('give a value, or leave the option out');
  return value;
});
const dnsLabel = reader('at most 63 lower-case letters, digits and hyphens', (value) => {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) {
    throw new Error('give the name of a namespace: at most 63 lower-case letters, digits and hyphens');
  }
  return value;
});
const listenAddress = reader('port up to 65535; IPv6 in brackets', readListenAddress);

/** Exported for the reference (docs/reference/flags.md). */
// prettier-ignore
export const OPTIONS = {
  kubeconfig:  option('--kubeconfig <file>', 'KUBECONFIG', nonEmpty, 'kubeconfig to use; without it: the pod\'s service account, else ~/.kube/config'),
  context:     option('--context <name>', 'XENFLEET_CONTEXT', nonEmpty, 'context of the kubeconfig; without it: its current one'),
  namespace:   option('--namespace <name>', 'POD_NAMESPACE', dnsLabel, 'where the operator is installed', 'xen-fleet-system'),
  identity:    option('--identity <name>', 'XENFLEET_IDENTITY', nonEmpty, 'name of this process in the Lease, used by no other process; without it: pod or machine name and a random part'),
  leaderLease: option('--leader-elect-lease-seconds <n>', 'XENFLEET_LEADER_ELECT_LEASE_SECONDS', integer(5, 600), 'how long leadership lasts without renewal', '15'),
  listen:      option('--listen <[host]:port>', 'XENFLEET_LISTEN', listenAddress, 'address of /metrics, /healthz and /readyz', ':8080'),
  hostUnknown: option('--host-unknown-after-seconds <n>', 'XENFLEET_HOST_UNKNOWN_AFTER_SECONDS', integer(11, 3600), 'silence of an agent (it reports every 10 s) after which its host is Unknown', '25'),
  brakeCount:  option('--brake-deletions <n>', 'XENFLEET_BRAKE_DELETIONS', integer(0, 1_000_000), 'so many XenVMs of a namespace, or of several together, may be deleted within the window of the brake; if more are, their guests are ended only after an administrator\'s word; 0: there is no brake', '10'),
  brakePart:   option('--brake-percent <n>', 'XENFLEET_BRAKE_PERCENT', integer(0, 100), '… or so many percent of the VMs there that have a host, if that is more', '20'),
  brakeWindow: option('--brake-window-seconds <n>', 'XENFLEET_BRAKE_WINDOW_SECONDS', integer(10, 86_400), 'window of the brake', '300'),
  workers:     option('--workers <n>', 'XENFLEET_WORKERS', integer(1, 256), 'objects worked on at once, per controller', '16'),
  logLevel:    option('--log-level <level>', 'XENFLEET_LOG_LEVEL', oneOf(LOG_LEVELS), `least level that is logged: ${LOG_LEVELS.join(', ')}`, 'info'),
  logFormat:   option('--log-format <format>', 'XENFLEET_LOG_FORMAT', oneOf(LOG_FORMATS), `form of log lines: ${LOG_FORMATS.join(', ')}`, 'json'),
};

/** `args` come without node and script: `process.argv.slice(2)`. */
export function readConfig(args: readonly string[], env: Env): ConfigOutcome {
  const parsed = parseFlags(args);
  if (parsed.kind === 'exit') return parsed;
  const problems: string[] = [];
  const config = configOf(new Values(parsed.flags, env, problems), env);
  if (problems.length > 0) return { kind: 'exit', code: 2, text: problems.join('\n') };
  return { kind: 'run', config };
}

function configOf(values: Values, env: Env): OperatorConfig {
  const kubeconfig = values.optional(OPTIONS.kubeconfig);
  const context = values.optional(OPTIONS.context);
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    namespace: values.required(OPTIONS.namespace, ''),
    identity: values.optional(OPTIONS.identity) ?? uniqueIdentity(env),
    leaderElectLeaseMs: values.required(OPTIONS.leaderLease, 0) * 1000,
    listen: values.required<ListenAddress>(OPTIONS.listen, { port: 0 }),
    hostUnknownAfterMs: values.required(OPTIONS.hostUnknown, 0) * 1000,
    brake: {
      deletions: values.required(OPTIONS.brakeCount, 0),
      percent: values.required(OPTIONS.brakePart, 0),
      windowMs: values.required(OPTIONS.brakeWindow, 0) * 1000,
    },
    workers: values.required(OPTIONS.workers, 1),
    logLevel: values.required(OPTIONS.logLevel, 'info'),
    logFormat: values.required(OPTIONS.logFormat, 'json'),
  };
}

/** Looks options up and collects all that is wrong, so that a person hears of it at once. */
class Values {
  constructor(
    private readonly flags: Readonly<Record<string, unknown>>,
    private readonly env: Env,
    private readonly problems: string[],
  ) {}

  optional<T>(wanted: Option<T>): T | undefined {
    const flag = this.flags[camelCase(nameOf(wanted))];
    if (typeof flag === 'string') return this.read(wanted, flag, nameOf(wanted));
    const fromEnv = this.env[wanted.env];
    if (fromEnv !== undefined && fromEnv !== '') return this.read(wanted, fromEnv, `$${wanted.env}`);
    return wanted.default === undefined ? undefined : wanted.read(wanted.default);
  }

  /** `standIn` is returned only if the value of the option is wrong, and then nothing runs. */
  required<T>(wanted: Option<T>, standIn: T): T {
    return this.optional(wanted) ?? standIn;
  }

  private read<T>(wanted: Option<T>, value: string, source: string): T | undefined {
    try {
      return wanted.read(value);
    } catch (error) {
      this.problems.push(`${source}: "${value}" is no good: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

type Parsed =
  { readonly kind: 'flags'; readonly flags: Readonly<Record<string, unknown>> } | (ConfigOutcome & { kind: 'exit' });

function parseFlags(args: readonly string[]): Parsed {
  let out = '';
  const write = (text: string): void => void (out += text);
  const command = new Command('xen-fleet-operator')
    .description('Keeps Xen virtual machines as Kubernetes declares them.')
    .version(version)
    .configureOutput({ writeOut: write, writeErr: write })
    .configureHelp({ helpWidth: 120 })
    .allowExcessArguments(false)
    .exitOverride();
  for (const { flag, help, env, default: fallback } of Object.values(OPTIONS)) {
    command.option(flag, `${help} [$${env}${fallback === undefined ? '' : `, default ${fallback}`}]`);
  }
  try {
    return { kind: 'flags', flags: command.parse(args, { from: 'user' }).opts() };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'exit', code: 0, text: out.trimEnd() };
    return { kind: 'exit', code: 2, text: `${out}See --help for what there is.` };
  }
}

function option<T>(flag: string, env: string, ...[read, help, fallback]: [Reader<T>, string, string?]): Option<T> {
  return { flag, env, read, help, ...(fallback !== undefined && { default: fallback }) };
}

const nameOf = (wanted: Option<unknown>): string => wanted.flag.split(' ', 1)[0] ?? '';

const camelCase = (flag: string): string =>
  flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function uniqueIdentity(env: Env): string {
  return `${env['POD_NAME'] || hostname()}_${randomBytes(4).toString('hex')}`;
}

function reader<T>(takes: string, read: (value: string) => T): Reader<T> {
  return Object.assign((value: string) => read(value), { takes });
}

function integer(min: number, max: number): Reader<number> {
  return reader(`whole number, ${min} to ${max}`, (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) throw new Error(`give a whole number from ${min} to ${max}`);
    return number;
  });
}

function oneOf<T extends string>(allowed: readonly T[]): Reader<T> {
  return reader(allowed.join(', '), (value) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw new Error(`give one of ${allowed.join(', ')}`);
    return found;
  });
}

function readListenAddress(value: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:]*)):(\d{1,5})$/.exec(value) ?? [];
  const port = Number(digits ?? NaN);
  if (!(port <= 65535))
    throw new Error('give [host]:port with a port up to 65535, e.g. :8080, 127.0.0.1:8080 or [::1]:8080');
  const host = bracketed ?? plain ?? '';
  return host === '' ? { port } : { host, port };
}
