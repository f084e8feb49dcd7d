/** From the end of a command to the reason of a failure, and to words for a human. Pure. */
import type { DomainReason } from '../../common/reasons';

export interface Failure {
  readonly reason: DomainReason;
  readonly message: string;
}

/** The parts of an ExecResult that say why. */
export interface Ended {
  readonly end: 'exited' | 'signalled' | 'deadline' | 'disconnected' | 'not-started';
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Pattern {
  readonly match: RegExp;
  readonly reason: DomainReason;
  readonly say: (found: RegExpExecArray) => string;
}

/** Tried in order on all output: after a failure libxl's clean-up only repeats itself. */
const PATTERNS: readonly Pattern[] = [
  {
    match: /Domain with name "([^"]*)" already exists/,
    reason: 'NameConflict',
    say: ([, name]) => `the host runs another domain named ${name}`,
  },
  {
    match:
      /can't allocate low memory|Out of memory|Cannot allocate memory|failed to claim|not enough (free )?memory|freeing \d+ MiB/i,
    reason: 'OutOfMemory',
    say: () => 'the host has not enough free memory for the domain',
  },
  {
    match: /failed to open file '([^']+)'/,
    reason: 'KernelMissing',
    say: ([, file]) => `the boot file ${file} is not on the host`,
  },
  {
    match: /no loader found|Invalid kernel/,
    reason: 'KernelMissing',
    say: () => 'the boot file is no kernel that Xen can start',
  },
  {
    match: /vdev=(\S+) failed to stat: (\S+):/,
    reason: 'DiskMissing',
    say: ([, device, file]) => `the file ${file} of disk ${device} is not on the host`,
  },
  {
    match: /Could not find bridge device (\S+)/,
    reason: 'BridgeMissing',
    say: ([, bridge]) => `the host has no bridge ${bridge}`,
  },
  {
    match: /(?:Device|File) (\S+) is (?:mounted|in use|used)[^\n]*/,
    reason: 'DiskInUse',
    say: ([, device]) => `the disk ${device} is in use already`,
  },
  {
    match: /No space left on device|Disk quota exceeded/,
    reason: 'DiskFull',
    say: () => 'the host has no space left for it',
  },
  {
    match: /image (\S+) has (\d+) bytes, the disk (\d+)/,
    reason: 'ImageTooLarge',
    say: ([, image, has, wanted]) => `the image ${image} has ${has} bytes, the disk only ${wanted}`,
  },
  { match: /no image (\S+)/, reason: 'ImageMissing', say: ([, image]) => `the image ${image} is not on the host` },
  {
    match: /no folder (\S+)/,
    reason: 'DiskMissing',
    say: ([, folder]) => `the folder ${folder} of the storage pool is not on the host`,
  },
  {
    match:
      /config parsing error[^\n]*|Failed to parse config[^\n]*|is not a valid number|Invalid domain type|Failed to parse UUID|neither kernel nor bootloader[^\n]*/,
    reason: 'ConfigRejected',
    say: () => 'xl does not accept the configuration',
  },
  {
    match: /Failed to read config file: ([^\n]*)/,
    reason: 'ConfigRejected',
    say: ([, why]) => `xl could not read the configuration: ${why}`,
  },
  {
    match: /invalid domain identifier|No such domain|Non-existant domain/,
    reason: 'CreateFailed',
    say: () => 'the domain is not there',
  },
  {
    match:
      /^(?:[^:\n]+: )*([\w.-]+): (?:command not found|applet not found|not found|(?:invalid|unrecognized|unknown) option[^\n]*)$/m,
    reason: 'DependencyMissing',
    say: ([, program]) =>
      `the host lacks the program ${program}, or its ${program} lacks an option that the agent needs`,
  },
  {
    match: /xenstore|xs_transaction|xs_open|libxl_ctx_alloc/i,
    reason: 'ToolstackHung',
    say: () => 'xenstored does not work; the host needs a reboot',
  },
];

/** `what` was tried, e.g. `xl create`. */
export function explain(what: string, ended: Ended): Failure {
  const early = neverEnded(what, ended);
  if (early) return early;
  const words = `${ended.stderr}\n${ended.stdout}`;
  const cause = firstErrorLine(ended.stderr) ?? firstErrorLine(ended.stdout);
  for (const pattern of PATTERNS) {
    const found = pattern.match.exec(words);
    if (found) return { reason: pattern.reason, message: sentence(pattern.say(found), what, cause) };
  }
  // xl exits with 6 if xenstored was restarted while it ran.
  const reason = ended.code === 6 ? 'ToolstackHung' : 'CreateFailed';
  return { reason, message: sentence(`${what} failed with exit code ${ended.code ?? 'none'}`, what, cause) };
}

function neverEnded(what: string, { end, stderr }: Ended): Failure | undefined {
  switch (end) {
    case 'exited':
      return undefined;
    case 'deadline':
      return { reason: 'ToolstackHung', message: `${what} gave no answer in time; xenstored may be stuck on the host` };
    case 'signalled':
      return { reason: 'CreateFailed', message: `${what} was killed on the host` };
    case 'disconnected':
    case 'not-started':
      return { reason: 'HostUnreachable', message: sentence('the host cannot be asked', what, firstErrorLine(stderr)) };
  }
}

/** The first line that is an error is the cause. What follows is mostly noise of the clean-up. */
export function firstErrorLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !line.startsWith('Parsing config from'));
  const line = telling.find((candidate) => /error|panic|fail|warning|invalid|no such/i.test(candidate)) ?? telling[0];
  return line?.slice(0, 500);
}

function sentence(said: string, what: string, cause: string | undefined): string {
  return cause === undefined ? said : `${said} (${what}: ${cause})`;
}
