/** A fleet file of two hosts: two VMs run on one, two wait. */
export const NODE = { memMiB: 65536, dom0MiB: 4096, cpus: 16, dom0Cpus: 2 };
export const FLEET = {
  format: 'xen-placement-bench/1',
  policy: { vcpuRatio: 4 },
  nodes: [
    { name: 'h1', ...NODE, rack: 'a', offline: false },
    { name: 'h2', ...NODE, rack: 'b', offline: false },
  ],
  vms: [
    { name: 'a', memMiB: 30720, vcpus: 2, node: 'h1', group: 'g' },
    { name: 'b', memMiB: 30720, vcpus: 2, node: 'h1', group: null },
    { name: 'c', memMiB: 30720, vcpus: 2, node: null, group: 'g' },
    { name: 'd', memMiB: 30720, vcpus: 2, node: null, group: 'g' },
  ],
};
