/** `xl shutdown`, `reboot`, `mem-set` and `vcpu-set`. */
import { sleep } from './clock';
import { reasonCodes } from './domain';
import type { Domain } from './domain';
import type { SimXen } from './xen';
import { notAcknowledged } from './libxl-errors';
import { guest, options, resolve } from './xl-args';
import type { Call } from './xl-call';
import { XlError } from './xl-error';

export async function askToEnd({ xen, args, said, context }: Call, reason: 'poweroff' | 'reboot'): Promise<void> {
  const { flags, operands } = options(args, 'awF');
  const act = asking[reason];
  if (operands.length === 0 && !flags.has('a')) throw new XlError(1, 'You must specify -a or a domain id.\n\n');
  const targets = flags.has('a') ? [...xen.domains.values()] : [target(xen, operands[0], act, said)];
  for (const domain of targets) {
    said.stderr += `${act.says} domain ${domain.domid}\n`;
    if (domain.config.type !== 'hvm' || domain.behaviour.pvDrivers) await request(xen, domain, reason, context.signal);
    else {
      pressButton(flags.has('F'), act.verb, said);
      xen.guests.ask(domain, reason);
    }
  }
  if (flags.has('w')) await waitFor(xen, targets, said);
}

function target(
  xen: SimXen,
  name: string | undefined,
  act: { verb: string; says: string },
  said: Call['said'],
): Domain {
  const found = resolve(xen, name);
  if (typeof found === 'object') return found;
  const domid = found === 'dom0' ? 0 : found;
  said.stderr += `${act.says} domain ${domid}\n`;
  throw new XlError(
    1,
    `libxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=${domid}\n${act.verb} failed (rc=-3)\n`,
  );
}

function pressButton(fallback: boolean, verb: string, said: Call['said']): void {
  said.stderr += 'PV control interface not available: ';
  if (!fallback) throw new XlError(1, noPvControl(verb));
  said.stderr += 'sending ACPI power button event.\n';
}

/**
 * A guest that runs takes the request at once, deaf or not, one that boots when it can. One that is
 * paused or off costs the whole minute, and then the request is withdrawn; it stays where xl is
 * killed while it waits.
 */
async function request(
  xen: SimXen,
  domain: Domain,
  reason: 'poweroff' | 'reboot',
  signal?: AbortSignal,
): Promise<void> {
  const wasOff = domain.shutdown !== undefined;
  const taken = () =>
    (domain.booted && !domain.paused && !wasOff) || domain.dying || (domain.shutdown !== undefined && !wasOff);
  const until = xen.clock.nowNs() + acknowledgeNs;
  xen.guests.ask(domain, reason);
  while (!taken() && !signal?.aborted) {
    await sleep(xen.clock, 20);
    if (xen.clock.nowNs() < until) continue;
    domain.asked = undefined;
    throw notAcknowledged(asking[reason].verb);
  }
}

const acknowledgeNs = 60_000_000_000n;

const asking = {
  poweroff: { verb: 'shutdown', says: 'Shutting down' },
  reboot: { verb: 'reboot', says: 'Rebooting' },
} as const;

function noPvControl(verb: string): string {
  return `external graceful ${verb} not possible.\nUse "-F" to fallback to ACPI power event.\n${verb} failed (rc=-10)\n`;
}

async function waitFor(xen: SimXen, domains: readonly Domain[], said: Call['said']): Promise<void> {
  said.stderr += `Waiting for ${domains.length} domains\n`;
  for (const domain of domains) {
    while (domain.shutdown === undefined && !domain.dying) await sleep(xen.clock, 10);
    const how = domain.shutdown === undefined ? 'destroyed' : `shut down, reason code ${reasonCodes[domain.shutdown]}`;
    said.stderr += `Domain ${domain.domid} has been ${how}\n`;
  }
}

export function memSet({ xen, args: [name, size = ''] }: Call): void {
  const domain = resolve(xen, name);
  if (typeof domain === 'number') throw memSetUnknown(domain, size);
  if (domain === 'dom0') return;
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

function memSetUnknown(domid: number, size: string): XlError {
  return new XlError(
    1,
    `libxl: error: libxl_dom.c:1216:libxl__userdata_path: unable to find domain info for domain ${domid}: Success\ncannot set domid ${domid} dynamic max memory to : ${size}\n`,
  );
}

export function vcpuSet({ xen, args }: Call): void {
  const { flags, operands } = options(args, 'i');
  const [name, count] = operands;
  const domain = guest(xen, name);
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
