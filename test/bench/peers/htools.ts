/**
 * A fleet in the words of Ganeti's htools (shared storage): the text of `hbal -t`, the request of
 * `hail`.
 */
import type { Fleet } from '../../../cli/fleet';

const GROUP_UUID = '00000000-0000-0000-0000-000000000001';
const LARGEST = { memory: 4194304, cpus: 1024, disk: 1048576000, disks: 16, nics: 8, spindles: 1000 };

function usedMiB(fleet: Fleet): Map<string, number> {
  const used = new Map<string, number>();
  for (const { node, memMiB } of fleet.vms) if (node !== null) used.set(node, (used.get(node) ?? 0) + memMiB);
  return used;
}

/** Groups, nodes, instances, cluster tags, policies; parted by empty lines. */
export function toText(fleet: Fleet): string {
  const used = usedMiB(fleet);
  const nodes = fleet.nodes.map((node, index) => {
    const free = node.memMiB - node.dom0MiB - (used.get(node.name) ?? 0);
    const flag = node.offline ? 'Y' : index === 0 ? 'M' : 'N';
    const tags = node.rack ? `rack:${node.rack}` : '';
    return `${node.name}|${node.memMiB}|${node.dom0MiB}|${free}|0|0|${node.cpus}|${flag}|${GROUP_UUID}|1|${tags}|N|0|${node.dom0Cpus}|1.0`;
  });
  const instances = fleet.vms.flatMap(({ name, memMiB, vcpus, node, group }) =>
    node === null ? [] : [`${name}|${memMiB}|0|${vcpus}|running|Y|${node}||ext|${group ? `grp:${group}` : ''}|1`],
  );
  const tags = [
    ...(fleet.vms.some(({ group }) => group) ? ['htools:iextags:grp'] : []),
    ...(fleet.nodes.some(({ rack }) => rack) ? ['htools:nlocation:rack'] : []),
  ];
  const largest = Object.values(LARGEST).join();
  const policy = (owner: string): string =>
    `${owner}|128,1,0,1,1,1|1,1,0,0,0,1;${largest}|diskless,file,sharedfile,plain,blockdev,drbd,rbd,ext|${fleet.policy.vcpuRatio}|100000.0`;
  const sections = [[`default|${GROUP_UUID}|preferred||`], nodes, instances, tags, [policy(''), policy('default')]];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** A request to place the pending VMs, the first so many. */
export function toHail(fleet: Fleet, limit: number): object {
  const used = usedMiB(fleet);
  const spec = (memory: number, cpus: number, disk: number, count: number): object => ({
    'memory-size': memory,
    'cpu-count': cpus,
    'disk-size': disk,
    'disk-count': count,
    'nic-count': count,
    'spindle-use': 1,
  });
  const most = {
    ...spec(LARGEST.memory, LARGEST.cpus, LARGEST.disk, LARGEST.nics),
    'disk-count': LARGEST.disks,
    'spindle-use': LARGEST.spindles,
  };
  const ipolicy = {
    std: spec(128, 1, 0, 1),
    'vcpu-ratio': fleet.policy.vcpuRatio,
    'spindle-ratio': 100000,
    minmax: [{ min: spec(1, 1, 0, 0), max: most }],
    'disk-templates': ['ext', 'plain', 'drbd', 'diskless', 'sharedfile', 'rbd'],
  };
  const nodes = fleet.nodes.map((node): [string, object] => [node.name, toHailNode(node, used.get(node.name) ?? 0)]);
  const instances = fleet.vms.filter(({ node }) => node !== null);
  const pending = fleet.vms.filter(({ node }) => node === null).slice(0, limit);
  const group = { name: 'default', alloc_policy: 'preferred', ipolicy, networks: [], tags: [] };
  return {
    version: 2,
    cluster_name: 'c',
    cluster_tags: [],
    ipolicy,
    enabled_hypervisors: ['xen-pvm'],
    nodegroups: { [GROUP_UUID]: group },
    nodes: Object.fromEntries(nodes),
    instances: Object.fromEntries(instances.map((vm) => [vm.name, { ...toHailVm(vm), nodes: [vm.node] }])),
    request: {
      type: 'multi-allocate',
      instances: pending.map((vm) => ({ ...toHailVm(vm), name: vm.name, required_nodes: 1, type: 'allocate' })),
    },
  };
}

function toHailNode(node: Fleet['nodes'][number], used: number): object {
  return {
    drained: false,
    offline: node.offline === true,
    vm_capable: true,
    total_memory: node.memMiB,
    reserved_memory: node.dom0MiB,
    free_memory: node.memMiB - node.dom0MiB - used,
    total_disk: 0,
    free_disk: 0,
    total_spindles: 0,
    free_spindles: 0,
    total_cpus: node.cpus,
    reserved_cpus: node.dom0Cpus,
    group: GROUP_UUID,
    tags: [],
    master_candidate: false,
    hv_state: {},
    hypervisor: 'xen-pvm',
    ndparams: { spindle_count: 1, exclusive_storage: false, cpu_speed: 1 },
  };
}

function toHailVm({ memMiB, vcpus }: Fleet['vms'][number]): object {
  const disk = { disk_space_total: 0, disk_template: 'ext', disks: [{ mode: 'rw', size: 0 }] };
  return { ...disk, memory: memMiB, vcpus, spindle_use: 1, nics: [], tags: [], os: 'x', hypervisor: 'xen-pvm' };
}
