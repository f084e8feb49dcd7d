/** No composition of legal objects makes an illegal one: the largest VM, and the largest fleet. */
import { equal, ok } from 'node:assert/strict';
import type { XenNetwork, XenStoragePool, XenVM } from '../../crds/generated/types';
import { doomedDisks } from '../../operator/plan/vm/doomed-disks';
import { validateXenAgentSpec, validateXenDomainSpec, validateXenVMSpec } from '../../crds/generated/validators';
import { domainName, VM_NAME_LABEL, VM_NAMESPACE_LABEL } from '../../common/names';
import { AGENT_LIMITS } from '../../operator/plan/agent-catalog';
import { newOrder, orderSpec } from '../../operator/plan/vm/order';
import { resolve } from '../../operator/plan/vm/resolve';
import { order } from '../operator/plan/builders';
import { schemaOf } from './schemas';

const TEXT = 'abcdefghijklmnopqrstuvwxyz0123456789';
const long = (length: number): string => TEXT.repeat(Math.ceil(length / TEXT.length)).slice(0, length);
const UID = '11111111-2222-4333-8444-555555555555';
const apiVersion = 'xenfleet.io/v1alpha1';
const open = { from: 'All' } as const;
const longPath = `/${long(252)}`;

/** As large as the schema admits, in every field that ends up in an order. */
const largest: XenVM = {
  apiVersion,
  kind: 'XenVM',
  metadata: { namespace: long(63), name: long(63), uid: UID, generation: 1 },
  spec: {
    type: 'pvh',
    runPolicy: 'RerunOnFailure',
    resources: { vcpus: 512, memory: '8Ti' },
    boot: { kernel: long(253), ramdisk: long(253), cmdline: long(1024) },
    shutdown: { gracePeriodSeconds: 3600 },
    disks: Array.from({ length: 16 }, (_, index) => ({
      name: `${String(index).padStart(2, '0')}${long(30)}`,
      device: `xvd${'abcdefghijklmnop'[index]}`,
      size: '64Ti',
      pool: long(63),
      image: long(253),
      deletionPolicy: 'Delete' as const,
    })),
    networks: Array.from({ length: 8 }, (_, index) => ({ name: `${index}${long(14)}`, network: long(63) })),
  },
};
const network: XenNetwork = {
  apiVersion,
  kind: 'XenNetwork',
  metadata: { name: long(63) },
  spec: { bridge: long(15), allowedNamespaces: open },
};
const pool: XenStoragePool = {
  apiVersion,
  kind: 'XenStoragePool',
  metadata: { name: long(63) },
  spec: { driver: 'file', path: longPath, locality: 'local', allowedNamespaces: open },
};

function wantedBy(vm: XenVM) {
  const catalog = {
    vmClass: () => undefined,
    network: () => network,
    storagePool: () => pool,
    hostPools: () => [],
    namespaceLabels: () => ({}),
  };
  const resolution = resolve(vm, UID, catalog);
  ok('wanted' in resolution, JSON.stringify(resolution));
  return resolution.wanted;
}

describe('the largest legal XenVM', () => {
  it('is legal, and at its bounds', () => {
    ok(validateXenVMSpec(largest.spec), JSON.stringify(validateXenVMSpec.errors));
    equal(largest.spec.disks?.length, schemaOf('XenVM.spec.disks')['maxItems']);
    equal(largest.spec.networks?.length, schemaOf('XenVM.spec.networks')['maxItems']);
  });

  it('makes a legal order, under a legal name with legal labels', () => {
    const spec = orderSpec(largest, wantedBy(largest), { epoch: 1_000_000_000_000 }, long(64));
    ok(validateXenDomainSpec(spec), JSON.stringify(validateXenDomainSpec.errors));
    const { metadata } = newOrder(long(55), UID, spec);
    ok((metadata.namespace ?? '').length <= 63 && metadata.name.length <= 253);
    for (const label of [VM_NAME_LABEL, VM_NAMESPACE_LABEL]) ok((metadata.labels?.[label] ?? '').length <= 63);
    ok(JSON.stringify(spec).length < 64 * 1024);
    // xl keeps a name of any length; the files on the Dom0 are named by UUID.
    equal(domainName(long(63), long(63)).length, 127);
  });

  it('may have all its disks deleted, those of the order and those of an edit since', () => {
    const edited = {
      ...largest,
      spec: {
        ...largest.spec,
        disks: largest.spec.disks?.map((disk) => ({ ...disk, name: disk.name.replace('0', 'x') })),
      },
    } as XenVM;
    const before = orderSpec(largest, wantedBy(largest), { epoch: 1 }, 'fleet');
    const deleteDisks = doomedDisks(edited, 'h1', before);
    const spec = { ...order('h1', 1).spec, desired: 'Absent' as const, ...(deleteDisks && { deleteDisks }) };
    ok(validateXenDomainSpec(spec), JSON.stringify(validateXenDomainSpec.errors));
  });
});

describe('the largest XenAgent.spec', () => {
  const numbered = (index: number, length: number): string => `${String(index).padStart(5, '0')}${long(length - 5)}`;
  const spec = {
    fleetID: long(64),
    nonce: long(64),
    roster: Array.from({ length: AGENT_LIMITS.roster }, (_, index) => numbered(index, 55)),
    storagePools: Array.from({ length: AGENT_LIMITS.storagePools }, (_, index) => ({
      name: numbered(index, 63),
      driver: 'file' as const,
      path: longPath,
    })),
    networks: Array.from({ length: AGENT_LIMITS.networks }, (_, index) => ({
      name: numbered(index, 63),
      bridge: long(15),
    })),
  };

  it('is legal, and the operator cuts where the schema does', () => {
    ok(validateXenAgentSpec(spec), JSON.stringify(validateXenAgentSpec.errors));
    for (const field of ['roster', 'storagePools', 'networks'] as const) {
      equal(schemaOf(`XenAgent.spec.${field}`)['maxItems'], AGENT_LIMITS[field]);
    }
    for (const list of ['storagePools', 'networks']) {
      equal(schemaOf(`XenAgent.spec.${list}[].name`)['maxLength'], AGENT_LIMITS.nameLength);
    }
  });

  it('is less than 1 MiB, and with what the agent answers to it an object that etcd takes', () => {
    const bytes = Buffer.byteLength(JSON.stringify(spec));
    ok(bytes < 2 ** 20, `${bytes} bytes`);
    const answer = {
      roster: spec.roster,
      storagePools: spec.storagePools.map(({ name, path }) => ({
        name,
        present: false,
        message: `the host has no folder ${path}`,
      })),
      networks: spec.networks.map(({ name, bridge }) => ({
        name,
        present: false,
        message: `the host has no bridge ${bridge}`,
      })),
    };
    const whole = bytes + Buffer.byteLength(JSON.stringify(answer));
    ok(whole < 1.3 * 2 ** 20, `${whole} bytes`);
  });
});
