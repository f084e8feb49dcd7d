import { deepEqual, equal } from 'node:assert/strict';
import { domainStatus } from '../../../agents/status/domain-status';
import type { Report } from '../../../agents/reconcile/types';
import { isRetired } from '../../../operator/plan/vm/facts';
import type { XenDomain } from '../../../crds/generated/types';
import { BOOT, NOW, UUID, order, record } from '../orders';

const PHASES: Report['phase'][] = ['Starting', 'Running', 'Stopping', 'Stopped', 'Failed', 'Unknown', 'Absent'];
const domain: XenDomain = {
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenDomain',
  metadata: { name: UUID, generation: 2 },
  spec: order({ desired: 'Absent', epoch: 3 }),
};
const told = (phase: Report['phase'], held = record({ epoch: 3, refusedEpoch: 5, retiredEpoch: 3 })) => {
  const report: Report = { phase, ready: 'True', reason: 'Retired', message: 'x' };
  return domainStatus({ domain, record: held, report, bootID: BOOT, domid: undefined, nowMs: NOW });
};

describe('what a running domain was started with', () => {
  const networks = [{ name: 'eth0', bridge: 'br0', mac: '02:00:00:00:00:01' }];
  const applied = { vcpus: { count: 2, max: 4 }, memory: { targetMiB: 512, maxMiB: 1024 }, networks };
  const started = { epoch: 3, bootID: BOOT, atMs: NOW, applied };

  it('is told with its addresses, whatever the order says by now', () =>
    deepEqual(told('Running', record({ started })).granted, {
      vcpus: 2,
      memoryMiB: 1024,
      networks: [{ name: 'eth0', mac: '02:00:00:00:00:01' }],
    }));
  it('is not told of one that is off', () => equal(told('Stopped', record({ started })).granted, undefined));
  it('is not known of a start that is not remembered', () => equal(told('Running', record()).granted, undefined));
});

describe('refusal and receipt in the status of a domain', () => {
  it('what is refused is always told, the receipt with phase Absent only', () => {
    for (const phase of PHASES) {
      const { refusedEpoch, retiredEpoch, epoch } = told(phase);
      deepEqual([refusedEpoch, retiredEpoch, epoch], [5, phase === 'Absent' ? 3 : undefined, 3]);
    }
    equal(told('Absent', record()).refusedEpoch, undefined);
  });

  it('the operator takes that for a receipt, and nothing else', () => {
    for (const phase of PHASES) equal(isRetired({ ...domain, status: told(phase) }), phase === 'Absent');
    const status = told('Absent');
    equal(isRetired({ ...domain, status: { ...status, epoch: 2 } }), false);
    equal(isRetired({ ...domain, status: { ...status, retiredEpoch: 2 } }), false);
    equal(isRetired({ ...domain, status: { ...status, phase: 'Stopping', retiredEpoch: 3 } }), false);
    equal(isRetired({ ...domain, spec: { ...domain.spec, desired: 'Stopped' }, status }), false);
    equal(isRetired({ ...domain, status: { epoch: 3, phase: 'Absent', refusedEpoch: 3 } }), false);
  });
});
