/**
 * S4: a guest that runs is ended only by its owner's wish, its own end, a person's hand or lost
 * power.
 */
import { XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import type { NewOracle } from './oracle';
import { isMadeByHand } from '../objects';
import { inThiefsHands } from './stolen';

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
      if (resource.plural !== XENVMS.plural) return false;
      const { metadata, spec } = object as XenVM;
      if (!owners.has(`${metadata.namespace}/${metadata.name}`)) return false;
      const isOff = spec.runPolicy === 'Halted' || spec.runPolicy === 'Manual';
      return type === 'DELETED' || metadata.deletionTimestamp !== undefined || isOff;
    });
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
      const wasAsked = what === 'shutdown' && machine.host.xen.domains.get(domid ?? -1)?.asked === 'poweroff';
      if ((what === 'shutdown' && !wasAsked) || what === 'gone') running.delete(key);
      if ((what !== 'dying' && !wasAsked) || !running.delete(key)) return;
      const byHand = world.notes.some((note) => note.what === 'destroyed by hand' && note.about === uuid);
      const isForeign = isMadeByHand(event.name);
      if (!byHand && (isForeign || !wasWanted(uuid)) && !inThiefsHands(world)(uuid))
        accuse('S4', `${event.name} ${uuid} was ${wasAsked ? 'shut down' : 'destroyed'} on ${host} while it ran`);
    },
  };
};
