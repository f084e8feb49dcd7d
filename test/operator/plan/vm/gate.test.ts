/** Who may use what: `allowedNamespaces` of classes, pools and networks, and tenants' images. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { all, asking, chosen, disks, gold, networks, type Rule } from './catalog';

describe('who may use a class, a pool or a network', () => {
  const ROWS: readonly [string, Rule, Record<string, string> | undefined, boolean][] = [
    ['all', all, undefined, true],
    ['a namespace with the label', chosen, { tier: 'gold' }, true],
    ['not one with another value', chosen, { tier: 'iron' }, false],
    ['not one without it', chosen, {}, false],
    ['not one whose labels nobody knows', chosen, undefined, false],
    ['nobody, if no selector is given', { from: 'Selector' }, { tier: 'gold' }, false],
    ['everybody known, if the selector asks nothing', { from: 'Selector', selector: {} }, {}, true],
    ['… but nobody unknown', { from: 'Selector', selector: {} }, undefined, false],
  ];
  for (const [name, rule, labels, may] of ROWS)
    it(`${name}: ${may}`, () => {
      equal('wanted' in asking({ disks: disks() }, { rule, labels }), may);
      equal('wanted' in asking({ networks: networks() }, { rule, labels }), may);
      equal('wanted' in asking({}, { vmClass: gold({ allowedNamespaces: rule }), labels }), may);
      equal('wanted' in asking({ placement: { pool: 'gpu' } }, { hostRule: rule, labels }), may);
    });

  it('is all, if neither a class nor a pool of hosts says anything', () => ok('wanted' in asking({})));
  it('is all, for a pool of hosts that has no rules', () =>
    ok('wanted' in asking({ placement: { pool: 'z-free' } }, { hostRule: chosen, labels: {} })));
  it('keeps a VM that names no pool of hosts away from those of others', () => {
    const found = asking({}, { hostRule: chosen, labels: {} });
    deepEqual('wanted' in found && found.wanted.deniedPools, ['arm', 'gpu', 'metal']);
  });
  it('is all, for images that are nobody’s, and the owner, for its own', () => {
    const own = { kernel: 'tenants/acme/vmlinuz', ramdisk: 'debian/tenants/initrd' };
    ok('wanted' in asking({ boot: own, disks: disks({ image: 'tenants.raw' }) }));
  });
});
