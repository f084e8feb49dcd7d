/** S2 and what tenants keep: a disk shows its own VM's data, all of it, and nobody else's. */
import { XENVMS } from '../../../common/kube/resources';
import type { XenVM } from '../../../crds/generated/types';
import type { Domain } from '../../sim/domain';
import type { Machine } from '../machine';
import { SHARED_PATH } from '../objects';
import type { World } from '../world';
import type { NewOracle } from './oracle';
import { inThiefsHands } from './stolen';

const WRITTEN = 'written by ';
/** The place of what all servers mount. */
const SHARED = 'shared';

const nameOf = ({ config }: Domain): string => `${config.name} ${config.uuid}`;

/** Its owner deleted it once, and its disks with it; a restored backup brings the VM back alone. */
function wasDeleted({ server }: World, uuid: string): boolean {
  return server.history.some(({ resource, object }) => {
    const { metadata, status } = object as XenVM;
    return (
      resource.plural === XENVMS.plural &&
      metadata.deletionTimestamp !== undefined &&
      (status?.domainUUID ?? metadata.uid) === uuid
    );
  });
}

/** The owner has deleted the VM, and said that this disk goes with it. */
function mayBeDeleted(world: World, uuid: string, target: string): boolean {
  const [, name] = /\.([a-z0-9-]+)\.raw$/.exec(target) ?? [];
  return world.server.history.some(({ resource, object }) => {
    const { metadata, spec, status } = object as XenVM;
    return (
      resource.plural === XENVMS.plural &&
      metadata.deletionTimestamp !== undefined &&
      (status?.domainUUID ?? metadata.uid) === uuid &&
      spec.disks?.find((disk) => disk.name === name)?.deletionPolicy === 'Delete'
    );
  });
}

export const data: NewOracle = (world, accuse) => {
  /** Where each VM has written to each of its disks last. */
  const written = new Map<string, string>();

  /** The guest begins: it looks at its disk, and writes its name on it. */
  const use = (domain: Domain, target: string, machine: Machine): void => {
    const { host, name } = machine;
    const file = host.files.files.get(target);
    if (file === undefined) return;
    const me = nameOf(domain);
    const place = `${target.startsWith(SHARED_PATH) ? SHARED : name}:${target}`;
    const before = written.get(`${me} ${target}`);
    const isBlank = !file.text.startsWith(WRITTEN);
    const found = isBlank ? '' : file.text.slice(WRITTEN.length);
    if (!isBlank && found !== me) accuse('S14', `${me} is given ${place} with data of ${found}`);
    const { uuid } = domain.config;
    if (isBlank && before !== undefined && !inThiefsHands(world)(uuid) && !wasDeleted(world, uuid))
      accuse('data', `${me} starts with an empty ${place}, and has data on ${before}`);
    host.files.put(target, `${WRITTEN}${me}`, file.bytes);
    written.set(`${me} ${target}`, place);
    lookAround(domain, target, machine);
  };

  /** Nobody else has the disk now. */
  const lookAround = (domain: Domain, target: string, machine: Machine): void => {
    const machines = target.startsWith(SHARED_PATH) ? world.servers : [machine];
    for (const other of machines.flatMap(({ host }) => [...host.xen.domains.values()])) {
      if (other === domain || other.shutdown !== undefined || inThiefsHands(world)(domain.config.uuid)) continue;
      if (other.config.disks.some((disk) => disk.target === target))
        accuse('S2', `${target} on ${machine.name} is given to ${nameOf(domain)} and to ${nameOf(other)}`);
    }
  };

  const judgeKept = (): void => {
    for (const [key, place] of written) {
      const [, uuid = '', target = ''] = key.split(' ');
      const [host, path = ''] = [place.slice(0, place.indexOf(':')), place.slice(place.indexOf(':') + 1)];
      const machine = host === SHARED ? world.machines[0] : world.servers.find(({ name }) => name === host);
      if (machine === undefined || machine.host.files.files.has(path) || inThiefsHands(world)(uuid)) continue;
      if (!mayBeDeleted(world, uuid, target)) accuse('data', `${place} of ${key} is gone, and its owner keeps it`);
    }
  };

  /** What its owner deleted with the VM is not left for anybody to find. */
  const judgeLeft = (): void => {
    if (world.notes.some(({ what }) => what === 'restored' || what === 'stolen')) return;
    const there = new Set(world.server.objects(XENVMS).map(({ status }) => status?.domainUUID));
    for (const { name, host } of world.machines)
      for (const path of host.files.files.keys()) {
        const [, uuid = ''] = /([0-9a-f-]{36})\.[a-z0-9-]+\.raw$/.exec(path) ?? [];
        if (uuid !== '' && !there.has(uuid) && mayBeDeleted(world, uuid, path))
          accuse('left', `${name}:${path} is still there, and its owner deleted it with the VM`);
      }
  };

  return {
    atEnd: () => {
      judgeKept();
      judgeLeft();
    },
    onEvent: (event, machine) => {
      if (event.what !== 'running') return;
      const domain = machine.host.xen.domains.get(event.domid ?? -1);
      for (const { target, format } of domain?.config.disks ?? [])
        if (domain !== undefined && format !== 'empty') use(domain, target, machine);
    },
  };
};
