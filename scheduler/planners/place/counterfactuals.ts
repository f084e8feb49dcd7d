/**
 * What would help a pending VM. Every answer is proved: the scheduler is asked again with the
 * changed VM, host or fleet, and what does not lead to a place is not said.
 */
import { MIB } from '../../../common/memory';
import { FILTERS } from '../../filters';
import { termText } from '../../state/labels';
import type { Placer } from '../../placer';
import { admit } from './admit';
import { hostHvmGuests, hostPool } from '../../state/host-facts';
import type { AffinityTerm, VmAffinity, VmSpec } from '../../types';

export type Counterfactual =
  | { readonly kind: 'memory'; readonly host: string; readonly mostMiB: number }
  | { readonly kind: 'vcpus'; readonly host: string; readonly most: number }
  | { readonly kind: 'drop'; readonly host: string; readonly rule: string }
  | { readonly kind: 'tolerate'; readonly host: string; readonly taint: string }
  | { readonly kind: 'pvh'; readonly host: string }
  | { readonly kind: 'hvmGuests'; readonly host: string; readonly most: number }
  | { readonly kind: 'uncordon'; readonly host: string }
  | { readonly kind: 'failures'; readonly host: string; readonly pool: string }
  | {
      readonly kind: 'move';
      readonly host: string;
      readonly moves: readonly { readonly vm: string; readonly to: string }[];
    };

type Required = 'affinity' | 'antiAffinity';

/** All that is found, cheapest kinds first; the VM is nowhere. */
export function counterfactuals(placer: Placer, spec: VmSpec): Counterfactual[] {
  const ask = (changed: VmSpec): string | undefined => {
    const slot = placer.pick(placer.world.compile(changed));
    return slot < 0 ? undefined : placer.world.hosts.spec(slot).name;
  };
  return [
    ...smaller(spec, ask),
    ...withoutRules(spec, ask),
    ...tolerating(placer, spec, ask),
    ...withoutDeviceModel(placer, spec, ask),
    ...uncordoning(placer, spec),
    ...unguarded(placer, spec),
    ...moving(placer, spec),
  ];
}

type Ask = (changed: VmSpec) => string | undefined;

