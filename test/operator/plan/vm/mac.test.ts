/** One MAC address, two who ask for it: who has it, and what the other one is told. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { planVm } from '../../../../operator/plan/vm/plan';
import type { MacUse } from '../../../../operator/plan/vm/facts';
import { brief, claimed, facts, order, vm, WANTED } from '../builders';

const MAC = '02:16:3e:00:00:01';
const OLD = '02:16:3e:00:00:99';
const rival = { namespace: 'evil', name: 'x', uid: 'uid-x', createdAt: '2020-01-01T00:00:00Z', placed: false };
const younger = { ...rival, createdAt: '2030-01-01T00:00:00Z' };
const use = (over: Partial<MacUse> = {}): MacUse => ({ mac: MAC, network: 'eth0', rival, granted: false, ...over });
const meta = { creationTimestamp: '2025-01-01T00:00:00Z' };
const wanted = { ...WANTED, networks: [{ name: 'eth0', network: 'lan', bridge: 'xenbr0', mac: MAC }] };
const resolution = { wanted };
const network = (mac: string) => [{ name: 'eth0', bridge: 'xenbr0', mac }];
const placed = (mac: string, vcpus = 1) => [
  { host: 'h1', order: order('h1', 1, { networks: network(mac), vcpus: { count: vcpus, max: vcpus } }) },
];

const ROWS: readonly [string, MacUse[], string][] = [
  ['nobody else asks', [], 'place ≥1'],
  ['an older VM asks', [use()], 'wait MacConflict'],
  ['a younger VM asks', [use({ rival: younger })], 'place ≥1'],
  ['a younger VM has it', [use({ rival: younger, granted: true })], 'wait MacConflict'],
  ['a younger VM that is placed asks', [use({ rival: { ...younger, placed: true } })], 'wait MacConflict'],
  ['only an order still holds it', [use({ rival: undefined, granted: true })], 'wait MacConflict'],
];

describe('a MAC address', () => {
  for (const [name, macUses, expected] of ROWS) {
    it(`${name}: ${expected}`, () => {
      equal(brief(planVm(facts({ vm: vm({ meta }), fresh: true, resolution, macUses }))), expected);
    });
  }

  it('of a placed VM is its own, whoever asks for it later', () => {
    const held = facts({
      vm: vm({ meta, status: claimed('h1', 1) }),
      resolution,
      orders: placed(MAC),
      macUses: [use(), use({ rival: { ...younger, placed: true } })],
    });
    equal(brief(planVm(held)), 'wait');
  });

  it('that is edited to another’s is not granted: the old one stays, everything else of the edit goes through', () => {
    const edited = (vcpus: number) =>
      planVm(
        facts({
          vm: vm({ meta, status: { ...claimed('h1', 1), reserved: { vcpus: 2, memoryMiB: 1024, disks: [] } } }),
          resolution: { wanted: { ...wanted, vcpus: 2 } },
          orders: placed(OLD, vcpus),
          macUses: [use({ rival: younger, granted: true })],
        }),
      );
    const first = edited(1);
    ok(first.do === 'updateOrder');
    deepEqual([first.spec.networks, first.spec.vcpus?.count], [network(OLD), 2]);
    const then = edited(2);
    ok(then.do === 'wait' && then.because?.stalled);
    match(then.because.message, /^spec\.networks\[eth0\]\.mac: 02:16:3e:00:00:01 is in use by another XenVM/);
  });

  it('of another is not granted in a first order either', () => {
    const f = facts({
      vm: vm({ meta, status: claimed('h1', 1) }),
      resolution,
      macUses: [use({ granted: true, rival: { ...rival, placed: true } })],
    });
    equal(brief(planVm(f)), 'wait MacConflict');
  });
});
