/** What an observation of a Dom0 says, section by section. Lines that make no sense say nothing. */
import { deepEqual, equal } from 'node:assert/strict';
import { parseMark, markPath, markText } from '../../../agents/xl/mark';
import { parseMarker } from '../../../agents/xl/marker';
import { parseObservation, sections } from '../../../agents/xl/observe';
import { MARK, UUID } from '../orders';
import { recording } from './fixtures';

const seen = (section: string, body: string) => parseObservation(`=== ${section}\n${body}`);
const owner = (text: string): string => `/pool/${UUID}.root.raw.owner ${text}`;

describe('an observation tells', () => {
  const ROWS: readonly [string, () => ReturnType<typeof parseObservation>, object][] = [
    ['nothing of nothing', () => parseObservation(''), {}],
    ['the boot', () => seen('bootid', 'b-1\n'), { bootID: 'b-1' }],
    ['no boot of two words', () => seen('bootid', 'b 1\n'), {}],
    ['no boot of none', () => seen('bootid', '\n'), {}],
    ['the host’s name', () => seen('hostname', ' xen1 \n'), { hostname: 'xen1' }],
    ['the policy as it is', () => seen('policy', '{}\n'), { policyText: '{}\n' }],
    ['an empty policy too', () => seen('policy', ''), { policyText: '' }],
    ['a section without an end', () => parseObservation('=== policy'), { policyText: '' }],
    [
      'nothing that a line of another section says',
      () => seen('policy', 'x === list\n'),
      { policyText: 'x === list\n' },
    ],
    [
      'a disk of some size',
      () => seen('disks', '10 55 /a\n'),
      { disks: [{ path: '/a', sizeBytes: 10, usedBytes: 55 }] },
    ],
    [
      'a marker in a deeper folder only by its whole path',
      () => seen('markers', 'x/a/.xenfleet-pool ssd\n/srv/a/.xenfleet-pool ssd\n'),
      { markers: new Map([['/srv/a', { name: 'ssd', id: '-' }]]) },
    ],
    ['the bridges', () => seen('bridges', 'xenbr0\n\nxenbr1\n'), { bridges: ['xenbr0', 'xenbr1'], openVSwitches: [] }],
    [
      'pools',
      () => seen('df', '/a 1000 400\n/b x 1\nc 1 1\n/d 1 1 1\n x /e 1 1\n'),
      { pools: [{ path: '/a', totalBytes: 1000, freeBytes: 400 }] },
    ],
    [
      'disks',
      () => seen('disks', '10 5 /a/b c\nx 5 /a\n10 /a\n-10 5 /a\n'),
      { disks: [{ path: '/a/b c', sizeBytes: 10, usedBytes: 5 }] },
    ],
    [
      'markers',
      () => seen('markers', '/a/.xenfleet-pool ssd id-1\n/b/.xenfleet-pool -\n/c/other ssd\nd/.xenfleet-pool ssd\n'),
      { markers: new Map([['/a', { name: 'ssd', id: 'id-1' }]]) },
    ],
    [
      'owners',
      () =>
        seen(
          'owners',
          [
            '{"fleet":"f-1","namespace":"acme","name":"web.1"}',
            '{"fleet":"f-1","namespace":"acme"}',
            '{"fleet":"f-1","namespace":"Acme","name":"web"}',
            '{"fleet":"f-1","namespace":"acme","name":"web"} x',
          ]
            .map(owner)
            .join('\n')
            .replace(/root(?=.*web\.1)/, 'data') + `\nx /pool/y.owner {"fleet":"f","namespace":"a","name":"b"}`,
        ),
      { owners: new Map([[`/pool/${UUID}.data.raw.owner`, { namespace: 'acme', name: 'web.1' }]]) },
    ],
    [
      'marks, whole or not',
      () =>
        seen(
          'marks',
          `/xenfleet/${UUID} = "${markText(MARK)}"\n/xenfleet/4b11e50c-60bb-4356-9699-8fe68b7e2e77 = "x"\n/xenfleet/x = "y"\nx/xenfleet/${UUID} = "z"\n`,
        ),
      {
        marks: new Map([
          [UUID, MARK],
          ['4b11e50c-60bb-4356-9699-8fe68b7e2e77', undefined],
        ]),
      },
    ],
  ];
  for (const [name, found, expected] of ROWS) it(name, () => deepEqual(found(), expected));

  it('what xl says of the host and its domains', () => {
    equal(seen('info', recording('info').stdout).facts?.cpus !== undefined, true);
    equal(seen('list', recording('list-v-idle').stdout).listing?.rows[0]?.domid, 0);
    equal(seen('domains', recording('recorded/full-list-l').stdout).details?.get(13)?.type, 'pv');
  });

  it('of marks no more than any host holds', () => {
    const lines = Array.from(
      { length: 8193 },
      (_, n) => `/xenfleet/00000000-0000-4000-8000-${String(n).padStart(12, '0')} = "x"`,
    );
    equal(seen('marks', lines.join('\n')).marks?.size, 8192);
  });

  it('nothing of a section that failed, or whose head is no word', () => {
    deepEqual(
      [...sections('x\n=== a\n1\n=== b FAILED 1\n2\n=== C\n3\n=== d1\n4\n=== e\n5\n')],
      [
        ['a', '1\n'],
        ['e', '5\n'],
      ],
    );
  });
});

describe('a mark', () => {
  it('is where it is written, as it is written', () => {
    equal(markPath(UUID), `/xenfleet/${UUID}`);
    deepEqual(parseMark(markText(MARK)), MARK);
  });
  for (const text of [
    '',
    'x',
    ` ${markText(MARK)}`,
    `${markText(MARK)} `,
    'f 0 a/b',
    'f 01 a/b',
    'f 1 a',
    'f 1 a/',
    'f 1 /b',
    'f 1 a.b/c',
    'f 1 A/b',
    'f_ 1 a/b',
    'f 1 a/b-',
    'f 1234567890123456 a/b',
  ])
    it(`is none of ${JSON.stringify(text)}`, () => equal(parseMark(text), undefined));
  it('may have a name with dots', () =>
    deepEqual(parseMark('F-1 999999999999999 a-b/c.d-e'), {
      fleetID: 'F-1',
      epoch: 999999999999999,
      namespace: 'a-b',
      name: 'c.d-e',
    }));
});

describe('a marker', () => {
  const ROWS: readonly [string, object | undefined][] = [
    ['ssd', { name: 'ssd', id: '-' }],
    ['s', { name: 's', id: '-' }],
    ['ssd a1-B', { name: 'ssd', id: 'a1-B' }],
    ['fast.ssd-1 x \n', { name: 'fast.ssd-1', id: 'x' }],
    ['', undefined],
    [' ssd', undefined],
    ['-ssd', undefined],
    ['ssd-', undefined],
    ['SSD', undefined],
    ['ssd a b', undefined],
    ['ssd a_b', undefined],
    [`ssd ${'x'.repeat(64)}`, { name: 'ssd', id: 'x'.repeat(64) }],
    [`ssd ${'x'.repeat(65)}`, undefined],
  ];
  for (const [line, expected] of ROWS)
    it(`${JSON.stringify(line.slice(0, 20))}: ${JSON.stringify(expected)?.slice(0, 40)}`, () =>
      deepEqual(parseMarker(line), expected));
});
