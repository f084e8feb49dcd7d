/** Run policies: a guest that has done its work is not run again, wherever its host went. */
import { XENVMOPERATIONS, XENVMS } from '../../../common/kube/resources';
import type { XenVM, XenVMOperation } from '../../../crds/generated/types';
import type { World } from '../world';
import type { NewOracle } from './oracle';
import { inThiefsHands } from './stolen';

const ENDS = new Set(['Once', 'RerunOnFailure']);

/** Run policies that the VM ever had, and whether it still is. */
function policiesOf({ server }: World, uuid: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { resource, object } of server.history) {
    const { metadata, spec, status } = object as XenVM;
    if (resource.plural !== XENVMS.plural || (status?.domainUUID ?? metadata.uid) !== uuid) continue;
    found.add(spec.runPolicy ?? 'Always');
  }
  return found;
}

/** Its owner has asked for another start. */
function isAskedToStart({ server }: World, name: string): boolean {
  return server.history.some(({ resource, object }) => {
    if (resource.plural !== XENVMOPERATIONS.plural) return false;
    const { metadata, spec } = object as XenVMOperation;
    return spec.type !== 'Stop' && `${metadata.namespace}.${spec.vmName}` === name;
  });
}

export const policy: NewOracle = (world, accuse) => {
  const done = new Set<string>();
  return {
    onEvent: ({ what, reason, uuid = '', name, host }) => {
      if (what === 'shutdown' && reason === 'poweroff') done.add(uuid);
      if (what !== 'running' || !done.has(uuid)) return;
      // A backup does not know that it ended.
      if (world.notes.some((note) => note.what === 'restored') || inThiefsHands(world)(uuid)) return;
      if (isAskedToStart(world, name ?? '')) return;
      const policies = policiesOf(world, uuid);
      if (policies.size > 0 && [...policies].every((one) => ENDS.has(one)))
        accuse('policy', `${name} ${uuid} had done its work, and runs again on ${host}`);
    },
  };
};
