/**
 * Somebody who holds the token of one host's agent, and says whatever the schema lets it say. What
 * happens to VMs of that very host is in its hands; all others must not notice.
 */
import { XENAGENTS, XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import { hostNamespace } from '../../../common/names';
import type { XenAgentStatus, XenDomainStatus } from '../../../crds/generated/types';
import type { Actor, Args, Draw } from '../act';
import type { Machine } from '../machine';
import { machineOf, onMachine } from '../targets';
import type { World } from '../world';

interface Victim {
  readonly uuid: string;
  readonly namespace: string;
  readonly name: string;
}

/** One token is stolen in a life: every later act is of the same host. */
function stolenHost(world: World, args: Args): Machine {
  const known = world.notes.find(({ what }) => what === 'stolen')?.about;
  const machine = world.machines.find(({ name }) => name === known) ?? machineOf(world, args);
  if (known === undefined) world.note('stolen', machine.name);
  return machine;
}

function victimOf(world: World, args: Args): Victim {
  const vms = world.server.objects(XENVMS).filter(({ status }) => status?.domainUUID !== undefined);
  const found = vms[Number(args['victim']) % Math.max(1, vms.length)];
  const { namespace = 'acme', name = 'vm-0' } = found?.metadata ?? {};
  return { namespace, name, uuid: found?.status?.domainUUID ?? '00000000-0000-4000-8000-000000000000' };
}

type Lie = (victim: Victim, args: Args) => XenAgentStatus;

const record = ({ uuid, namespace, name }: Victim, epoch: number) => ({ uuid, namespace, name, epoch });

/** What a report can say that is not so. */
const LIES: Readonly<Record<string, Lie>> = {
  holdsIt: ({ uuid, namespace, name }) => ({
    domains: [{ uuid, kind: 'orphan', state: 'running', namespace, vmName: name, epoch: 1, memoryMiB: 512, vcpus: 1 }],
  }),
  obeysIt: ({ uuid, namespace, name }) => ({
    domains: [{ uuid, kind: 'ours', state: 'running', namespace, vmName: name, domid: 7, memoryMiB: 512, vcpus: 1 }],
  }),
  foreignOfItsUUID: ({ uuid }) => ({ domains: [{ uuid, kind: 'foreign', state: 'running', memoryMiB: 900_000 }] }),
  highEpoch: (victim, { epoch }) => ({ records: [{ ...record(victim, Number(epoch)), frozen: true }] }),
  retired: (victim, { epoch }) => ({
    records: [{ ...record(victim, Number(epoch)), retiredEpoch: Number(epoch), refusedEpoch: Number(epoch) }],
  }),
  creating: (victim, { epoch }) => ({ records: [{ ...record(victim, Number(epoch)), creating: true }] }),
  nothing: () => ({ domains: [], records: [], retainedDisks: [], roster: [] }),
  keepsItsDisk: ({ uuid, namespace, name }) => ({
    retainedDisks: [{ uuid, namespace, vmName: name, disk: 'd0', path: '/var/lib/xenfleet/disks', sizeBytes: 1 }],
    retainedDiskCount: 1,
  }),
  remembersGhosts: () => ({ roster: Array.from({ length: 40 }, (_, at) => `ghost-${at}`), rosterEpoch: 1_000_000 }),
  anotherBoot: (_victim, { epoch }) => ({
    bootID: `00000000-0000-4000-8000-${String(epoch).padStart(12, '0')}`,
  }),
  anotherMachine: (_victim, { epoch }) => ({ machineID: `beef${String(epoch)}` }),
  anotherFleet: () => ({ fleetID: '00000000-0000-4000-8000-00000000f1ee' }),
  endlessRoom: () => ({ memory: { totalMiB: 1_000_000, freeMiB: 900_000 }, cpus: 1024 }),
  truncated: () => ({ truncated: true }),
};

const EPOCHS = [1, 2, 3, 7, 1000, 900_000_000];

export const THIEF: Actor = {
  report: {
    weight: 6,
    draw: (draw: Draw) => ({
      ...onMachine(draw),
      lie: draw.of(Object.keys(LIES)),
      victim: draw.int(0, 40),
      epoch: draw.of(EPOCHS),
      times: draw.of([1, 1, 10]),
    }),
    perform: async (world, args) => {
      const { name } = stolenHost(world, args);
      const ref = { namespace: hostNamespace(name), name };
      const tell = async (): Promise<void> => {
        const agent = world.server.objects(XENAGENTS).find(({ metadata }) => metadata.name === name);
        const { nonce = '' } = agent?.spec ?? {};
        const lie = LIES[String(args['lie'])]!(victimOf(world, args), args);
        const status = { nonce, ...lie };
        await world.thief(name).mergePatch(XENAGENTS, ref, { status }, { subresource: 'status' });
      };
      for (let time = 1; time < Number(args['times']); time += 1)
        world.later(time * 1500, () => tell().catch(() => undefined));
      await tell();
      return name;
    },
  },
  answer: {
    weight: 4,
    draw: (draw) => ({
      ...onMachine(draw),
      order: draw.int(0, 20),
      phase: draw.of(['Running', 'Stopped', 'Failed', 'Absent', 'Unknown', 'Starting']),
      epoch: draw.of(EPOCHS),
    }),
    perform: async (world, args) => {
      const { name: host } = stolenHost(world, args);
      const orders = world.server
        .objects(XENDOMAINS)
        .filter(({ metadata }) => metadata.namespace === hostNamespace(host));
      const order = orders[Number(args['order']) % Math.max(1, orders.length)];
      if (order === undefined) return 'no order';
      const epoch = Number(args['epoch']);
      const phase = args['phase'] as NonNullable<XenDomainStatus['phase']>;
      const status: XenDomainStatus = {
        phase,
        epoch,
        ...(phase === 'Absent' && { retiredEpoch: epoch, refusedEpoch: epoch }),
      };
      const ref = { namespace: hostNamespace(host), name: order.metadata.name };
      await world.thief(host).mergePatch(XENDOMAINS, ref, { status }, { subresource: 'status' });
      return `${host} ${order.metadata.name}`;
    },
  },
  /** The true agent is held still, so that nobody contradicts. */
  silence: {
    weight: 2,
    draw: (draw) => ({ ...onMachine(draw), forMs: draw.int(10, 120) * 1000 }),
    perform: (world, args) => {
      const machine = stolenHost(world, args);
      const process = machine.agent;
      process?.pause();
      world.later(Number(args['forMs']), () => process?.resume());
      return machine.name;
    },
  },
};
