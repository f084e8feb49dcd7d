/**
 * The words of libxl 4.17 for what goes wrong, line numbers included, as recorded from a real host.
 */
import { XlError } from './xl-error';

/** A failed create: the cause, then the noise of xl cleaning up after it. */
export function createFailed(domid: number, ...cause: string[]): XlError {
  return new XlError(3, [...cause, ...cleanUp(domid)].map((line) => `${line}\n`).join(''));
}

export function cleanUp(domid: number): string[] {
  return [
    `libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain ${domid}:Non-existant domain`,
    `libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain ${domid}:Unable to destroy guest`,
    `libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain ${domid}:Destruction of domain failed`,
  ];
}

export function nameExists(domid: number, name: string): string {
  return `libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain ${domid}:Domain with name "${name}" already exists.`;
}

/** The ramdisk's line was not recorded for PV; the others were. */
function bootFilePv(ramdisk: boolean): string[] {
  const where = ramdisk ? '661:libxl__build_pv: xc_dom_module_file' : '646:libxl__build_pv: xc_dom_kernel_file';
  return [`libxl: error: libxl_dom.c:${where} failed: No such file or directory`];
}

function bootFilePvh(ramdisk: boolean): string[] {
  const where = ramdisk
    ? '926:libxl__domain_firmware: xc_dom_ramdisk_file'
    : '909:libxl__domain_firmware: xc_dom_kernel_file';
  return [
    `libxl: error: libxl_dom.c:${where} failed: No such file or directory`,
    'libxl: error: libxl_dom.c:1075:libxl__build_hvm: initializing domain firmware failed',
  ];
}

export const createErrors = {
  name: (domid: number, { name, type }: { name: string; type: string }) =>
    createFailed(
      domid,
      nameExists(domid, name),
      `libxl: error: libxl_create.c:1296:initiate_domain_create: Domain ${domid}:cannot make domain: -6`,
      ...(type === 'pv'
        ? []
        : [
            `libxl: error: libxl_xshelp.c:206:libxl__xs_read_mandatory: xenstore read failed: \`/libxl/${domid}/type': No such file or directory`,
            `libxl: warning: libxl_dom.c:49:libxl__domain_type: unable to get domain type for domid=${domid}, assuming HVM`,
          ]),
    ),
  disk: (domid: number, index: number, disk: { vdev: string; target: string }) =>
    createFailed(
      domid,
      `libxl: error: libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev=${disk.vdev} failed to stat: ${disk.target}: No such file or directory`,
      `libxl: error: libxl_create.c:1318:initiate_domain_create: Domain ${domid}:Unable to set disk defaults for disk ${index}`,
    ),
  noHvm: (domid: number) =>
    createFailed(
      domid,
      'libxl: error: libxl_create.c:669:libxl__domain_make: domain creation fail: Function not implemented',
      `libxl: error: libxl_create.c:1296:initiate_domain_create: Domain ${domid}:cannot make domain: -3`,
    ),
  bootFile: (domid: number, path: string, what: { type: string; ramdisk: boolean }) =>
    createFailed(
      domid,
      `xc: error: panic: xg_dom_core.c:205: failed to open file '${path}': No such file or directory: Internal error`,
      ...(what.type === 'pv' ? bootFilePv(what.ramdisk) : bootFilePvh(what.ramdisk)),
      `libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain ${domid}:cannot (re-)build domain: ${what.type === 'pv' ? -3 : -1}`,
    ),
  memory: (domid: number) =>
    createFailed(
      domid,
      "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory",
      'libxl: error: libxl_dom.c:586:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot allocate memory',
      `libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain ${domid}:cannot (re-)build domain: -3`,
    ),
  bridge: (domid: number, bridge: string, pid: number) =>
    createFailed(
      domid,
      `libxl: error: libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge online [${pid}] exited with error status 1`,
      `libxl: error: libxl_device.c:1337:device_hotplug_child_death_cb: script: Could not find bridge device ${bridge}`,
      `libxl: error: libxl_create.c:1921:domcreate_attach_devices: Domain ${domid}:unable to add vif devices`,
      `libxl: error: libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge offline [${pid + 26}] exited with error status 1`,
      `libxl: error: libxl_device.c:1337:device_hotplug_child_death_cb: script: Could not find bridge device ${bridge}`,
    ),
  /** The domain was destroyed by somebody else while it was being built. */
  gone: (domid: number) =>
    createFailed(
      domid,
      `libxl: error: libxl_create.c:2051:domcreate_destruction_cb: Domain ${domid}:unable to destroy domain following failed creation`,
    ),
} as const;

export function destroyFailed(domid: number, kind: 'absent' | 'raced'): XlError {
  const [first, ...rest] = cleanUp(domid);
  const raced = `libxl: error: libxl_domain.c:1616:domain_destroy_domid_cb: Domain ${domid}:xc_domain_destroy failed: No such process`;
  const lines = [kind === 'raced' ? raced : first, ...rest, `destroy failed (rc=${kind === 'raced' ? -3 : -21})`];
  return new XlError(1, lines.map((line) => `${line}\n`).join(''));
}

/**
 * `xl shutdown` waits a minute for a guest that does not even take the request: it is off, paused,
 * or still boots.
 */
export function notAcknowledged(verb: string): XlError {
  return new XlError(
    1,
    `libxl: error: libxl_domain.c:854:pvcontrol_cb: guest didn't acknowledge control request: -9\n${verb} failed (rc=-9)\n`,
  );
}

/**
 * `list -l` leaves out what has no stored configuration: what is being built or destroyed, or was
 * left by a killed xl.
 */
export function noConfiguration(domid: number): string {
  return `libxl: error: libxl_domain.c:2335:retrieve_domain_configuration_lock_acquired: Domain ${domid}:Fail to get domain configuration\n`;
}
