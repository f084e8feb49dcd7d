/** The texts of `xl list`, `xl info` and `xl uptime`, byte for byte as a 4.17 host prints them. */
import { reasonCodes } from './domain';
import type { Domain } from './domain';
import { configJson, dom0Json, printJson } from './libxl-json';
import type { SimXen } from './xen';

const zeroUuid = '00000000-0000-0000-0000-000000000000';

interface Row {
  readonly name: string;
  readonly domid: number;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly state: string;
  readonly seconds: number;
  readonly uuid: string;
  readonly reason: string;
}

export function listText(xen: SimXen, domains: readonly (Domain | 'dom0')[], verbose: boolean): string {
  const head = 'Name                                        ID   Mem VCPUs\tState\tTime(s)';
  const more = '   UUID                            Reason-Code\tSecurity Label';
  const rows = domains.map((domain) => (domain === 'dom0' ? dom0Row(xen) : domainRow(xen, domain)));
  return `${head}${verbose ? more : ''}\n${rows.map((row) => rowText(row, verbose)).join('')}`;
}

export function listJson(xen: SimXen, domains: readonly (Domain | 'dom0')[]): string {
  const items = domains.map((domain) =>
    domain === 'dom0'
      ? { domid: 0, config: dom0Json(xen.spec.dom0MiB) }
      : {
          domid: domain.domid,
          config: configJson(domain.config, {
            vcpusOnline: Array.from({ length: domain.vcpusOnline }, (_, index) => index),
            targetKb: (domain.memoryMiB || domain.config.memoryMiB) * 1024,
            macs: domain.macs,
          }),
        },
  );
  return `${printJson(items)}\n\n`;
}

function rowText(row: Row, verbose: boolean): string {
  const name = row.name.padEnd(40);
  const numbers = `${String(row.domid).padStart(5)} ${String(row.memoryMiB).padStart(5)} ${String(row.vcpus).padStart(5)}`;
  const text = `${name} ${numbers}     ${row.state}  ${row.seconds.toFixed(1).padStart(8)}`;
  return verbose ? `${text} ${row.uuid} ${row.reason.padStart(8)} ${'-'.padStart(16)}\n` : `${text}\n`;
}

function dom0Row(xen: SimXen): Row {
  const seconds = 10 + secondsSince(xen, xen.bootedNs) * 0.05;
  const { dom0MiB: memoryMiB, dom0Vcpus: vcpus } = xen.spec;
  return { name: 'Domain-0', domid: 0, memoryMiB, vcpus, state: 'r-----', seconds, uuid: zeroUuid, reason: '-' };
}

function domainRow(xen: SimXen, domain: Domain): Row {
  return {
    name: domain.name === '' ? '(null)' : domain.name,
    domid: domain.domid,
    memoryMiB: domain.memoryMiB,
    vcpus: vcpusUp(domain),
    state: stateText(xen, domain),
    seconds: domain.startedNs === undefined ? 0 : 0.5 + secondsSince(xen, domain.startedNs) * 0.01,
    uuid: domain.config.uuid,
    reason: domain.shutdown === undefined ? '-' : reasonCodes[domain.shutdown].toString(16),
  };
}

/** A guest that powered off has put its vCPUs down; one that crashed or wants to reboot has not. */
function vcpusUp(domain: Domain): number {
  return domain.shutdown !== 'poweroff' && (domain.built || domain.dying) ? domain.vcpusOnline : 0;
}

/**
 * running, blocked, paused, shut down, why, dying. A guest computes for its first second and then
 * mostly waits.
 */
function stateText(xen: SimXen, domain: Domain): string {
  const idle = domain.paused || domain.shutdown !== undefined;
  const busy = !idle && secondsSince(xen, domain.startedNs ?? xen.clock.nowNs()) < 1;
  const why = { poweroff: '-', reboot: 'r', suspend: 's', crash: 'c', watchdog: 'w', soft_reset: '-' };
  return [
    busy ? 'r' : '-',
    !idle && !busy ? 'b' : '-',
    domain.paused ? 'p' : '-',
    domain.shutdown === undefined ? '-' : 's',
    domain.shutdown === undefined ? '-' : why[domain.shutdown],
    domain.dying && domain.behaviour.zombie === true ? 'd' : '-',
  ].join('');
}

