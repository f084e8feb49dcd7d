/** What goes into the report of a host with one pool, one bridge and one guest. */
import type { AgentStatusInput } from '../../../agents/status/agent-status';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { BOOT, FLEET, NOW, UUID, row, started } from '../orders';

export const DOM0 = row({ domid: 0, name: 'Domain-0', uuid: '00000000-0000-0000-0000-000000000000', memoryMiB: 4096 });

export function input(changes: Partial<AgentStatusInput> = {}): AgentStatusInput {
  return {
    agent: {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenAgent',
      metadata: { name: 'h1', generation: 3 },
      spec: {
        fleetID: FLEET,
        storagePools: [{ name: 'local', driver: 'file', path: '/pool' }],
        networks: [{ name: 'public', bridge: 'xenbr0' }],
      },
    },
    version: '1',
    bootID: BOOT,
    machineID: 'machine-1',
    fleet: { fleetID: FLEET, roster: ['b', 'a'], rosterEpoch: 3 },
    observation: {
      facts: {
        xenVersion: '4.17',
        cpus: 4,
        totalMiB: 8192,
        freeMiB: 1000,
        virtCaps: 'pv',
        guestTypes: ['pv'],
      },
      bridges: ['xenbr0'],
      pools: [{ path: '/pool', totalBytes: 100e9, freeBytes: 50e9 }],
      disks: [{ path: `/pool/${UUID}.root.raw`, sizeBytes: 7, usedBytes: 4 }],
      markers: new Map([['/pool', { name: 'local', id: 'id-1' }]]),
    },
    listing: { rows: [DOM0, row()], garbage: [] },
    records: new Map<string, DomainRecord>([[UUID, started()]]),
    poolID: () => undefined,
    hasOrder: () => true,
    policyDigest: 'abc',
    trouble: undefined,
    nonce: 'n',
    nowMs: NOW,
    ...changes,
  };
}
