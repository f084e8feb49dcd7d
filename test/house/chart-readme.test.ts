/** The chart's README says what values.yaml says, of every value. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartReadme } from '../../scripts/chart';
import { withValues } from '../../scripts/chart-readme';

const README = join(__dirname, '../../charts/xen-fleet/README.md');
const PLACE =
  '<!-- Made from values.yaml by "npm run generate:chart": change that. -->\nold\n<!-- End of what is made. -->';

const rows = (values: string): string[] =>
  withValues(`before\n${PLACE}\nafter`, values)
    .split('\n')
    .filter((line) => line.startsWith('| `'));

describe('the README of the chart', () => {
  it('is what values.yaml says today', () =>
    equal(readFileSync(README, 'utf8'), chartReadme(), 'charts/xen-fleet/README.md is stale: run make generate'));

  it('takes the last paragraph above a value, and what stands behind it', () =>
    deepEqual(rows('# Of the page.\n\n# First,\n# in two lines.\na: 1 # 1 | 2\n# Second.\nb: []\n'), [
      '| `a` | `1` | First, in two lines. (1 \\| 2) |',
      '| `b` | `[]` | Second. |',
    ]));

  it('has a row for a group and for each value in it', () =>
    deepEqual(rows('# Both.\ng:\n  # One.\n  a: x\n  # Two.\n  b:\n    # Three.\n    c: true\n'), [
      '| `g` | | Both. |',
      '| `g.a` | `"x"` | One. |',
      '| `g.b` | | Two. |',
      '| `g.b.c` | `true` | Three. |',
    ]));

  it('shows a map that has no words within as one value', () =>
    deepEqual(rows('# All.\ng: { a: 1, b: [c] }\n'), ['| `g` | `{"a":1,"b":["c"]}` | All. |']));

  it('keeps what stands around the table', () => {
    const [first, ...rest] = withValues(`before\n${PLACE}\nafter\n`, '# A.\na: 1\n').split('\n');
    deepEqual([first, rest.at(-2), rest.includes('old')], ['before', 'after', false]);
  });

  it('asks for words for each value, and for a place', () => {
    throws(() => rows('# A.\na: 1\nb: 2\n'), /values.yaml: b has no comment/);
    throws(() => rows('# G.\ng:\n  # A.\n  a: 1\n  b: 2\n'), /values.yaml: g.b has no comment/);
    throws(() => withValues('no place', '# A.\na: 1\n'), /README.md needs these two lines/);
    throws(() => withValues(PLACE, '- 1\n'), /no map/);
  });
});
