/**
 * Everything that a schema admits is bounded, and what is copied from one object into another fits
 * there.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Schema } from '../../crds/generate';
import { SCHEMAS, schemaOf } from './schemas';

/** What is missing that would bound the values of this schema by themselves. */
function missing(schema: Schema): string | undefined {
  const has = (...words: string[]): boolean => words.some((word) => schema[word] !== undefined);
  if (schema['x-kubernetes-int-or-string'] === true)
    return has('maxLength') && has('pattern') ? undefined : 'maxLength';
  if (schema['type'] === 'string') return has('maxLength', 'enum', 'format') ? undefined : 'maxLength';
  if (schema['type'] === 'array') return has('maxItems') ? undefined : 'maxItems';
  if (schema['type'] === 'integer' || schema['type'] === 'number')
    return has('minimum') && has('maximum') ? undefined : 'minimum, maximum';
  return has('additionalProperties') && !has('maxProperties') ? 'maxProperties' : undefined;
}

describe('the schemas', () => {
  it('bound every text, number, list and map', () => {
    ok(SCHEMAS.size > 300);
    const unbounded = [...SCHEMAS].flatMap(([path, schema]) => {
      const what = missing(schema);
      return what === undefined ? [] : [`${path}: ${what}`];
    });
    deepEqual(unbounded, []);
  });

  it('have no list whose cost at the server grows faster than its length, where agents and fleets make it long', () => {
    const long = [...SCHEMAS].filter(([, { maxItems }]) => typeof maxItems === 'number' && maxItems > 64);
    ok(long.length >= 8);
    for (const [path, schema] of long) {
      if (path === 'XenDomain.status.madeDisks') continue; // as long as a VM has disks, in practice
      equal(schema['x-kubernetes-list-type'], 'atomic', path);
    }
  });
});

/** What is copied from one object into another: whatever the first admits, the second must. */
const COPIED: readonly (readonly [from: string, to: string])[] = [
  ['XenVM.spec.disks', 'XenDomain.spec.disks'],
  ['XenVM.spec.disks[].name', 'XenDomain.spec.disks[].name'],
  ['XenVM.spec.disks[].device', 'XenDomain.spec.disks[].device'],
  ['XenVM.spec.disks[].pool', 'XenDomain.spec.disks[].pool'],
  ['XenVM.spec.disks[].image', 'XenDomain.spec.disks[].image'],
  ['XenVM.spec.disks[].name', 'XenDomain.spec.deleteDisks[].name'],
  ['XenVM.spec.disks[].name', 'XenDomain.status.madeDisks[]'],
  ['XenVM.spec.disks', 'XenDomain.status.disks'],
  ['XenVM.spec.disks[].name', 'XenDomain.status.disks[].name'],
  ['XenVM.spec.disks[].name', 'XenAgent.status.retainedDisks[].disk'],
  ['XenVM.spec.networks', 'XenDomain.spec.networks'],
  ['XenVM.spec.networks[].name', 'XenDomain.spec.networks[].name'],
  ['XenVM.spec.networks[].mac', 'XenDomain.spec.networks[].mac'],
  ['XenDomain.spec.networks', 'XenVM.status.networks'],
  ['XenDomain.spec.networks[].name', 'XenVM.status.networks[].name'],
  ['XenDomain.spec.networks[].mac', 'XenVM.status.networks[].mac'],
  ['XenVM.spec.boot.kernel', 'XenDomain.spec.boot.kernel'],
  ['XenVM.spec.boot.ramdisk', 'XenDomain.spec.boot.ramdisk'],
  ['XenVM.spec.boot.cmdline', 'XenDomain.spec.boot.cmdline'],
  ['XenVM.spec.boot.order', 'XenDomain.spec.boot.order'],
  ['XenVM.spec.shutdown.gracePeriodSeconds', 'XenDomain.spec.gracePeriodSeconds'],
  ['XenVM.spec.resources.vcpus', 'XenDomain.spec.vcpus.max'],
  ['XenVM.spec.identity.uuid', 'XenVM.status.domainUUID'],
  ['XenVM.spec.placement.pool', 'XenHost.spec.pool'],
  ['XenVMClass.spec.vcpus', 'XenDomain.spec.vcpus.count'],
  ['XenVMClass.spec.cpuWeight', 'XenDomain.spec.cpu.weight'],
  ['XenVMClass.spec.cpuCapPercent', 'XenDomain.spec.cpu.capPercent'],
  ['XenNetwork.spec.bridge', 'XenDomain.spec.networks[].bridge'],
  ['XenNetwork.spec.bridge', 'XenAgent.spec.networks[].bridge'],
  ['XenStoragePool.spec.path', 'XenDomain.spec.disks[].path'],
  ['XenStoragePool.spec.path', 'XenDomain.spec.deleteDisks[].path'],
  ['XenStoragePool.spec.path', 'XenAgent.spec.storagePools[].path'],
  ['XenAgent.spec.fleetID', 'XenAgent.status.fleetID'],
  ['XenAgent.spec.nonce', 'XenAgent.status.nonce'],
  ['XenAgent.spec.roster', 'XenAgent.status.roster'],
  ['XenAgent.spec.roster[]', 'XenAgent.status.roster[]'],
  ['XenAgent.spec.networks', 'XenAgent.status.networks'],
  ['XenAgent.spec.networks[].name', 'XenAgent.status.networks[].name'],
  ['XenAgent.spec.storagePools', 'XenAgent.status.storagePools'],
  ['XenAgent.spec.storagePools[].name', 'XenAgent.status.storagePools[].name'],
  ['XenAgent.spec.roster[]', 'XenVM.status.placement.host'],
  ['XenAgent.spec.roster[]', 'XenPool.status.worstLoss.hosts[]'],
  ['XenAgent.status.bootID', 'XenHost.status.bootID'],
  ['XenAgent.status.xen.version', 'XenHost.status.xenVersion'],
  ['XenAgent.status.cpus', 'XenHost.status.capacity.cpus'],
  ['XenVM.status.placement.epoch', 'XenDomain.spec.epoch'],
  ['XenDomain.spec.epoch', 'XenDomain.status.epoch'],
  ['XenDomain.spec.epoch', 'XenAgent.status.records[].epoch'],
  ['XenDomain.spec.vm.namespace', 'XenAgent.status.records[].namespace'],
  ['XenDomain.spec.vm.name', 'XenAgent.status.records[].name'],
  ['XenDomain.status.lastTermination.reason', 'XenVM.status.lastTermination.reason'],
  ['XenDomain.status.lastTermination.hostBootID', 'XenVM.status.lastTermination.hostBootID'],
  ['XenDomain.status.conditions[].reason', 'XenVM.status.conditions[].reason'],
  ['XenDomain.status.conditions[].message', 'XenVM.status.conditions[].message'],
  ['XenAgent.status.conditions[].message', 'XenHost.status.conditions[].message'],
];

describe('what is copied from one object into another', () => {
  for (const [from, to] of COPIED) {
    it(`fits: ${from} into ${to}`, () => {
      const [source, target] = [schemaOf(from), schemaOf(to)];
      for (const bound of ['maxLength', 'maxItems', 'maximum'] as const) {
        const [given, taken] = [source[bound], target[bound]];
        if (given !== undefined) ok(typeof taken === 'number' && (given as number) <= taken, bound);
      }
      const { pattern } = target;
      if (pattern !== undefined) equal(source['pattern'], pattern);
    });
  }
});
