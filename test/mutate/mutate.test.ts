/** What `make mutate` mutates for a name, and how it counts. */
import { deepEqual, equal } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { summaryOf, type Mutant } from './summary';
import { chosen, TARGETS } from './targets';

const targets = [
  { code: 'a/b', tests: ['t/b'], without: ['t/b/slow.test.ts'] },
  { code: 'a/c', tests: ['t/c'] },
];

describe('make mutate', () => {
  const ROWS: readonly [string | undefined, string[]][] = [
    [undefined, ['a/b', 'a/c']],
    ['', ['a/b', 'a/c']],
    ['a', ['a/b', 'a/c']],
    ['a/b/', ['a/b']],
    ['a/b/x.ts', ['a/b/x.ts']],
    ['a/bc', []],
  ];
  for (const [only, expected] of ROWS)
    it(`ONLY=${only} mutates ${expected.join(' and ') || 'nothing'}`, () =>
      deepEqual(
        chosen(only, targets).map(({ code }) => code),
        expected,
      ));

  it('asks the tests of the folder that a file is in', () =>
    deepEqual(chosen('a/b/x.ts', targets), [{ ...targets[0], code: 'a/b/x.ts' }]));

  it('knows only code and tests that are there', () => {
    const named = TARGETS.flatMap(({ code, tests, without = [] }) => [code, ...tests, ...without]);
    deepEqual(
      named.filter((path) => !existsSync(resolve(__dirname, '../..', path))),
      [],
    );
  });

  it('counts what the code ran into for ever as killed, and leaves out what could not be run', () => {
    const dir = mkdtempSync(join(tmpdir(), 'xen-fleet-mutate-'));
    const fileName = join(dir, 'x.ts');
    writeFileSync(fileName, 'const a = 1;\nconst b = a +\n  2;\n');
    const location = { start: { line: 2, column: 11 }, end: { line: 3, column: 4 } };
    const mutant = (status: string): Mutant => ({ fileName, status, replacement: 'a - 2', location, coveredBy: ['t'] });
    const { files, survivors } = summaryOf(
      ['Killed', 'Timeout', 'Survived', 'RuntimeError', 'Ignored', 'NoCoverage'].map(mutant),
    );
    rmSync(dir, { recursive: true });
    deepEqual(
      files.map(({ killed, total, percent }) => [killed, total, percent]),
      [
        [2, 4, '50%'],
        [2, 4, '50%'],
      ],
    );
    deepEqual([survivors[0]?.line, survivors[0]?.was, survivors[0]?.became], [2, 'a + 2', 'a - 2']);
    equal(survivors.length, 2);
  });
});
