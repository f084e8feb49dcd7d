/**
 * From the entries of a cfg to what libxl would build, with xl's warnings for bad values and its
 * errors for bad specifications.
 */
import { randomUUID } from 'node:crypto';
import { parseDisk, parseNic } from './devices';
import type { Disk, Nic } from './devices';
import { XlError } from './xl-error';
import type { Cfg } from './xl-cfg';

export type DomainType = 'pv' | 'pvh' | 'hvm';
export type Action =
  'destroy' | 'restart' | 'preserve' | 'rename-restart' | 'coredump-destroy' | 'coredump-restart' | 'soft-reset';

export interface DomainConfig {
  readonly name: string;
  readonly uuid: string;
  readonly type: DomainType;
  readonly memoryMiB: number;
  readonly maxmemMiB: number;
  readonly vcpus: number;
  readonly maxvcpus: number;
  readonly weight: number | undefined;
  readonly cap: number | undefined;
  readonly cpus: string | undefined;
  readonly kernel: string | undefined;
  readonly ramdisk: string | undefined;
  readonly cmdline: string | undefined;
  readonly bios: string | undefined;
  readonly boot: string | undefined;
  readonly serial: string | undefined;
  readonly vnc: boolean | undefined;
  readonly sdl: boolean | undefined;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
  readonly actions: Readonly<Record<'poweroff' | 'reboot' | 'watchdog' | 'crash' | 'soft_reset', Action>>;
}

const actionNames: readonly string[] = [
  'destroy',
  'restart',
  'preserve',
  'rename-restart',
  'coredump-destroy',
  'coredump-restart',
  'soft-reset',
];

/** Reads single keys, collecting warnings. */
class Reader {
  warnings = '';

  constructor(
    private readonly cfg: Cfg,
    private readonly source: string,
  ) {}

  string(key: string): string | undefined {
    const entry = this.cfg.get(key);
    if (!entry) return undefined;
    if (typeof entry.value === 'string') return entry.value;
    return this.warn(entry.line, `parameter \`${key}' is a list but should be a single value`);
  }

  number(key: string): number | undefined {
    const text = this.string(key);
    if (text === undefined) return undefined;
    if (/^[-+]?(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text);
    return this.warn(this.cfg.get(key)?.line ?? 0, `parameter \`${key}' is not a valid number`);
  }

  list(key: string): string[] {
    const entry = this.cfg.get(key);
    if (!entry) return [];
    if (typeof entry.value !== 'string') return entry.value.filter((item) => typeof item === 'string');
    this.warn(entry.line, `parameter \`${key}' is a single value but should be a list`);
    return [];
  }

  private warn(line: number, words: string): undefined {
    this.warnings += `${this.source}:${line}: warning: ${words}\n`;
  }
}

export function readDomainConfig(cfg: Cfg, source: string): { config: DomainConfig; warnings: string } {
  const read = new Reader(cfg, source);
  const name = read.string('name');
  if (name === undefined) throw new XlError(1, 'Domain name must be specified.\n');
  const type = readType(read);
  const vcpus = read.number('vcpus') ?? 1;
  const memoryMiB = read.number('memory') ?? 32;
  const config: DomainConfig = {
    name,
    uuid: readUuid(read),
    type,
    memoryMiB,
    maxmemMiB: read.number('maxmem') ?? memoryMiB,
    vcpus,
    maxvcpus: Math.max(read.number('maxvcpus') ?? vcpus, vcpus),
    weight: read.number('cpu_weight'),
    cap: read.number('cap'),
    cpus: read.string('cpus'),
    kernel: read.string('kernel'),
    ramdisk: read.string('ramdisk'),
    cmdline: readCmdline(read),
    bios: readBios(read, type),
    boot: type === 'hvm' ? read.string('boot') : undefined,
    serial: type === 'hvm' ? read.string('serial') : undefined,
    vnc: type === 'hvm' ? readFlag(read, 'vnc') : undefined,
    sdl: type === 'hvm' ? readFlag(read, 'sdl') : undefined,
    disks: read.list('disk').map((spec) => parseDisk(spec, source)),
    nics: read.list('vif').map((spec) => parseNic(spec)),
    actions: {
      poweroff: readAction(read, 'on_poweroff', 'destroy'),
      reboot: readAction(read, 'on_reboot', 'restart'),
      watchdog: readAction(read, 'on_watchdog', 'destroy'),
      crash: readAction(read, 'on_crash', 'destroy'),
      soft_reset: readAction(read, 'on_soft_reset', 'soft-reset'),
    },
  };
  if (type === 'pv' && config.kernel === undefined && read.string('bootloader') === undefined)
    throw new XlError(1, `${read.warnings}neither kernel nor bootloader specified\n`);
  return { config, warnings: read.warnings };
}

function readType(read: Reader): DomainType {
  const type = read.string('type');
  if (type === undefined) return read.string('builder') === 'hvm' ? 'hvm' : 'pv';
  if (type === 'pv' || type === 'pvh' || type === 'hvm') return type;
  throw new XlError(1, `${read.warnings}Invalid domain type ${type}.\n`);
}

function readUuid(read: Reader): string {
  const uuid = read.string('uuid');
  if (uuid === undefined) return randomUUID();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) return uuid.toLowerCase();
  throw new XlError(1, `${read.warnings}Failed to parse UUID: ${uuid}\n`);
}

function readCmdline(read: Reader): string | undefined {
  const cmdline = read.string('cmdline');
  if (cmdline !== undefined) return cmdline;
  const root = read.string('root');
  const words = [root === undefined ? undefined : `root=${root}`, read.string('extra')].filter(
    (word) => word !== undefined,
  );
  return words.length > 0 ? words.join(' ') : undefined;
}

function readBios(read: Reader, type: DomainType): string | undefined {
  if (type !== 'hvm') return undefined;
  const firmware = read.string('firmware');
  if (firmware === 'uefi') return 'ovmf';
  return firmware === undefined || firmware === 'bios' ? read.string('bios') : firmware;
}

function readFlag(read: Reader, key: string): boolean | undefined {
  const number = read.number(key);
  return number === undefined ? undefined : number !== 0;
}

function readAction(read: Reader, key: string, otherwise: Action): Action {
  const text = read.string(key);
  if (text === undefined) return otherwise;
  if (actionNames.includes(text)) return text as Action;
  throw new XlError(1, `${read.warnings}Unknown ${key} action "${text}" specified\n`);
}
