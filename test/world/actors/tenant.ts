/** Customers: they create, edit, delete and copy whatever the API lets them. */
import { XENVMOPERATIONS, XENVMS } from '../../../common/kube/resources';
import { API_VERSION } from '../../../common/names';
import type { XenVM, XenVMOperation } from '../../../crds/generated/types';
import type { Actor, Args, Draw } from '../act';
import { foreignUUID, TENANTS } from '../objects';
import type { World } from '../world';

const NAMES = 12;
const IMAGES = ['debian.raw', 'windows.raw', 'freebsd.raw'];

const target = (draw: Draw): Args => ({ namespace: draw.of(TENANTS), name: `vm-${draw.int(0, NAMES - 1)}` });

interface Ref {
  readonly namespace: string;
  readonly name: string;
}
const refOf = ({ namespace, name }: Args): Ref => ({ namespace: String(namespace), name: String(name) });

function drawSpec(draw: Draw): Args {
  return {
    size: draw.of(['small', 'small', 'large', '2 1Gi', '1 700M', '8 16Gi', '1 1e9', '3 1.5Gi']),
    type: draw.of(['pvh', 'pvh', 'pv', 'hvm']),
    runPolicy: draw.of(['Always', 'Always', 'Always', 'RerunOnFailure', 'Once', 'Halted', 'Manual']),
    disks: draw.int(0, 2),
    diskGi: draw.int(1, 4),
    retain: draw.chance(0.3),
    network: draw.chance(0.7),
    apart: draw.chance(0.2),
    behaviour: draw.of(['', '', '', '', 'sim=deaf', 'sim=crash40', 'sim=poweroff60', 'sim=reboot90']),
    image: draw.of(IMAGES),
    pool: draw.of(['local', 'shared']),
    mac: draw.of(['', '', '', '02:00:00:00:00:01', '02:00:00:00:00:02']),
  };
}

function specOf(args: Args): XenVM['spec'] {
  const [vcpus = '', memory = ''] = String(args['size']).split(' ');
  const type = args['type'] as XenVM['spec']['type'];
  const own = memory !== '' && { resources: { vcpus: Number(vcpus), memory } };
  const device = (at: number): string => `${type === 'hvm' ? 'hd' : 'xvd'}${'ab'[at]}`;
  const disks = Array.from({ length: Number(args['disks']) }, (_, at) => ({
    name: `d${at}`,
    device: device(at),
    size: `${Number(args['diskGi'])}Gi`,
    pool: String(args['pool'] ?? 'local'),
    ...(at === 0 && { image: String(args['image']) }),
    deletionPolicy: args['retain'] === true ? ('Retain' as const) : ('Delete' as const),
  }));
  return {
    ...(own || { className: vcpus }),
    type,
    runPolicy: args['runPolicy'] as NonNullable<XenVM['spec']['runPolicy']>,
    boot:
      type === 'hvm'
        ? { firmware: 'bios', order: ['disk'] }
        : {
            kernel: 'debian/vmlinuz',
            ramdisk: 'debian/initrd.gz',
            cmdline: `root=/dev/xvda ${String(args['behaviour'])}`,
          },
    ...(disks.length > 0 && { disks }),
    ...(args['network'] === true && { networks: [{ name: 'eth0', network: 'public', ...macOf(args) }] }),
    ...(args['apart'] === true && {
      placement: {
        antiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { apart: 'yes' } } },
          ],
        },
      },
    }),
    shutdown: { gracePeriodSeconds: 20 },
  };
}

const macOf = ({ mac = '' }: Args): object => (mac === '' ? {} : { mac });

async function edit(world: World, args: Args, spec: object): Promise<void> {
  await world.tenant(refOf(args).namespace).mergePatch(XENVMS, refOf(args), { spec });
}

