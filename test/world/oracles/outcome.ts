/** In the end: what is wanted runs, what is deleted is gone, and who waits is told why. */
import { XENVMS } from '../../../common/kube/resources';
import { LEASES } from '../../../common/kube/lease';
import type { XenVM } from '../../../crds/generated/types';
import { liveDomains, type NewOracle } from './oracle';

/** Guests that end by themselves are never at rest. */
const isRestless = (vm: XenVM): boolean => /sim=(crash|poweroff|reboot)/.test(vm.spec.boot?.cmdline ?? '');

/** Nothing is written for a VM at rest within this time. */
const REST_MS = 60_000;

export const outcome: NewOracle = (world, accuse) => {
  const truth = (vm: XenVM): string => {
    const uuid = vm.status?.domainUUID;
    const on = world.machines.filter((machine) => liveDomains(machine).some(({ config }) => config.uuid === uuid));
    return on.map(({ name }) => name).join(' ');
  };
  const told = (vm: XenVM): string =>
    (vm.status?.conditions ?? [])
      .filter(({ type, status }) =>
        type === 'Stalled' ? status === 'True' : status === 'False' && type !== 'RestartRequired',
      )
      .map(({ type, reason }) => `${type}=${reason}`)
      .join(' ');

  const judge = (vm: XenVM): void => {
    const name = `${vm.metadata.namespace}/${vm.metadata.name}`;
    const { runPolicy = 'Always' } = vm.spec;
    const where = truth(vm);
    const says = `phase ${vm.status?.phase}, ${told(vm)}`;
    if (vm.metadata.deletionTimestamp !== undefined) return accuse('liveness', `${name} is not gone: ${says}`);
    if (vm.status?.observedGeneration !== vm.metadata.generation)
      accuse('liveness', `${name} has an edit that nobody looked at: ${says}`);
    if (isRestless(vm)) return;
    if (runPolicy === 'Halted' && where !== '') accuse('liveness', `${name} is Halted and runs on ${where}`);
    if (runPolicy !== 'Always') return;
    const isPlaced = vm.status?.phase === 'Running' && where === vm.status.placement?.host;
    if (!isPlaced && told(vm) === '')
      accuse('liveness', `${name} does not run (${where}), and nothing says why: ${says}`);
    if (!isPlaced && vm.status?.phase === 'Running')
      accuse('truth', `${name} is said to run on ${vm.status.placement?.host}, not ${where}`);
  };

  return {
    atEnd: () => {
      const vms = world.server.objects(XENVMS);
      vms.forEach(judge);
      const restless = new Set(vms.filter(isRestless).map((vm) => `${vm.metadata.namespace}/${vm.metadata.name}`));
      const sinceMs = world.time.clock().wallMs() - REST_MS;
      for (const { wallMs, resource, object, user } of world.server.history.slice(-400)) {
        if (wallMs < sinceMs || resource.plural !== XENVMS.plural || resource.plural === LEASES.plural) continue;
        const name = `${object.metadata.namespace}/${object.metadata.name}`;
        if (!restless.has(name)) accuse('rest', `${user} writes ${name} at rest`);
      }
      for (const fault of world.faults) accuse('exception', fault);
    },
  };
};
