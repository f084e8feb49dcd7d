/**
 * Compares what `xl create -n` understood with what was asked. Its exit code proves nothing (a bad
 * value is a warning, an unknown key is silent), so only this comparison does. What xl adds is
 * refused if it would touch the Dom0. Pure.
 */
import { domainName } from '../../common/names';
import { bootLetters, imageFile } from './cfg';
import type { CfgInput } from './cfg';

export interface Difference {
  readonly path: string;
  readonly asked: string;
  readonly understood: string;
}

/** Every difference. Undefined if the text is not the JSON of one domain. */
export function compareDryRun(text: string, input: CfgInput): readonly Difference[] | undefined {
  const understood = parse(text);
  if (understood === undefined) return undefined;
  const asked = expected(input);
  const differences: Difference[] = [];
  for (const [path, value] of Object.entries(asked)) {
    const found = at(understood, path);
    // xl leaves out booleans and empty values that are the default.
    if (found === undefined && value === '') continue;
    if (plain(found) !== value) differences.push({ path, asked: value, understood: show(found) });
  }
  return [...differences, ...additions(understood, input)];
}

export function differenceText(differences: readonly Difference[]): string {
  const shown = differences
    .slice(0, 5)
    .map((one) => `${one.path}: asked ${one.asked || 'nothing'}, got ${one.understood}`);
  return `xl understood the configuration otherwise than it was meant: ${shown.join('; ')}`;
}

function expected(input: CfgInput): Record<string, string> {
  const { uuid, order, imageDir } = input;
  const { kernel, ramdisk, cmdline } = order.boot ?? {};
  const direct = order.type !== 'hvm';
  return {
    'c_info.type': order.type,
    'c_info.name': domainName(order.vm.namespace, order.vm.name),
    'c_info.uuid': uuid,
    'b_info.max_vcpus': String(order.vcpus.max),
    'b_info.avail_vcpus.length': String(order.vcpus.count),
    'b_info.max_memkb': String(order.memory.maxMiB * 1024),
    'b_info.target_memkb': String(order.memory.targetMiB * 1024),
    ...(order.cpu?.weight !== undefined && { 'b_info.sched_params.weight': String(order.cpu.weight) }),
    ...(order.cpu?.capPercent !== undefined && { 'b_info.sched_params.cap': String(order.cpu.capPercent) }),
    ...(direct && {
      'b_info.kernel': kernel === undefined ? '' : imageFile(imageDir, kernel),
      'b_info.ramdisk': ramdisk === undefined ? '' : imageFile(imageDir, ramdisk),
      'b_info.cmdline': cmdline ?? '',
    }),
    ...(!direct && {
      'b_info.type%hvm.bios': order.boot?.firmware === 'uefi' ? 'ovmf' : 'seabios',
      'b_info.type%hvm.boot': bootLetters(order.boot?.order ?? ['disk']),
    }),
    ...expectedDevices(input),
    on_poweroff: 'preserve',
    on_reboot: 'preserve',
    on_crash: 'preserve',
  };
}

function expectedDevices({ order, targets }: CfgInput): Record<string, string> {
  const wanted: Record<string, string> = {};
  (order.disks ?? []).forEach((disk, index) => {
    const target = targets.get(disk.name);
    wanted[`disks.${index}.pdev_path`] = target?.path ?? '';
    wanted[`disks.${index}.vdev`] = disk.device;
    wanted[`disks.${index}.format`] = target?.format ?? '';
    wanted[`disks.${index}.readwrite`] = disk.readOnly === true ? '' : '1';
  });
  (order.networks ?? []).forEach((network, index) => {
    wanted[`nics.${index}.mac`] = network.mac;
    wanted[`nics.${index}.bridge`] = network.bridge;
  });
  return wanted;
}

/** Keys of a device that run programs on the Dom0, or take the device from another domain. */
const FORBIDDEN_IN_DEVICES = ['script', 'backend_domname', 'backend', 'backend_domid'];
const FORBIDDEN_IN_BUILD = [
  'bootloader',
  'device_model',
  'device_model_args',
  'extra',
  'extra_pv',
  'extra_hvm',
  'bios_firmware',
];

function additions(understood: object, { order }: CfgInput): Difference[] {
  const found: Difference[] = [];
  const unasked = (path: string, value: unknown): void => {
    if (value !== undefined) found.push({ path, asked: '', understood: show(value) });
  };
  const counts: Record<string, number> = { disks: order.disks?.length ?? 0, nics: order.networks?.length ?? 0 };
  for (const [key, value] of Object.entries(understood)) {
    if (!Array.isArray(value)) continue;
    if (value.length > (counts[key] ?? 0)) unasked(key, `${value.length} devices`);
    value.forEach((device, index) => {
      for (const name of FORBIDDEN_IN_DEVICES) unasked(`${key}.${index}.${name}`, at(device, name));
    });
  }
  for (const name of FORBIDDEN_IN_BUILD) unasked(`b_info.${name}`, at(understood, `b_info.${name}`));
  return found;
}

function parse(text: string): object | undefined {
  try {
    // A shell may print lines of its own first.
    const value: unknown = JSON.parse(text.slice(Math.max(0, text.search(/^\{/m))));
    return typeof value === 'object' && value !== null && 'c_info' in value ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `%` stands for a dot inside a key. */
function at(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[step.replace('%', '.')];
  }
  return here;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200));