/** The most of something with which the VM fits; fitting must not get harder with less. */
function most(limit: number, fits: (amount: number) => boolean): number | undefined {
  if (limit < 1 || !fits(1)) return undefined;
  let [low, high] = [1, limit + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function smaller(spec: VmSpec, ask: Ask): Counterfactual[] {
  const found: Counterfactual[] = [];
  const mib = (memoryMiB: number): VmSpec => ({ ...spec, memoryBytes: memoryMiB * MIB });
  const mostMiB = most(Math.ceil(spec.memoryBytes / MIB) - 1, (memoryMiB) => ask(mib(memoryMiB)) !== undefined);
  if (mostMiB !== undefined) found.push({ kind: 'memory', host: ask(mib(mostMiB)) ?? '', mostMiB });
  const cpus = (vcpus: number): VmSpec => ({ ...spec, vcpus });
  const mostVcpus = most(spec.vcpus - 1, (vcpus) => ask(cpus(vcpus)) !== undefined);
  if (mostVcpus !== undefined) found.push({ kind: 'vcpus', host: ask(cpus(mostVcpus)) ?? '', most: mostVcpus });
  return found;
}

/** Each rule of the VM's own, one at a time. */
function withoutRules(spec: VmSpec, ask: Ask): Counterfactual[] {
  const changes: [string, VmSpec][] = [...withoutTerm(spec, 'antiAffinity'), ...withoutTerm(spec, 'affinity')];
  spec.topologySpread?.forEach((spread, index) => {
    if (spread.whenUnsatisfiable === 'ScheduleAnyway') return;
    const topologySpread = spec.topologySpread?.filter((_, other) => other !== index) ?? [];
    changes.push([`topology spread ${termText(spread)}`, { ...spec, topologySpread }]);
  });
  const { hostSelector: _selector, ...anyLabels } = spec;
  const { pool: _pool, ...anyPool } = spec;
  const { hostAffinity: _affinity, ...anyHost } = spec;
  if (spec.hostSelector) changes.push(['hostSelector', anyLabels]);
  if (spec.hostAffinity) changes.push(['hostAffinity', anyHost]);
  if (spec.pool !== undefined) changes.push([`pool ${spec.pool}`, anyPool]);
  if (spec.dedicated) changes.push(['dedicated', { ...spec, dedicated: false }]);
  return changes.flatMap(([rule, changed]): Counterfactual[] => {
    const host = ask(changed);
    return host === undefined ? [] : [{ kind: 'drop', host, rule }];
  });
}

function withoutTerm(spec: VmSpec, kind: Required): [string, VmSpec][] {
  const affinity: VmAffinity = spec[kind] ?? {};
  const terms: readonly AffinityTerm[] = affinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => {
    const rest = terms.filter((other) => other !== term);
    const changed = { ...affinity, requiredDuringSchedulingIgnoredDuringExecution: rest };
    return [`${kind === 'affinity' ? 'affinity' : 'anti-affinity'} ${termText(term)}`, { ...spec, [kind]: changed }];
  });
}

function tolerating(placer: Placer, spec: VmSpec, ask: Ask): Counterfactual[] {
  const { hosts } = placer.world;
  const keys = new Set(hosts.slots().flatMap((slot) => (hosts.spec(slot).taints ?? []).map(({ key }) => key)));
  return [...keys].sort().flatMap((key): Counterfactual[] => {
    const host = ask({ ...spec, tolerations: [...(spec.tolerations ?? []), { key, operator: 'Exists' }] });
    return host === undefined ? [] : [{ kind: 'tolerate', host, taint: key }];
  });
}

/** Another type of guest, or a Dom0 that carries more, of which an administrator decides. */
function withoutDeviceModel({ world: { hosts }, failover }: Placer, spec: VmSpec, ask: Ask): Counterfactual[] {
  if (spec.type !== 'hvm' || spec.hvm === false) return [];
  const pvh = ask({ ...spec, type: 'pvh', hvm: false });
  const found: Counterfactual[] = pvh === undefined ? [] : [{ kind: 'pvh', host: pvh }];
  // With failures to tolerate one Dom0 is not enough: others would have to carry it as well.
  const host = failover.isAsked() ? undefined : ask({ ...spec, hvm: false });
  const slot = host === undefined ? undefined : hosts.slotOf(host);
  if (host === undefined || slot === undefined) return found;
  const most = hostHvmGuests(hosts.spec(slot)) + 1 - hosts.freeHvm(slot);
  return [...found, { kind: 'hvmGuests', host, most }];
}

/** The first cordoned host by name that would take it. */
function uncordoning(placer: Placer, spec: VmSpec): Counterfactual[] {
  const { world } = placer;
  const vm = world.compile(spec);
  for (const slot of world.hosts.slots()) {
    const host = world.hosts.spec(slot);
    // Opening it, if only for a look, would have every plan for failures made anew.
    if (!host.cordoned || FILTERS.some((filter) => filter.name !== 'HostCordoned' && !filter.fits(world, vm, slot)))
      continue;
    world.setHost({ ...host, cordoned: false });
    const fits = placer.picker.fits(vm, slot) && placer.tolerates(vm, slot) === undefined;
    world.setHost(host);
    if (fits) return [{ kind: 'uncordon', host: host.name }];
  }
  return [];
}

/** Where nothing but the failures to be tolerated keeps it out. */
function unguarded(placer: Placer, spec: VmSpec): Counterfactual[] {
  const slot = placer.picker.pick(placer.world.compile(spec));
  if (slot < 0) return [];
  const host = placer.world.hosts.spec(slot);
  return [{ kind: 'failures', host: host.name, pool: hostPool(host) }];
}

function moving(placer: Placer, spec: VmSpec): Counterfactual[] {
  const found = admit(placer, placer.world.compile(spec));
  if (!found) return [];
  const moves = found.moves.map(({ vm, to }) => ({ vm: `${vm.spec.namespace}.${vm.spec.name}`, to }));
  return [{ kind: 'move', host: found.host, moves }];
}

/** For humans: "fits on h3 if anti-affinity app=web per … is dropped". */
export function counterfactualText(found: Counterfactual): string {
  switch (found.kind) {
    case 'memory':
      return `fits on ${found.host} if memory ≤ ${found.mostMiB} MiB`;
    case 'vcpus':
      return `fits on ${found.host} if vcpus ≤ ${found.most}`;
    case 'drop':
      return `fits on ${found.host} if ${found.rule} is dropped`;
    case 'tolerate':
      return `fits on ${found.host} if the taint ${found.taint} is tolerated`;
    case 'pvh':
      return `fits on ${found.host} as a pvh guest`;
    case 'hvmGuests':
      return `fits on ${found.host} if its Dom0 carries ${found.most} HVM guest${found.most === 1 ? '' : 's'} (dom0_mem, or spec.maxHVMGuests of the XenHost)`;
    case 'uncordon':
      return `fits on ${found.host} if it is uncordoned`;
    case 'failures':
      return `fits on ${found.host} if pool ${found.pool} has no host failures to tolerate`;
    case 'move':
      return `fits on ${found.host} after moving ${found.moves.map(({ vm, to }) => `${vm} to ${to}`).join(', ')}`;
  }
}
