import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileRecorder, intervals, overlaps, readRecord } from './record';
import type { SimEvent } from './record';

/** `h1 5 running vm-a@1` at each line: host, time, what, uuid@domid. */
function story(...lines: string[]): SimEvent[] {
  return lines.map((line) => {
    const [host = '', ns = '', what, who] = line.split(' ');
    const [uuid, domid] = who?.split('@') ?? [];
    const domain = uuid === undefined ? {} : { uuid, domid: Number(domid), name: uuid };
    return { host, ns, what: what as SimEvent['what'], boot: `${host}-boot`, ...domain };
  });
}

const planted = (...lines: string[]) =>
  overlaps(story(...lines)).map(({ uuid, first, second }) => `${uuid} ${first.host}/${second.host}`);

describe('the record of what ran when', () => {
  it('finds nothing wrong where one run follows another', () => {
    assert.deepEqual(
      planted('h1 1 running a@1', 'h1 5 shutdown a@1', 'h2 6 running a@1', 'h2 9 gone a@1', 'h1 10 running a@2'),
      [],
    );
    assert.deepEqual(planted('h1 1 running a@1', 'h2 2 running b@1', 'h1 3 dying a@1', 'h1 3 running a@2'), []);
  });
  it('finds two runs at once, on two hosts or on one', () => {
    assert.deepEqual(planted('h1 1 running a@1', 'h2 4 running a@7', 'h1 5 shutdown a@1'), ['a h1/h2']);
    assert.deepEqual(planted('h1 1 running a@1', 'h1 4 running a@2'), ['a h1/h1']);
    assert.deepEqual(planted('h1 1 running a@1', 'h2 2 running a@1', 'h3 3 running a@1').length, 3);
  });
  it('finds an overlap of one nanosecond, and none where they touch', () => {
    const ns = 9_007_199_254_740_993n; // Beyond what a double holds.
    assert.deepEqual(planted('h1 1 running a@1', `h1 ${ns} gone a@1`, `h2 ${ns - 1n} running a@1`), ['a h1/h2']);
    assert.deepEqual(planted('h1 1 running a@1', `h1 ${ns} gone a@1`, `h2 ${ns} running a@1`), []);
  });
  it('a paused domain counts as running, a created one not yet', () => {
    assert.deepEqual(planted('h1 1 running a@1', 'h1 2 paused a@1', 'h2 3 running a@1'), ['a h1/h2']);
    assert.deepEqual(planted('h1 1 created a@1', 'h2 3 running a@1', 'h1 4 gone a@1'), []);
  });
  it('a power loss, or a boot after an unseen one, ends all that ran on that host and no other', () => {
    assert.deepEqual(planted('h1 1 running a@1', 'h1 2 power-loss', 'h2 3 running a@1'), []);
    assert.deepEqual(planted('h1 1 running a@1', 'h1 2 boot', 'h2 3 running a@1'), []);
    assert.deepEqual(planted('h1 1 running a@1', 'h3 2 power-loss', 'h2 3 running a@1'), ['a h1/h2']);
  });
  it('the order of lines does not matter, only time', () => {
    const lines = ['h1 1 running a@1', 'h1 5 gone a@1', 'h2 3 running a@1', 'h2 9 gone a@1'];
    for (let shift = 0; shift < lines.length; shift++)
      assert.deepEqual(planted(...lines.slice(shift), ...lines.slice(0, shift)), ['a h1/h2']);
  });
  it('lasts over files; a line cut short is no event', () => {
    const dir = mkdtempSync(join(tmpdir(), 'xenfleet-record-'));
    const paths = ['1', '2'].map((name) => join(dir, name));
    const [first, second] = paths.map((path) => fileRecorder(path));
    const events = story('h1 1 running a@1', 'h2 2 running a@1', 'h1 3 gone a@1');
    first?.(events[0]!);
    second?.(events[1]!);
    first?.(events[2]!);
    writeFileSync(paths[1]!, '{"ns":"5","host":', { flag: 'a' });
    const read = readRecord(...paths);
    assert.equal(read.length, 3);
    assert.equal(overlaps(read).length, 1);
    assert.deepEqual(
      intervals(read).map(({ host, fromNs, toNs }) => [host, fromNs, toNs]),
      [
        ['h1', 1n, 3n],
        ['h2', 2n, undefined],
      ],
    );
    rmSync(dir, { recursive: true });
  });
});