export const TENANT: Actor = {
  create: {
    weight: 10,
    draw: (draw) => ({ ...target(draw), ...drawSpec(draw) }),
    perform: async (world, args) => {
      const { namespace, name } = refOf(args);
      const labels = { ...(args['apart'] === true && { apart: 'yes' }) };
      await world.tenant(namespace).create(XENVMS, {
        apiVersion: API_VERSION,
        kind: 'XenVM',
        metadata: { namespace, name, labels },
        spec: specOf(args),
      });
    },
  },
  delete: {
    weight: 4,
    draw: target,
    perform: async (world, args) => void (await world.tenant(refOf(args).namespace).delete(XENVMS, refOf(args))),
  },
  runPolicy: {
    weight: 3,
    draw: (draw) => ({ ...target(draw), to: draw.of(['Always', 'Halted', 'RerunOnFailure', 'Once', 'Manual']) }),
    perform: (world, args) => edit(world, args, { runPolicy: args['to'] }),
  },
  operate: {
    weight: 8,
    draw: (draw) => ({
      which: draw.int(0, 63),
      type: draw.of(['Start', 'Start', 'Stop', 'Restart', 'Restart', 'Reset']),
      seconds: draw.of([0, 0, 5, 40]),
      force: draw.chance(0.2),
      ttl: draw.of([0, 60, 3600]),
      number: draw.int(0, 999_999),
    }),
    perform: async (world, args) => {
      const vms = world.server.objects(XENVMS);
      const vm = vms[Number(args['which']) % Math.max(1, vms.length)];
      if (vm === undefined) return 'no VM';
      const { namespace = '', name } = vm.metadata;
      const type = args['type'] as XenVMOperation['spec']['type'];
      const ends = type === 'Stop' || type === 'Restart';
      const seconds = Number(args['seconds']);
      await world.tenant(namespace).create(XENVMOPERATIONS, {
        apiVersion: API_VERSION,
        kind: 'XenVMOperation',
        metadata: { namespace, name: `op-${Number(args['number'])}` },
        spec: {
          ...{ vmName: name, type, ttlSecondsAfterFinished: Number(args['ttl']) },
          ...(ends && args['force'] === true && { force: true }),
          ...(ends && args['force'] !== true && seconds > 0 && { gracePeriodSeconds: seconds }),
        },
      });
      return name;
    },
  },
  resize: {
    weight: 3,
    draw: (draw) => ({ ...target(draw), vcpus: draw.int(1, 6), memory: draw.of(['512Mi', '1Gi', '6Gi', '40Gi']) }),
    perform: (world, args) =>
      edit(world, args, { className: null, resources: { vcpus: args['vcpus'], memory: args['memory'] } }),
  },
  /** Another address for its network: one of its own, or one that another VM may have. */
  readdress: {
    weight: 1,
    draw: (draw) => ({ ...target(draw), mac: draw.of(['', '02:00:00:00:00:01', '02:00:00:00:00:02']) }),
    perform: (world, args) => edit(world, args, { networks: [{ name: 'eth0', network: 'public', ...macOf(args) }] }),
  },
  copy: {
    weight: 2,
    draw: (draw) => ({
      ...target(draw),
      from: `vm-${draw.int(0, NAMES - 1)}`,
      of: draw.of(TENANTS),
      foreign: draw.chance(0.2),
      byAdmin: draw.chance(0.5),
    }),
    perform: async (world, args) => {
      const from = { namespace: String(args['of']), name: String(args['from']) };
      const found = world.server
        .objects(XENVMS)
        .find((vm) => vm.metadata.namespace === from.namespace && vm.metadata.name === from.name);
      const uuid = args['foreign'] === true ? foreignUUID(1) : found?.status?.domainUUID;
      if (found === undefined || uuid === undefined) return 'nothing to copy';
      const { spec } = found;
      const { namespace, name } = refOf(args);
      const who = args['byAdmin'] === true ? world.admin : world.tenant(namespace);
      await who.create(XENVMS, {
        apiVersion: API_VERSION,
        kind: 'XenVM',
        metadata: { namespace, name },
        spec: { ...spec, identity: { uuid } },
      });
      return undefined;
    },
  },
};