export function infoText(xen: SimXen, field?: string): string {
  const { spec } = xen;
  const [major = '4', minor = '17', ...extra] = spec.xenVersion.split('.');
  const dom0 = spec.dom0Fixed ? `dom0_mem=${spec.dom0MiB}M,max:${spec.dom0MiB}M ` : '';
  const fields: [string, string | number][] = [
    ['host', spec.name],
    ['release', '6.1.0-56-amd64'],
    ['version', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)'],
    ['machine', 'x86_64'],
    ['nr_cpus', spec.cpus],
    ['max_cpu_id', spec.cpus - 1],
    ['nr_nodes', 1],
    ['cores_per_socket', spec.cpus],
    ['threads_per_core', 1],
    ['cpu_mhz', '2596.096'],
    ['hw_caps', '1fcbf3fd:f6d8320b:e4500800:00000077:00000005:01884329:0000020c:00000000'],
    ['virt_caps', spec.virtCaps],
    ['total_memory', spec.memoryMiB],
    ['free_memory', xen.freeMiB()],
    ['sharing_freed_memory', 0],
    ['sharing_used_memory', 0],
    ['outstanding_claims', 0],
    ['free_cpus', 0],
    ['xen_major', major],
    ['xen_minor', minor],
    ['xen_extra', extra.map((part) => `.${part}`).join('')],
    ['xen_version', spec.xenVersion],
    ['xen_caps', 'xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 '],
    ['xen_scheduler', 'credit2'],
    ['xen_pagesize', 4096],
    ['platform_params', 'virt_start=0xffff800000000000'],
    ['xen_changeset', ''],
    ['xen_commandline', `console=com1 com1=115200,8n1 ${dom0}dom0_max_vcpus=${spec.dom0Vcpus} sched=credit2`],
    ['cc_compiler', 'x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0'],
    ['cc_compile_by', 'pkg-xen-devel'],
    ['cc_compile_domain', 'lists.alioth.debian.org'],
    ['cc_compile_date', 'Wed Nov  4 16:52:28 UTC 2026'],
    ['build_id', '151b373fd64b321593bf987fd923cd10dabadac4'],
    ['xend_config_format', 4],
  ];
  if (field !== undefined) return fields.flatMap(([key, value]) => (key === field ? [`${value}\n`] : [])).join('');
  return fields.map(([key, value]) => `${key.padEnd(23)}: ${value}\n`).join('');
}

export function cpuPoolText({ spec, domains }: SimXen): string {
  const numbers = `${String(spec.cpus).padStart(3)}   credit2       y       ${String(domains.size + 1).padStart(4)}`;
  return `Name               CPUs   Sched     Active   Domain count\n${'Pool-0'.padEnd(19)}${numbers}\n`;
}

export function uptimeText(xen: SimXen, domains: readonly (Domain | 'dom0')[]): string {
  const line = (name: string, domid: number, seconds: number) =>
    `${name.padEnd(32)} ${String(domid).padStart(5)} ${clockText(seconds)}\n`;
  const rows = domains.map((domain) =>
    domain === 'dom0'
      ? line('Domain-0', 0, secondsSince(xen, xen.bootedNs))
      : line(
          domain.name || '(null)',
          domain.domid,
          domain.startedNs === undefined ? 0 : secondsSince(xen, domain.startedNs),
        ),
  );
  return `Name                                ID Uptime\n${rows.join('')}`;
}

function clockText(total: number): string {
  const seconds = Math.floor(total);
  const days = Math.floor(seconds / 86400);
  const part = (value: number) => String(value).padStart(2, '0');
  const time = `${Math.floor((seconds % 86400) / 3600)}:${part(Math.floor((seconds % 3600) / 60))}:${part(seconds % 60)}`;
  return days > 0 ? `${days} day${days > 1 ? 's' : ''}, ${time.padStart(8)}` : time;
}

function secondsSince(xen: SimXen, ns: bigint): number {
  return Number(xen.clock.nowNs() - ns) / 1e9;
}
