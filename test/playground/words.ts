/** What the playground tells a person. */
import { relative } from 'node:path';
import type { Place } from './place';
import { hostOf, nameOf } from './table';
import type { FleetView } from './table';

/** How a person here would type that path. */
export const short = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') || near === '' ? path : near;
};

export function howToUse(place: Place): string {
  return `  export KUBECONFIG=${place.kubeconfig}
  export PATH=${place.kubectl.replace(/\/kubectl$/, '')}:$PATH`;
}

export function whatToTry(place: Place, { hosts, vms }: FleetView): string {
  const victim = vms.find((vm) => hostOf(vm) !== undefined);
  const host = (victim && hostOf(victim)) ?? hosts[0]?.metadata.name ?? 'host-1';
  const dir = short(place.dir);
  const [namespace = 'acme', name = 'linux-pvh'] = victim ? nameOf(victim).split('/') : [];
  const other = vms.at(-1)?.metadata.name ?? 'windows';
  const rows: [string, string][] = [
    ...(victim ? [] : [['kubectl apply -f examples/vps', 'four VPS of a tenant'] as [string, string]]),
    ['kubectl get xvm -A -o wide', 'what runs where, and why not'],
    ['kubectl get xen -A', 'everything of the fleet'],
    ['kubectl explain xvm.spec.boot', 'every field explains itself'],
    [`kubectl delete xvm -n ${namespace} ${other}`, 'shut down, then gone from its host'],
    [`${dir}/hosts/${host}/xl list`, 'what Xen itself says'],
    [`${dir}/hosts/${host}/xl destroy ${namespace}.${name}`, 'behind its back: it comes back'],
    [`kill -9 $(cat ${dir}/run/agent-${host}.pid)`, 'an agent dies: no guest notices'],
    [`kill -9 $(cat ${dir}/run/operator.pid)`, 'and so the operator'],
    [`tail -f ${dir}/log/operator.log`, 'what it is thinking'],
  ];
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, what]) => `  ${command.padEnd(width)}   # ${what}`).join('\n');
}

export function seconds(sinceMs: number): string {
  const ms = performance.now() - sinceMs;
  return ms < 60_000
    ? `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
