/** Who has a UUID, a name, an address by right, and what the other one is told. */
import { equal, match } from 'node:assert/strict';
import { identityConflict, macConflict, rivalConflict } from '../../../../operator/plan/vm/conflict';
import type { MacUse, Rival } from '../../../../operator/plan/vm/facts';
import { claimed, facts, order, seen, tombstone, UID, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
const meta = { creationTimestamp: '2026-02-02T00:00:00Z' };
const rival = (over: Partial<Rival> = {}): Rival => ({
  namespace: 'evil',
  name: 'x',
  uid: '0',
  createdAt: '2026-03-03T00:00:00Z',
  placed: false,
  ...over,
});
const older = '2026-01-01T00:00:00Z';
const onH1 = vm({ meta, status: claimed('h1', 1) });

describe('of two XenVMs with one UUID', () => {
  const ROWS: readonly [string, Facts, boolean][] = [
    ['the older has it', { rivals: [rival({ createdAt: older })] }, true],
    ['the younger has it not', { rivals: [rival()] }, false],
    ['of one moment the smaller UID has it', { rivals: [rival({ createdAt: meta.creationTimestamp })] }, true],
    ['… and the larger has it not', { rivals: [rival({ createdAt: meta.creationTimestamp, uid: 'f' })] }, false],
    ['nobody is a rival of itself', { rivals: [rival({ createdAt: meta.creationTimestamp, uid: UID })] }, false],
    ['the placed one has it, though younger', { rivals: [rival({ placed: true })] }, true],
    ['… and keeps it from an older one', { vm: onH1, rivals: [rival({ createdAt: older })] }, false],
    [
      'of two that are placed the older has it',
      { vm: onH1, rivals: [rival({ createdAt: older, placed: true })] },
      true,
    ],
    ['one of several is enough', { rivals: [rival(), rival({ createdAt: older })] }, true],
    ['a VM without a time or a UID comes first', { vm: vm({ meta: { uid: '' } }), rivals: [rival()] }, false],
  ];
  for (const [name, over, refused] of ROWS)
    it(name, () => equal(rivalConflict(facts({ vm: vm({ meta }), ...over })) !== undefined, refused));
});

describe('a conflict of identity is told', () => {
  const foreign = seen('h2', { namespace: 'evil', name: 'x' });
  const strangers = { host: 'h3', order: order('h3', 1) };
  const ROWS: readonly [string, Facts, RegExp][] = [
    [
      'with the field',
      { rivals: [rival({ placed: true })] },
      /^spec\.identity\.uuid: 1{8}-.*belongs to another XenVM.*: delete this XenVM and make it anew/,
    ],
    [
      'with the host that keeps it for another',
      { foreignSightings: [foreign] },
      /^host h2 keeps UUID .* for another namespace or name.*; delete this XenVM and make it anew/,
    ],
    [
      '… by an order, before what is only seen',
      { foreignOrders: [strangers], foreignSightings: [seen('h2', { name: '' })] },
      /^host h3 keeps UUID/,
    ],
    ['… by an order alone', { foreignOrders: [strangers] }, /^host h3 keeps UUID/],
    [
      'with the host that runs it for nobody',
      { foreignSightings: [seen('h2', { namespace: '', name: '' })] },
      /^host h2 runs a domain of UUID .* does not own.* End that domain .*or delete this XenVM and make it anew/,
    ],
    [
      'with the UUID of a namesake',
      { namesakes: [{ host: 'h2', uuid: 'uuid-9' }] },
      /^host h2 holds a domain of acme\/web with UUID uuid-9: .*make it anew with spec\.identity\.uuid: uuid-9/,
    ],
  ];
  for (const [name, over, words] of ROWS)
    it(name, () => match(identityConflict(facts({ vm: vm({ meta }), ...over }))?.message ?? '', words));
});

describe('a MAC address is lost', () => {
  const MAC = '02:16:3e:00:00:01';
  const use = (over: Partial<MacUse> = {}): MacUse => ({
    mac: MAC,
    network: 'eth0',
    rival: rival({ createdAt: older }),
    granted: false,
    ...over,
  });
  const networks = (mac = MAC) => [{ name: 'eth0', bridge: 'br0', mac }];
  const having = (mac = MAC) => vm({ meta, status: { networks: [{ name: 'eth0', mac }] } });
  const tombstoned = tombstone('h1', 1, 1);
  const retired = { ...tombstoned, spec: { ...tombstoned.spec, networks: networks() } };
  const ROWS: readonly [string, Facts, boolean][] = [
    ['to an older VM', { macUses: [use()] }, true],
    ['not to a younger', { macUses: [use({ rival: rival() })] }, false],
    ['to a younger that was granted it', { macUses: [use({ rival: rival(), granted: true })] }, true],
    ['to an order whose VM is gone', { macUses: [use({ rival: undefined, granted: true })] }, true],
    [
      'to a domain that a host remembers, without an order',
      { macUses: [use({ rival: undefined, granted: true, remembered: true })] },
      true,
    ],
    [
      'not by the VM that has it, whatever a host remembers',
      { vm: having(), macUses: [use({ rival: undefined, granted: true, remembered: true })] },
      false,
    ],
    ['not to nobody', { macUses: [use({ rival: undefined })] }, false],
    ['not by the VM whose status has it', { vm: having(), macUses: [use()] }, false],
    [
      '… also if an order of nobody has it too',
      { vm: having(), macUses: [use({ rival: undefined, granted: true })] },
      true,
    ],
    ['by one whose status has another', { vm: having('02:16:3e:00:00:09'), macUses: [use()] }, true],
    [
      'not by the VM whose order has it',
      { orders: [{ host: 'h1', order: order('h1', 1, { networks: networks() }) }], macUses: [use()] },
      false,
    ],
    ['by one whose order was retired', { orders: [{ host: 'h1', order: retired }], macUses: [use()] }, true],
    [
      'by one whose order names no network',
      { orders: [{ host: 'h1', order: order('h1', 1) }], macUses: [use()] },
      true,
    ],
  ];
  for (const [name, over, lost] of ROWS)
    it(name, () => equal(macConflict(facts({ vm: vm({ meta }), ...over })) !== undefined, lost));
});
