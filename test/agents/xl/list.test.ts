import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { parseListL, parseListV } from '../../../agents/xl/list';
import { recording, recordings } from './fixtures';

const HEAD =
  'Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID                            Reason-Code\tSecurity Label\n';
const DOM0 =
  'Domain-0                                     0   768     1     r-----      35.7 00000000-0000-0000-0000-000000000000        -                -\n';
const one = (name: string, flags: string, code = '-'): string =>
  `${HEAD}${DOM0}${name}    9   128     1     ${flags}       9.5 4b11e50c-60bb-4356-9699-8fe68b7e2e77        ${code}                -\n`;

describe('xl list -v', () => {
  it('begins at its head, whatever a shell has printed before', () => {
    deepEqual(parseListV(`Welcome\n\n${one('vm', '-b----')}`), parseListV(one('vm', '-b----')));
    equal(parseListV(`Welcome\n${DOM0}`), undefined);
    equal(parseListL(`Welcome to [xen1]\n[ { "domid": 3, "config": {} } ]\n`).has(3), true);
  });

  it('reads every recording whole', () => {
    const all = recordings(/list-v/);
    ok(all.length > 10);
    for (const { name, stdout } of all) {
      const listing = parseListV(stdout);
      if (name.endsWith('list-v-paused')) continue; // of one domain, without Dom0
      ok(listing, name);
      deepEqual(listing.garbage, [], name);
    }
  });

  const cases: [string, string, string, object][] = [
    ['blocked', 'vm', '-b----', { state: 'running' }],
    ['on no CPU', 'vm', '------', { state: 'running' }],
    ['paused', 'vm', '--p---', { state: 'paused' }],
    ['being born', '(null)', '--p---', { state: 'paused', name: null }],
    ['being torn down', 'vm', '--ps--', { state: 'dying' }],
    ['dying without a name', '(null)', '--ps--', { state: 'dying', name: null }],
    ['dying after a reboot', '(null)', '--psr-', { state: 'dying', name: null }],
    ['with the d', 'vm', '-b---d', { state: 'dying' }],
    ['with a name of words', 'a b c', '-b----', { state: 'running', name: 'a b c' }],
    ['flags of no kind', 'vm', 'rbps?-', { state: 'unknown' }],
  ];
  for (const [title, name, flags, wanted] of cases)
    it(`a domain ${title}`, () => {
      const { state, name: found } = parseListV(one(name, flags))?.rows[1] ?? {};
      deepEqual({ state, ...('name' in wanted && { name: found }) }, wanted);
    });

  const ends: [string, string, string][] = [
    ['---s--', '0', 'poweroff'],
    ['---sr-', '1', 'reboot'],
    ['---sc-', '3', 'crash'],
    ['---sw-', '4', 'watchdog'],
    ['---sS-', '5', 'soft_reset'],
    ['---sc-', '-', 'crash'],
  ];
  for (const [flags, code, reason] of ends)
    it(`${flags} with code ${code} is a ${reason}`, () => {
      const found = parseListV(one('vm', flags, code))?.rows[1];
      deepEqual([found?.state, found?.reason], ['shutdown', reason]);
    });

  it('a suspended domain is no ended one', () => {
    equal(parseListV(one('vm', '---ss-', '2'))?.rows[1]?.state, 'suspended');
  });

  it('keeps a torn row as garbage, as seen under emulation', () => {
    const torn = `${one('vm', '-b----')}(null)    4081 17045896500331499     1     r-----     1.0 00000000-0000-0000-0000-000000000001        -      -\nrubbish\n`;
    const listing = parseListV(torn);
    equal(listing?.rows.length, 2);
    equal(listing?.garbage.length, 2);
  });

  it('is no listing without its head or without Dom0', () => {
    equal(parseListV(''), undefined);
    equal(parseListV(HEAD), undefined);
    equal(parseListV(DOM0), undefined);
  });

  it('never throws, and never makes a domain of what is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const listing = parseListV(HEAD + DOM0 + text);
        ok(listing && listing.rows.every((found) => /^[0-9a-f-]{36}$/.test(found.uuid)));
      }),
      { seed: 1 },
    );
  });
});

describe('xl list -l', () => {
  it('knows type and maximum by the outer domid', () => {
    const details = parseListL(recording('recorded/full-list-l').stdout);
    deepEqual(details.get(13), { domid: 13, type: 'pv', maxMemoryMiB: 192, maxVcpus: 2 });
  });

  it('reads every recording that is JSON, and nothing out of the others', () => {
    for (const { stdout } of recordings(/list-l/)) parseListL(stdout);
    equal(parseListL('[{"domid":1},{"config":{}},null,7]').size, 1);
    equal(parseListL('Fail to get domain configuration').size, 0);
  });
});
