/**
 * S4: a guest that runs is ended only by its owner's wish, its own end, a person's hand or lost
 * power.
 */
import { XENDOMAINS, XENVMOPERATIONS, XENVMS } from '../../../common/kube/resources';
import type { XenDomain, XenVM, XenVMOperation } from '../../../crds/generated/types';
import type { Machine } from '../machine';
import type { NewOracle } from './oracle';
import type { SimEvent } from '../../sim/record';
import { isMadeByHand } from '../objects';
import { inThiefsHands } from './stolen';

/** How a run ended in this event, if it did. */
function endOf({ what, domid = -1 }: SimEvent, { host }: Machine): string | undefined {
  if (what === 'dying') return 'destroyed';
  if (what === 'gone') return 'by itself';
  if (what !== 'shutdown') return undefined;
  return host.xen.domains.get(domid)?.asked === 'poweroff' ? 'shut down' : 'by itself';
}

export const endings: NewOracle = (world, accuse) => {
  /** `host domid` of guests that run, by what they last did. */
  const running = new Set<string>();

  /** Its owner deleted it or wanted it off, at any time of the API's history. */
  const wasWanted = (uuid: string): boolean => {
    const owners = new Set<string>();
    for (const { resource, object } of world.server.history) {
      if (resource.plural === XENDOMAINS.plural && object.metadata.name === uuid) {
        const { vm } = (object as XenDomain).spec;
        owners.add(`${vm.namespace}/${vm.name}`);
      }
    }
    return world.server.history.some(({ resource, object, type }) => {
      if (resource.plural === XENVMOPERATIONS.plural) {
        const { metadata, spec: asked } = object as XenVMOperation;
        return asked.type !== 'Start' && owners.has(`${metadata.namespace}/${asked.vmName}`);
      }
      if (resource.plural !== XENVMS.plural) return false;
      const { metadata, spec } = object as XenVM;
      if (!owners.has(`${metadata.namespace}/${metadata.name}`)) return false;
      return type === 'DELETED' || metadata.deletionTimestamp !== undefined || spec.runPolicy === 'Halted';
    });
  };

  const isExcused = ({ uuid = '', name }: SimEvent): boolean => {
    const byHand = world.notes.some((note) => note.what === 'destroyed by hand' && note.about === uuid);
    return byHand || (!isMadeByHand(name) && wasWanted(uuid)) || inThiefsHands(world)(uuid);
  };

  return {
    onEvent: (event, machine) => {
      const { host, domid, what, uuid = '' } = event;
      if (what === 'boot' || what === 'power-loss') {
        for (const one of running) if (one.startsWith(`${host} `)) running.delete(one);
        return;
      }
      const key = `${host} ${domid}`;
      if (what === 'running') running.add(key);
      const end = endOf(event, machine);
      if (end === undefined || !running.delete(key) || end === 'by itself' || isExcused(event)) return;
      accuse('S4', `${event.name} ${uuid} was ${end} on ${host} while it ran`);
    },
  };
};
