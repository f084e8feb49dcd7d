/** S9: required rules of placement hold at the moment of each claim. */
import { XENHOSTS, XENVMS } from '../../../common/kube/resources';
import type { XenHost, XenVM } from '../../../crds/generated/types';
import type { Commit } from '../api/ports';
import type { World } from '../world';
import type { NewOracle } from './oracle';

/** A claim is decided on what the operator has heard; news may take so long. */
const NEWS_MS = 5000;

type Cordons = Map<string, number>;

const isApart = ({ metadata }: XenVM): boolean => metadata.labels?.['apart'] === 'yes';
const hostOf = ({ status }: XenVM): string | undefined => status?.placement?.host;
const nameOf = ({ metadata }: XenVM): string => `${metadata.namespace}/${metadata.name}`;

/** Since when each host takes nothing new: by a cordon, or by a taint. */
function noteHost(cordons: Cordons, { object, wallMs, type }: Commit): void {
  const { metadata, spec } = object as XenHost;
  const isClosed = spec.unschedulable === true || (spec.taints ?? []).some(({ effect }) => effect === 'NoSchedule');
  if (type === 'DELETED' || !isClosed) cordons.delete(metadata.name);
  else if (!cordons.has(metadata.name)) cordons.set(metadata.name, wallMs);
}

/** In the order of the API's history: what was so when each claim was written. */
export const placement: NewOracle = (world, accuse) => ({
  atEnd: () => {
    if (world.notes.some(({ what }) => what === 'restored')) return;
    const cordons: Cordons = new Map();
    const vms = new Map<string, XenVM>();
    for (const written of world.server.history) {
      if (written.resource.plural === XENHOSTS.plural) noteHost(cordons, written);
      if (written.resource.plural !== XENVMS.plural) continue;
      const vm = written.object as XenVM;
      const host = hostOf(vm);
      const before = vms.get(nameOf(vm));
      if (written.type === 'DELETED') vms.delete(nameOf(vm));
      else vms.set(nameOf(vm), vm);
      if (host === undefined || host === (before && hostOf(before)) || written.type === 'DELETED') continue;
      const closedMs = cordons.get(host);
      if (closedMs !== undefined && written.wallMs - closedMs > NEWS_MS)
        accuse(
          'S9',
          `${nameOf(vm)} is claimed on ${host}, which takes nothing new since ${seconds(world, closedMs)} s`,
        );
      const other = isApart(vm) ? apartOn(vms, vm, host) : undefined;
      if (other !== undefined) accuse('S9', `${nameOf(vm)} is claimed on ${host} beside ${nameOf(other)}`);
    }
  },
});

function apartOn(vms: ReadonlyMap<string, XenVM>, vm: XenVM, host: string): XenVM | undefined {
  const { namespace } = vm.metadata;
  return [...vms.values()].find(
    (other) =>
      nameOf(other) !== nameOf(vm) &&
      other.metadata.namespace === namespace &&
      isApart(other) &&
      hostOf(other) === host,
  );
}

const seconds = ({ time }: World, wallMs: number): string =>
  ((wallMs - (time.clock().wallMs() - time.nowMs)) / 1000).toFixed(0);
