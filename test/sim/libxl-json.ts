/**
 * A domain's configuration as libxl prints it: for `xl create -n` as parsed, for `xl list -l` as
 * completed by libxl.
 */
import type { Action, DomainConfig } from './domain-config';
import type { Disk, Nic } from './devices';

type Json = string | number | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Like yajl's beautifier: four spaces, and an empty line inside what is empty. */
export function printJson(value: Json, indent = ''): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}    `;
  const items = isList(value)
    ? value.map((item) => printJson(item, deeper))
    : Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [`${JSON.stringify(key)}: ${printJson(item, deeper)}`],
      );
  const [open, close] = isList(value) ? '[]' : '{}';
  if (items.length === 0) return `${open}\n\n${indent}${close}`;
  return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** What only a domain that exists has. */
export interface Live {
  readonly vcpusOnline: readonly number[];
  readonly targetKb: number;
  readonly macs: readonly string[];
}

export function configJson(config: DomainConfig, live?: Live): Json {
  return {
    c_info: {
      type: config.type,
      name: config.name,
      domid: live ? 4294967295 : undefined,
      uuid: config.uuid,
      run_hotplug_scripts: 'True',
    },
    b_info: buildInfo(config, live),
    disks: list(config.disks.map((disk) => diskJson(disk, live !== undefined))),
    nics: list(config.nics.map((nic, index) => nicJson(config, nic, index, live))),
    on_poweroff: action(config.actions.poweroff, 'destroy'),
    on_reboot: action(config.actions.reboot, 'destroy'),
    on_watchdog: action(config.actions.watchdog, 'destroy'),
    on_crash: action(config.actions.crash, 'destroy'),
    on_soft_reset: action(config.actions.soft_reset, 'destroy'),
  };
}

export function dom0Json(memoryMiB: number): Json {
  const kb = memoryMiB * 1024;
  return {
    c_info: { type: 'pv', name: 'Domain-0' },
    b_info: {
      max_memkb: kb,
      target_memkb: kb - 1,
      sched_params: { sched: 'credit2', weight: 256, cap: 0 },
      'type.pv': {},
      arch_arm: {},
      arch_x86: {},
    },
  };
}

function buildInfo(config: DomainConfig, live: Live | undefined): Json {
  const vcpus = live?.vcpusOnline ?? Array.from({ length: config.vcpus }, (_, index) => index);
  return {
    max_vcpus: config.maxvcpus,
    avail_vcpus: vcpus,
    max_memkb: config.maxmemMiB * 1024,
    target_memkb: live?.targetKb ?? config.memoryMiB * 1024,
    video_memkb: live ? (config.type === 'hvm' ? 8192 : 0) : undefined,
    sched_params: live
      ? { sched: 'credit2', weight: config.weight ?? 256, cap: config.cap ?? 0 }
      : { weight: config.weight, cap: config.cap },
    claim_mode: 'True',
    kernel: config.kernel,
    cmdline: config.cmdline,
    ramdisk: config.ramdisk,
    [`type.${config.type}`]: config.type === 'hvm' ? hvmJson(config) : {},
    arch_arm: {},
    arch_x86: live ? { msr_relaxed: 'False' } : {},
  };
}

function hvmJson(config: DomainConfig): Json {
  return {
    bios: config.bios,
    vga: {},
    vnc: { enable: config.vnc === undefined ? undefined : config.vnc ? 'True' : 'False' },
    sdl: { enable: config.sdl === undefined ? undefined : config.sdl ? 'True' : 'False' },
    spice: {},
    serial: config.serial,
    boot: config.boot,
    rdm: {},
  };
}

function diskJson(disk: Disk, live: boolean): Json {
  return {
    pdev_path: disk.target === '' ? undefined : disk.target,
    vdev: disk.vdev,
    backend: disk.backend,
    format: disk.format,
    script: disk.script,
    removable: disk.cdrom ? 1 : undefined,
    readwrite: disk.readOnly ? undefined : 1,
    is_cdrom: disk.cdrom ? 1 : undefined,
    colo_restore_enable: live ? 'False' : undefined,
  };
}

function nicJson(config: DomainConfig, nic: Nic, index: number, live: Live | undefined): Json {
  const emulated = config.type === 'hvm' && nic.type !== 'vif';
  return {
    devid: index,
    model: nic.model ?? (live && emulated ? 'rtl8139' : undefined),
    mac: nic.mac ?? live?.macs[index],
    ip: nic.ip,
    bridge: nic.bridge ?? (live ? 'xenbr0' : undefined),
    ifname: nic.vifname,
    script: nic.script,
    nictype: live ? (emulated ? 'vif_ioemu' : 'vif') : nic.type === 'ioemu' ? 'vif_ioemu' : nic.type,
  };
}

function list(items: readonly Json[]): Json | undefined {
  return items.length > 0 ? items : undefined;
}

function action(name: Action, hidden: Action): string | undefined {
  return name === hidden ? undefined : name.replaceAll('-', '_');
}
