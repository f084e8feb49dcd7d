/** Which MAC addresses a XenVM shows as its own: they are taken. */
import { equal } from 'node:assert/strict';
import type { XenDomain, XenVM } from '../../../../crds/generated/types';
import { showVm } from '../../../../operator/plan/vm/status';
import { claimed, facts, order, vm } from '../builders';

type Status = NonNullable<XenDomain['status']>;
const NOW = '2026-01-01T00:00:00Z';

describe('the addresses in the status', () => {
  const [OLD, NEW] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
  const nic = (mac: string) => [{ name: 'eth0', mac }];
  const had = vm({ status: { ...claimed('h1', 1), networks: nic(OLD) } });
  const networks = [{ name: 'eth0', bridge: 'br0', mac: NEW }];
  const ordered = (status?: Partial<Status>) => [
    { host: 'h1', order: order('h1', 1, { networks }, status && { epoch: 1, ...status }) },
  ];
  const shown = (status: Partial<Status> | undefined, of: XenVM = had) =>
    showVm(facts({ vm: of, orders: ordered(status) }), undefined, NOW).networks?.[0]?.mac;
  const ROWS: readonly [string, Partial<Status> | undefined, string | undefined][] = [
    [
      'are those that the guest runs with, not those of an edit',
      { phase: 'Running', granted: { networks: nic(OLD) } },
      OLD,
    ],
    ['are those of the edit once it runs with them', { phase: 'Running', granted: { networks: nic(NEW) } }, NEW],
    ['are none of a guest that runs without', { phase: 'Running', granted: { networks: [] } }, undefined],
    ['are those of the order if an older agent does not tell', { phase: 'Running', granted: { vcpus: 1 } }, NEW],
    ['stay while the guest is being stopped', { phase: 'Stopping' }, OLD],
    ['stay while nobody knows', { phase: 'Unknown' }, OLD],
    ['stay until the host has said anything', undefined, OLD],
    ['are those of the order once the guest is off', { phase: 'Stopped' }, NEW],
  ];
  it('are none that nobody gave it, whatever its agent says', () => {
    const lie: Partial<Status> = { phase: 'Running', granted: { networks: nic('02:00:00:00:00:66') } };
    equal(shown(lie), undefined);
  });
  for (const [name, status, mac] of ROWS) it(name, () => equal(shown(status), mac));

  it('are those of the order before anything was told', () =>
    equal(shown(undefined, vm({ status: claimed('h1', 1) })), NEW));
});
