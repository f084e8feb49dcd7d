/** Those who run the fleet: rightly most of the time, and wrongly now and then. */
import { XENHOSTS, XENVMCLASSES } from '../../../common/kube/resources';
import type { Actor, Args, Draw } from '../act';
import { machineOf, onMachine } from '../targets';
import type { World } from '../world';

async function editHost(world: World, args: Args, spec: object): Promise<string> {
  const { name } = machineOf(world, args);
  await world.admin.mergePatch(XENHOSTS, { name }, { spec });
  return name;
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
    draw: (draw) => ({ ...onMachine(draw), slip: draw.chance(0.2) }),
    perform: async (world, args) => {
      const off = world.machines.filter(({ isOn }) => !isOn);
      const isSlip = args['slip'] === true;
      const candidates = isSlip ? world.machines.filter(({ name }) => world.network.isReachable(name)) : off;
      const machine = candidates[Number(args['machine']) % Math.max(1, candidates.length)];
      if (machine === undefined) return 'no such host';
      const host = world.server.objects(XENHOSTS).find(({ metadata }) => metadata.name === machine.name);
      const bootID = host?.status?.bootID;
      if (bootID === undefined) return 'its boot is not known';
      await world.admin.mergePatch(XENHOSTS, { name: machine.name }, { spec: { declaredDead: bootID } });
      return `${machine.name} ${bootID}`;
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
  startSecondAgent: {
    weight: 2,
    draw: forSome,
    perform: (world, args) => machineOf(world, args).startSecondAgent(Number(args['forMs'])),
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
