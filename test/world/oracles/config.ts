/**
 * Whatever way led to a spec, in the end the guest is as if the spec had been applied to nothing:
 * size, disks and networks are what is wanted, or the VM says what is not in force yet.
 */
import { XENSTORAGEPOOLS, XENVMCLASSES, XENVMS } from '../../../common/kube/resources';
import type { XenVM } from '../../../crds/generated/types';
import type { Domain } from '../../sim/domain';
import type { World } from '../world';
import { liveDomains, type NewOracle } from './oracle';

const UNITS: Readonly<Record<string, number>> = { '': 1, M: 1e6, G: 1e9, Mi: 2 ** 20, Gi: 2 ** 30, e9: 1e9 };
const MIB = 2 ** 20;

function mebibytes(quantity: string | number): number {
  const [, digits = '', unit = ''] = /^([0-9.]+)(.*)$/.exec(String(quantity)) ?? [];
  return Math.ceil((Number(digits) * (UNITS[unit] ?? NaN)) / MIB);
}

/** What a person reads out of the spec, in words that can be compared. */
function wantedOf(world: World, { spec }: XenVM): string | undefined {
  const ofClass = world.server.objects(XENVMCLASSES).find(({ metadata }) => metadata.name === spec.className)?.spec;
  const { vcpus, memory } = spec.resources ?? ofClass ?? {};
  if (vcpus === undefined || memory === undefined) return undefined;
  const macs = (spec.networks ?? []).map(({ mac }) => mac ?? 'any');
  return words(vcpus, mebibytes(memory), spec.disks?.length ?? 0, macs);
}

function foundIn({ config, macs }: Domain, wishes: readonly (string | undefined)[]): string {
  const shown = macs.map((mac, at) => (wishes[at] === undefined ? 'any' : mac));
  return words(config.vcpus, config.memoryMiB, config.disks.length, shown);
}

const words = (vcpus: number, memoryMiB: number, disks: number, macs: readonly string[]): string =>
  `${vcpus} vCPUs, ${memoryMiB} MiB, ${disks} disks, networks [${macs.join(' ')}]`;

/** It says that an edit is not in force: it waits for a restart or for room, or is wrong. */
const tells = ({ status }: XenVM): boolean =>
  (status?.conditions ?? []).some(
    ({ type, status: is }) =>
      (type === 'RestartRequired' && is === 'True') ||
      (type === 'Resized' && is === 'False') ||
      (type === 'Stalled' && is === 'True') ||
      (type === 'Ready' && is !== 'True'),
  );

/** What names a pool that is no more cannot be brought into force; the guest runs on as it was. */
const lacksPool = ({ server }: World, { spec }: XenVM): boolean => {
  const pools = new Set(server.objects(XENSTORAGEPOOLS).map(({ metadata }) => metadata.name));
  return (spec.disks ?? []).some(({ pool }) => !pools.has(pool));
};

export const config: NewOracle = (world, accuse) => ({
  atEnd: () => {
    for (const vm of world.server.objects(XENVMS)) {
      const wanted = wantedOf(world, vm);
      if (wanted === undefined || tells(vm) || lacksPool(world, vm)) continue;
      const wishes = (vm.spec.networks ?? []).map(({ mac }) => mac);
      for (const domain of world.servers.flatMap(liveDomains)) {
        if (domain.config.uuid !== vm.status?.domainUUID) continue;
        const found = foundIn(domain, wishes);
        const { namespace, name } = vm.metadata;
        if (found !== wanted) accuse('spec', `${namespace}/${name} wants ${wanted}, has ${found}, and nothing says so`);
      }
    }
  },
});
