/** Those who run the fleet: rightly most of the time, and wrongly now and then. */
import { LEASES } from '../../../common/kube/lease';
import { NAMESPACES, XENHOSTS, XENNETWORKS, XENSTORAGEPOOLS, XENVMCLASSES } from '../../../common/kube/resources';
import { hostNamespace } from '../../../common/names';
import type { Actor, Args, Draw } from '../act';
import { machineOf, onMachine } from '../targets';
import { foreignUUID, SHARED_PATH } from '../objects';
import type { World } from '../world';

/** An agent renews its Lease so often, and a little. */
const HEARD_MS = 12_000;

async function editHost(world: World, args: Args, spec: object): Promise<string> {
  const { name } = machineOf(world, args);
  await world.admin.mergePatch(XENHOSTS, { name }, { spec });
  return name;
}

async function allowDeletion(world: World, name: string): Promise<void> {
  const annotations = { 'xenfleet.io/allow-deletion': 'true' };
  await world.admin.mergePatch(NAMESPACES, { name }, { metadata: { annotations } });
}

/** It is heard now. A wrong word about a host that nobody hears cannot be told from a right one. */
function isWell(world: World, name: string): boolean {
  const { network, server, time } = world;
  if (!network.isReachable(name) || network.loss > 0) return false;
  const sinceMs = time.clock().wallMs() - HEARD_MS;
  const beats = server.history.slice(-2000).filter(({ resource }) => resource.plural === LEASES.plural);
  return beats.some(({ wallMs, object }) => wallMs >= sinceMs && object.metadata.namespace === hostNamespace(name));
}

const forSome = (draw: Draw): Args => ({ ...onMachine(draw), forMs: draw.int(5, 120) * 1000 });

