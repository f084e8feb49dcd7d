/** `xl shutdown`, `reboot`, `mem-set` and `vcpu-set`. */
import { sleep } from './clock';
import { reasonCodes } from './domain';
import type { Domain } from './domain';
import type { SimXen } from './xen';
import { guest, options } from './xl-args';
import type { Call } from './xl-call';
import { XlError } from './xl-error';

export async function askToEnd({ xen, args, said }: Call, reason: 'poweroff' | 'reboot'): Promise<void> {
  const { flags, operands } = options(args, 'awF');
  const act = asking[reason];
  if (operands.length === 0 && !flags.has('a')) throw new XlError(1, 'You must specify -a or a domain id.\n\n');
  const targets = flags.has('a') ? [...xen.domains.values()] : [guest(xen, operands[0], act.verb)];
  for (const domain of targets) {
    said.stderr += `${act.says} domain ${domain.domid}\n`;
    if (domain.config.type === 'hvm' && !domain.behaviour.pvDrivers) {
      said.stderr += 'PV control interface not available: ';
      if (!flags.has('F')) throw new XlError(1, noPvControl(act.verb));
      said.stderr += 'sending ACPI power button event.\n';
    }
    xen.guests.ask(domain, reason);
  }
  if (flags.has('w')) await waitFor(xen, targets, said);
}

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

export function memSet({ xen, args: [target, size = ''] }: Call): void {
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

export function vcpuSet({ xen, args }: Call): void {
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
