/** Hosts and VMs as a person wants to see them. Pure: objects and the time in, text out. */
import type { XenHost, XenVM } from '../../crds/generated/types';

export interface FleetView {
  readonly hosts: readonly XenHost[];
  readonly vms: readonly XenVM[];
}

export function fleetTable({ hosts, vms }: FleetView, nowMs: number): string {
  const hostRows = [...hosts]
    .sort(byName)
    .map((host) => [
      host.metadata.name,
      host.status?.phase ?? '-',
      String(host.status?.capacity?.cpus ?? '-'),
      host.status?.capacity?.memory ?? '-',
      host.status?.free?.memory ?? '-',
      String(vms.filter((vm) => hostOf(vm) === host.metadata.name).length),
    ]);
  const vmRows = [...vms]
    .sort(byName)
    .map((vm) => [nameOf(vm), vm.spec.className ?? '-', vm.spec.type, phaseOf(vm), hostOf(vm) ?? '-', age(vm, nowMs)]);
  const parts = [columns([['HOST', 'PHASE', 'CPUS', 'MEMORY', 'FREE', 'VMS'], ...hostRows])];
  if (vmRows.length > 0) parts.push(columns([['VM', 'CLASS', 'TYPE', 'PHASE', 'HOST', 'AGE'], ...vmRows]));
  const why = vms.flatMap((vm) => (isRunning(vm) ? [] : waitingFor(vm)));
  if (why.length > 0) parts.push(why.join('\n'));
  return parts.join('\n\n');
}

/** One line per object that a person would call changed: for logs and pipes. */
export function fleetLines({ hosts, vms }: FleetView): ReadonlyMap<string, string> {
  return new Map([
    ...hosts.map((host) => [`host ${host.metadata.name}`, host.status?.phase ?? 'new'] as const),
    ...vms.map((vm) => {
      const where = hostOf(vm);
      return [`vm ${nameOf(vm)}`, where === undefined ? phaseOf(vm) : `${phaseOf(vm)} on ${where}`] as const;
    }),
  ]);
}

export const nameOf = (vm: XenVM): string => `${vm.metadata.namespace ?? ''}/${vm.metadata.name}`;
export const hostOf = (vm: XenVM): string | undefined => vm.status?.placement?.host;
export const isRunning = (vm: XenVM): boolean => phaseOf(vm) === 'Running';

/** Only somebody's act helps this VM: it is known why. */
export const isStalled = (vm: XenVM): boolean => condition(vm, 'Stalled')?.status === 'True';

export function waitingFor(vm: XenVM): string[] {
  const said = (isStalled(vm) ? condition(vm, 'Stalled') : undefined) ?? condition(vm, 'Ready');
  return said ? [`${nameOf(vm)}: ${said.reason}: ${said.message}`] : [];
}

/** The hosts' figures have caught up with the VMs. */
export function figuresAgree({ hosts, vms }: FleetView): boolean {
  const counted = hosts.reduce((sum, host) => sum + (host.status?.committed?.vms ?? 0), 0);
  return counted === vms.filter((vm) => hostOf(vm) !== undefined).length;
}

const phaseOf = (vm: XenVM): string => vm.status?.phase ?? 'Pending';
const condition = (vm: XenVM, type: string) => vm.status?.conditions?.find((one) => one.type === type);

function byName(a: XenHost | XenVM, b: XenHost | XenVM): number {
  const key = ({ metadata }: XenHost | XenVM): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  return key(a).localeCompare(key(b), 'en', { numeric: true });
}

function age({ metadata }: XenVM, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(metadata.creationTimestamp ?? '')) / 1000));
  return seconds < 120 ? `${seconds}s` : `${Math.floor(seconds / 60)}m`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