export const ADMINISTRATOR: Actor = {
  cordon: {
    weight: 3,
    draw: (draw) => ({ ...onMachine(draw), on: draw.chance(0.5) }),
    perform: (world, args) => editHost(world, args, { unschedulable: args['on'] }),
  },
  taint: {
    weight: 2,
    draw: (draw) => ({ ...onMachine(draw), on: draw.chance(0.5) }),
    perform: (world, args) =>
      editHost(world, args, { taints: args['on'] === true ? [{ key: 'spare', effect: 'NoSchedule' }] : [] }),
  },
  resizeClass: {
    weight: 1,
    draw: (draw) => ({ name: draw.of(['small', 'large']), memory: draw.of(['256Mi', '768Mi', '8Gi']) }),
    perform: async (world, args) => {
      const { name, memory } = args;
      await world.admin.mergePatch(XENVMCLASSES, { name: String(name) }, { spec: { memory } });
    },
  },
  /** Only of hosts that are off, as the manual says; or of one that is well, by a slip. */
  declareDead: {
    weight: 4,
    draw: (draw) => ({ ...onMachine(draw), slip: draw.chance(0.4) }),
    perform: async (world, args) => {
      const off = world.machines.filter(({ isOn }) => !isOn);
      const isSlip = args['slip'] === true;
      const candidates = isSlip ? world.machines.filter(({ name }) => isWell(world, name)) : off;
      const machine = candidates[Number(args['machine']) % Math.max(1, candidates.length)];
      if (machine === undefined) return 'no such host';
      const host = world.server.objects(XENHOSTS).find(({ metadata }) => metadata.name === machine.name);
      const bootID = host?.status?.bootID;
      if (bootID === undefined) return 'its boot is not known';
      if (isSlip) world.slips.set(machine.name, world.time.nowMs);
      await world.admin.mergePatch(XENHOSTS, { name: machine.name }, { spec: { declaredDead: bootID } });
      return `${machine.name} ${bootID}`;
    },
  },
  /** A host that cannot be trusted, or another one by a slip. */
  quarantine: {
    weight: 1,
    draw: (draw) => ({ ...onMachine(draw), slip: draw.chance(0.3), forMs: draw.int(5, 200) * 1000 }),
    perform: async (world, args) => {
      const stolen = world.notes.find(({ what }) => what === 'stolen')?.about;
      const name = args['slip'] === true || stolen === undefined ? machineOf(world, args).name : stolen;
      await world.admin.mergePatch(XENHOSTS, { name }, { spec: { quarantined: true } });
      world.later(Number(args['forMs']), () =>
        world.admin.mergePatch(XENHOSTS, { name }, { spec: { quarantined: null } }).catch(() => undefined),
      );
      return name;
    },
  },
  destroyByHand: {
    weight: 3,
    draw: (draw) => ({ ...onMachine(draw), domain: draw.int(0, 20) }),
    perform: (world, args) => {
      const { host, isOn } = machineOf(world, args);
      const domains = [...host.xen.domains.values()];
      const domain = domains[Number(args['domain']) % Math.max(1, domains.length)];
      if (!isOn || domain === undefined) return 'nothing there';
      world.note('destroyed by hand', domain.config.uuid);
      void host.exec(['xl', 'destroy', String(domain.domid)]);
      return domain.name;
    },
  },
  unmountPool: {
    weight: 1,
    draw: forSome,
    perform: (world, args) => {
      const { host, name } = machineOf(world, args);
      const marker = '/var/lib/xenfleet/disks/.xenfleet-pool';
      const text = host.files.get(marker);
      if (text === undefined) return 'no pool yet';
      host.files.remove(marker);
      world.later(Number(args['forMs']), () => host.files.put(marker, text));
      return name;
    },
  },
  /** The shared file system is not mounted for a while: its folder is there, and empty. */
  unmountShared: {
    weight: 1,
    draw: forSome,
    perform: (world, args) => {
      const machine = machineOf(world, args);
      machine.host.files.files.unmount(SHARED_PATH);
      world.later(Number(args['forMs']), () => machine.mountShared());
      return machine.name;
    },
  },
  startSecondAgent: {
    weight: 2,
    draw: forSome,
    perform: (world, args) => machineOf(world, args).startSecondAgent(Number(args['forMs'])),
  },
  /** Its Dom0's disks are copied into another server, which is switched on with the same name. */
  cloneHost: {
    weight: 1,
    draw: forSome,
    perform: (world, args) => {
      const machine = machineOf(world, args);
      world.clone(machine, Number(args['forMs']));
      return machine.name;
    },
  },
  /** A guest of nobody in the fleet, made with xl as ever. */
  foreignGuest: {
    weight: 1,
    draw: (draw) => ({ ...onMachine(draw), memory: draw.of([256, 2048, 9000]), uuid: draw.int(1, 5) }),
    perform: (world, args) => {
      const { host, isOn, name } = machineOf(world, args);
      if (!isOn) return 'it is off';
      const uuid = foreignUUID(Number(args['uuid']));
      const cfg = `name = "by-hand-${args['uuid']}"\nuuid = "${uuid}"\ntype = "pvh"\nkernel = "/var/lib/xenfleet/images/debian/vmlinuz"\nmemory = ${args['memory']}\nvcpus = 1\n`;
      host.files.put('/root/by-hand.cfg', cfg);
      void host.exec(['xl', 'create', '/root/by-hand.cfg']);
      return name;
    },
  },
  deleteHostNamespace: {
    weight: 1,
    draw: (draw) => ({ ...onMachine(draw), means: draw.chance(0.6) }),
    perform: async (world, args) => {
      const { name } = machineOf(world, args);
      if (args['means'] === true) await allowDeletion(world, hostNamespace(name));
      await world.admin.delete(NAMESPACES, { name: hostNamespace(name) });
      return name;
    },
  },
  /** The pool is deleted and made again; another life of the same folder. */
  deletePool: {
    weight: 1,
    draw: forSome,
    perform: async (world, args) => {
      await world.admin.delete(XENSTORAGEPOOLS, { name: 'local' });
      world.later(Number(args['forMs']), () => world.applyFirst('XenStoragePool'));
    },
  },
  /** Its bridge is another one for a while, which no host has. */
  editNetwork: {
    weight: 1,
    draw: forSome,
    perform: async (world, args) => {
      const bridge = (name: string) =>
        world.admin.mergePatch(XENNETWORKS, { name: 'public' }, { spec: { bridge: name } });
      await bridge('xenbr9');
      world.later(Number(args['forMs']), () => bridge('xenbr0').catch(() => undefined));
    },
  },
  /** And adds it again. What runs there is not ended by it. */
  deleteHost: {
    weight: 2,
    draw: forSome,
    perform: async (world, args) => {
      const { name } = machineOf(world, args);
      await world.admin.delete(XENHOSTS, { name });
      world.later(Number(args['forMs']), () => world.addHost(name));
      return name;
    },
  },
  setClock: {
    weight: 1,
    draw: (draw) => ({ ...onMachine(draw), byMs: draw.int(-3600, 3600) * 1000 }),
    perform: (world, args) => {
      machineOf(world, args).wallOffsetMs = Number(args['byMs']);
    },
  },
};
