/** S3: what is sold is there. A guest that is placed on a host finds its memory. */
import { XENDOMAINS } from '../../../common/kube/resources';
import type { XenDomain } from '../../../crds/generated/types';
import type { NewOracle } from './oracle';

/** What others take by hand is promised to nobody, and a thief may say anything of its host. */
const EXCUSES = ['administrator: foreignGuest', 'stolen'];

export const memory: NewOracle = (world, accuse) => ({
  atEnd: () => {
    if (world.notes.some(({ what }) => EXCUSES.includes(what))) return;
    for (const { metadata, spec, status } of world.server.objects<XenDomain>(XENDOMAINS)) {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready?.reason !== 'OutOfMemory') continue;
      accuse('S3', `${spec.vm.namespace}/${spec.vm.name} finds no memory on ${metadata.namespace}: ${ready.message}`);
    }
  },
});
