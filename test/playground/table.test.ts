import { deepEqual, equal } from 'node:assert/strict';
import type { XenHost, XenVM } from '../../crds/generated/types';
import { figuresAgree, fleetLines, fleetTable } from './table';
import type { FleetView } from './table';

const apiVersion = 'xenfleet.io/v1alpha1';
const host: XenHost = {
  apiVersion,
  kind: 'XenHost',
  metadata: { name: 'host-1' },
  spec: {},
  status: {
    phase: 'Ready',
    capacity: { cpus: 16, memory: '65536Mi' },
    free: { memory: '44265Mi' },
    committed: { vms: 1 },
  },
};

function vm(name: string, status: XenVM['status']): XenVM {
  const metadata = { name, namespace: 'acme', creationTimestamp: '2030-01-01T00:00:00Z' };
  return {
    apiVersion,
    kind: 'XenVM',
    metadata,
    spec: { type: 'pvh', className: 'vps-16g' },
    ...(status && { status }),
  };
}

const view: FleetView = {
  hosts: [host],
  vms: [
    vm('web-10', {
      phase: 'Pending',
      conditions: [
        {
          type: 'Stalled',
          status: 'True',
          reason: 'Unschedulable',
          message: '1 of 1 hosts: 4887 MiB short',
          lastTransitionTime: '2030-01-01T00:00:00Z',
        },
      ],
    }),
    vm('web-9', { phase: 'Running', placement: { host: 'host-1', epoch: 1 } }),
    vm('new', undefined),
  ],
};

describe('the table of hosts and VMs', () => {
  it('counts the VMs of a host itself, sorts by name, and says why one waits', () => {
    equal(
      fleetTable(view, Date.parse('2030-01-01T00:00:07Z')),
      [
        'HOST     PHASE   CPUS   MEMORY    FREE      VMS',
        'host-1   Ready   16     65536Mi   44265Mi   1',
        '',
        'VM            CLASS     TYPE   PHASE     HOST     AGE',
        'acme/new      vps-16g   pvh    Pending   -        7s',
        'acme/web-9    vps-16g   pvh    Running   host-1   7s',
        'acme/web-10   vps-16g   pvh    Pending   -        7s',
        '',
        'acme/web-10: Unschedulable: 1 of 1 hosts: 4887 MiB short',
      ].join('\n'),
    );
  });

  it('names in one line what a person would call changed', () => {
    deepEqual(
      [...fleetLines(view)],
      [
        ['host host-1', 'Ready'],
        ['vm acme/web-10', 'Pending'],
        ['vm acme/web-9', 'Running on host-1'],
        ['vm acme/new', 'Pending'],
      ],
    );
  });

  it('knows when the figures of the hosts lag behind', () => {
    equal(figuresAgree(view), true);
    equal(figuresAgree({ ...view, vms: [] }), false);
  });
});
