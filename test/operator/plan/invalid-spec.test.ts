/** A quantity that cannot be used is reported on its object, and is an exception for nobody. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenAgent, XenHost, XenStoragePool, XenVM, XenVMClass } from '../../../crds/generated/types';
import { findCondition } from '../../../common/conditions';
import { showHost } from '../../../operator/plan/host/status';
import { viewHost, type HostFacts } from '../../../operator/plan/host/view';
import { hostState } from '../../../operator/plan/snapshot/host';
import { vmSpec } from '../../../operator/plan/snapshot/vm';
import { resolve, type Catalog, type Resolution } from '../../../operator/plan/vm/resolve';
import { planVm } from '../../../operator/plan/vm/plan';
import { showVm } from '../../../operator/plan/vm/status';
import { FLEET, UID, claimed, facts as factsOf, order, vm } from './builders';

const apiVersion = 'xenfleet.io/v1alpha1';
const vmClass = (memory: string): XenVMClass => ({
  apiVersion,
  kind: 'XenVMClass',
  metadata: { name: 'small' },
  spec: { vcpus: 1, memory },
});
const local: XenStoragePool = {
  apiVersion,
  kind: 'XenStoragePool',
  metadata: { name: 'local' },
  spec: { driver: 'file', path: '/srv/vms', locality: 'local', allowedNamespaces: { from: 'All' } },
};
const catalog = (memory = '1Gi'): Catalog => ({
  vmClass: () => vmClass(memory),
  network: () => undefined,
  storagePool: () => local,
  hostPools: () => [],
  namespaceLabels: () => ({}),
});

/** Of any size and shape; each was or might have been admitted by some API server. */
const UNUSABLE = ['8e99', '1e-3000000', '-1', '9E', '0', 'lots', '', '8e+', '7e9223372036854775807'];
const sized = (memory: string): XenVM => vm({ spec: { resources: { vcpus: 1, memory } } });
const disked = (size: string): XenVM =>
  vm({ spec: { disks: [{ name: 'root', device: 'xvda', size, pool: 'local' }] } });

function problemOf(resolution: Resolution): { reason: string; message: string } {
  ok('problem' in resolution);
  return resolution.problem;
}

describe('a VM whose spec cannot be read', () => {
  const KINDS: [string, (text: string) => Resolution, RegExp][] = [
    ['memory', (text) => resolve(sized(text), UID, catalog()), /^spec\.resources\.memory: /],
    ['disk', (text) => resolve(disked(text), UID, catalog()), /^spec\.disks\[root\]\.size: /],
    ['class', (text) => resolve(vm(), UID, catalog(text)), /^spec\.className: spec\.memory of XenVMClass "small": /],
  ];
  for (const [what, read, field] of KINDS) {
    for (const text of UNUSABLE) {
      it(`is told of its ${what} ${JSON.stringify(text)}: the field, the value, what to write`, () => {
        const { reason, message } = problemOf(read(text));
        equal(reason, 'InvalidSpec');
        match(message, field);
        ok(message.includes(`"${text}"`) && message.includes('write for example 16Gi'), message);
      });
    }
  }

  it('asks the ledger for nothing, and keeps what it was granted', () => {
    const broken = vm({ spec: sized('8e99').spec, status: claimed('h1', 1) });
    const resolution = resolve(broken, UID, catalog());
    deepEqual([vmSpec(broken, resolution, undefined).memoryBytes], [0]);
    equal(vmSpec(broken, resolution, order('h1', 1)).memoryBytes, 2 ** 30);
  });

  it('keeps its order while it is placed, and says that only an edit helps', () => {
    const placed = vm({ spec: sized('8e99').spec, status: claimed('h1', 1) });
    const resolution = resolve(placed, UID, catalog());
    const orders = [{ host: 'h1', order: order('h1', 1, {}, { epoch: 1, phase: 'Running' }) }];
    const known = factsOf({ vm: placed, resolution, orders });
    const action = planVm(known);
    equal(action.do, 'wait');
    const held = action.do === 'wait' ? action.because : undefined;
    const shown = showVm(known, held, '2026-01-01T00:00:00Z');
    equal(shown.phase, 'Running');
    const stalled = findCondition(shown.conditions, 'Stalled');
    deepEqual([stalled?.status, stalled?.reason], ['True', 'InvalidSpec']);
    match(stalled?.message ?? '', /spec\.resources\.memory/);
  });
});

describe('a host whose reserve cannot be read', () => {
  const now = '2026-01-01T00:00:00Z';
  const agent: XenAgent = {
    apiVersion,
    kind: 'XenAgent',
    metadata: { name: 'h1' },
    spec: { fleetID: FLEET },
    status: { nonce: 'n', bootID: 'b', dom0: { memoryFixed: true }, memory: { totalMiB: 65536 } },
  };
  const facts: HostFacts = {
    agent,
    nonce: 'n',
    fleetID: FLEET,
    silentMs: 0,
    watchedMs: 60_000,
    unknownAfterMs: 25_000,
    namespaceReady: true,
  };
  const host = (memory: string): XenHost => ({
    apiVersion,
    kind: 'XenHost',
    metadata: { name: 'h1' },
    spec: { reserved: { memory } },
  });
  const stateOf = (object: XenHost) =>
    hostState({
      host: object,
      agent,
      view: viewHost(object, facts),
      terms: () => undefined,
      strayOrders: [],
      isClaimed: () => false,
      isPlaced: () => false,
    });

  for (const text of UNUSABLE.filter((word) => !['0', '1e-3000000', '7e9223372036854775807'].includes(word))) {
    it(`is not Ready with ${JSON.stringify(text)} and says why; nothing is placed there`, () => {
      const ready = findCondition(showHost(host(text), facts, undefined, now).conditions, 'Ready');
      deepEqual([ready?.status, ready?.reason], ['False', 'InvalidSpec']);
      match(ready?.message ?? '', /^spec\.reserved\.memory: ".*" is not a usable quantity: .*; write for example 16Gi/);
      equal(stateOf(host(text)).ready, false);
    });
  }

  it('has answered all the same: nobody waits for it', () => equal(viewHost(host('8e99'), facts).answered, true));

  it('is Ready with one that can, and keeps it back', () => {
    deepEqual([stateOf(host('1Gi')).ready, stateOf(host('1Gi')).reservedBytes], [true, 2 ** 30]);
  });
});
