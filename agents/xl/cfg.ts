/**
 * Renders an order as the text of an xl.cfg. Every value is checked here again, whatever admission
 * let through: nothing in an order can add a key, a list item or a sub-key, or name a file outside
 * its folder. `on_*` is always `preserve`, since the agent decides what follows.
 */
import { domainName } from '../../common/names';
import type { OrderDisk, OrderNetwork, Refusal, RunOrder } from './order';

export type CfgResult =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly refusal: Refusal };

export interface CfgInput {
  readonly uuid: string;
  readonly order: RunOrder;
  /** Absolute path of the host's image directory. */
  readonly imageDir: string;
  /** Where each disk of the order is, by its name, as the driver of its pool says. */
  readonly targets: ReadonlyMap<string, DiskTarget>;
}

/** What a disk of the guest is on the host. */
export interface DiskTarget {
  readonly format: 'raw';
  /** Absolute path. */
  readonly path: string;
}

class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.remedy);
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DOMAIN_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const RELATIVE_FILE = /^[A-Za-z0-9][A-Za-z0-9._+-]*(\/[A-Za-z0-9][A-Za-z0-9._+-]*)*$/;
const ABSOLUTE_PATH = /^(\/[A-Za-z0-9][A-Za-z0-9._+-]*)+$/;
const CMDLINE = /^[ !#-&(-[\]-~]*$/;
const WORD = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DEVICE = /^(xvd[a-p]|hd[a-d]|sd[a-p])$/;
const BRIDGE = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const MAC = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/;
const BOOT_LETTER = { disk: 'c', cdrom: 'd', network: 'n' } as const;

export const ACTIONS = ['poweroff', 'reboot', 'crash', 'watchdog', 'soft_reset'] as const;

export function renderCfg(input: CfgInput): CfgResult {
  try {
    const lines = [...identity(input), ...size(input.order), ...boot(input), ...devices(input), ...actions()];
    return { ok: true, text: `${lines.join('\n')}\n` };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/** Where a boot file of an order is on the host. */
export const imageFile = (imageDir: string, name: string): string => `${imageDir}/${name}`;

/** The letters that libxl wants for an order of boot devices. */
export const bootLetters = (order: readonly (keyof typeof BOOT_LETTER)[]): string =>
  order.map((device) => BOOT_LETTER[device]).join('');

function identity({ uuid, order }: CfgInput): string[] {
  const name = domainName(order.vm.namespace, order.vm.name);
  return [
    `name = "${match('vm', name, DOMAIN_NAME, 'a namespace and a name of lower-case letters, digits, - and .')}"`,
    `uuid = "${match('metadata.name', uuid, UUID, 'a UUID in lower case')}"`,
    `type = "${order.type}"`,
  ];
}

function size({ vcpus, memory, cpu }: RunOrder): string[] {
  if (vcpus.count > vcpus.max) refuse('vcpus.count', vcpus.count, `at most vcpus.max (${vcpus.max})`);
  if (memory.targetMiB > memory.maxMiB)
    refuse('memory.targetMiB', memory.targetMiB, `at most maxMiB (${memory.maxMiB})`);
  return [
    `vcpus = ${whole('vcpus.count', vcpus.count, 1)}`,
    `maxvcpus = ${whole('vcpus.max', vcpus.max, 1)}`,
    `memory = ${whole('memory.targetMiB', memory.targetMiB, 8)}`,
    `maxmem = ${whole('memory.maxMiB', memory.maxMiB, 8)}`,
    ...(cpu?.weight === undefined ? [] : [`cpu_weight = ${whole('cpu.weight', cpu.weight, 1)}`]),
    ...(cpu?.capPercent === undefined ? [] : [`cap = ${whole('cpu.capPercent', cpu.capPercent, 1)}`]),
  ];
}

function boot({ order, imageDir }: CfgInput): string[] {
  const { kernel, ramdisk, cmdline } = order.boot ?? {};
  if (order.type === 'hvm') return bootHvm(order);
  if (kernel === undefined) refuse('boot.kernel', '', `a ${order.type} guest needs the name of a kernel`);
  const file = (field: string, name: string): string =>
    imageFile(
      imageDir,
      match(field, name, RELATIVE_FILE, 'a file name under the image directory, without .. and leading /'),
    );
  return [
    `kernel = "${file('boot.kernel', kernel ?? '')}"`,
    ...(ramdisk === undefined ? [] : [`ramdisk = "${file('boot.ramdisk', ramdisk)}"`]),
    ...(cmdline === undefined
      ? []
      : [`cmdline = "${match('boot.cmdline', cmdline, CMDLINE, 'printable ASCII without quotes and backslashes')}"`]),
  ];
}

function bootHvm(order: RunOrder): string[] {
  for (const field of ['kernel', 'ramdisk', 'cmdline'] as const) {
    const value = order.boot?.[field];
    if (value !== undefined) refuse(`boot.${field}`, value, 'only pv and pvh guests are booted by the host');
  }
  const letters = bootLetters(order.boot?.order ?? ['disk']);
  return [
    `bios = "${order.boot?.firmware === 'uefi' ? 'ovmf' : 'seabios'}"`,
    `boot = "${match('boot.order', letters, /^[cdn]{1,3}$/, 'one to three of disk, cdrom, network')}"`,
    'serial = "pty"',
    'vnc = 0',
    'sdl = 0',
  ];
}

function devices({ order, targets }: CfgInput): string[] {
  const disks = order.disks ?? [];
  const networks = order.networks ?? [];
  unique('disks.name', disks, (disk) => disk.name);
  unique('disks.device', disks, (disk) => disk.device);
  unique('networks.mac', networks, (network) => network.mac);
  return [
    `disk = [ ${disks.map((disk) => `'${diskSpec(disk, targets.get(disk.name))}'`).join(', ')} ]`,
    `vif = [ ${networks.map((network) => `'${vifSpec(network)}'`).join(', ')} ]`,
  ];
}

/** `target=` takes the rest of the string, so it comes last. */
function diskSpec(disk: OrderDisk, target: DiskTarget | undefined): string {
  const at = `disks[${disk.name.slice(0, 32)}]`;
  match(`${at}.name`, disk.name, WORD, 'lower-case letters, digits and -');
  const device = match(`${at}.device`, disk.device, DEVICE, 'a device such as xvda or hda');
  match(`${at}.path`, disk.path, ABSOLUTE_PATH, 'the absolute path of a pool');
  const path = match(`${at} on the host`, target?.path ?? '', ABSOLUTE_PATH, 'the absolute path that its driver gives');
  const access = disk.readOnly === true ? 'ro' : 'rw';
  return `format=${target?.format ?? ''},vdev=${device},access=${access},target=${path}`;
}

function vifSpec(network: OrderNetwork): string {
  const at = `networks[${network.name.slice(0, 32)}]`;
  const mac = match(`${at}.mac`, network.mac, MAC, 'a unicast MAC in lower case, such as 02:00:00:00:00:01');
  return `mac=${mac},bridge=${match(`${at}.bridge`, network.bridge, BRIDGE, 'the name of a bridge')}`;
}

const actions = (): string[] => ACTIONS.map((action) => `on_${action} = "preserve"`);

function match(field: string, value: string, pattern: RegExp, remedy: string): string {
  if (!pattern.test(value) || value.includes('\n')) refuse(field, value, `it must be ${remedy}`);
  return value;
}

function whole(field: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    refuse(field, value, `it must be a whole number of at least ${least}`);
  return value;
}

function unique<T>(field: string, items: readonly T[], key: (item: T) => string): void {
  const seen = new Set<string>();
  for (const item of items) {
    if (seen.has(key(item))) refuse(field, key(item), 'it must be used once only');
    seen.add(key(item));
  }
}

function refuse(field: string, value: string | number, remedy: string): never {
  throw new Refused({ field, value: String(value), remedy });
}
