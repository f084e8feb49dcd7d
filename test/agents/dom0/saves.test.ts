/** Writing records to a Dom0: what counts, what is durable, and what is said while it cannot be. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { Checkpoints } from '../../../agents/dom0/checkpoints';
import { HostError } from '../../../agents/host/port';
import { InProcessHost } from '../../sim/in-process-host';
import { UUID, record } from '../orders';
import { layout } from './dom0-in-memory';

const FILE = `${layout.stateDir}/domains/${UUID}.json`;

/** A host on which every write waits to be let through or to fail. */
function bench() {
  const host = new InProcessHost();
  const putFile = host.putFile.bind(host);
  const waiting: { go(): void; fail(words: string): void }[] = [];
  host.putFile = (path, text) =>
    new Promise((done, fail) =>
      waiting.push({
        go: () => void putFile(path, text).then(done, fail),
        fail: (words) => fail(new HostError(words)),
      }),
    );
  const written = (): number | undefined => {
    const text = host.files.get(FILE);
    return text === undefined ? undefined : (JSON.parse(text) as { epoch: number }).epoch;
  };
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) await new Promise((done) => setImmediate(done));
  };
  return { host, waiting, written, turn, checkpoints: new Checkpoints(host, layout) };
}

const troubleOf = ({ trouble }: Checkpoints) => trouble;
const ofEpoch = (epoch: number) => record({ epoch });

describe('a record that is saved', () => {
  it('counts at once, is owed until it is on the disk, and is read again by the next agent', async () => {
    const { host, waiting, turn, checkpoints } = bench();
    const saving = checkpoints.save(ofEpoch(3));
    deepEqual([checkpoints.records.get(UUID)?.epoch, checkpoints.owes(UUID)], [3, true]);
    await turn();
    waiting.shift()?.go();
    await saving;
    equal(checkpoints.owes(UUID), false);
    const next = new Checkpoints(host, layout);
    await next.load();
    deepEqual(next.records.get(UUID), ofEpoch(3));
  });

  it('never takes the place of a newer one: writes of one UUID follow each other, also after a failure', async () => {
    const { waiting, written, turn, checkpoints } = bench();
    const first = checkpoints.save(ofEpoch(1));
    const second = checkpoints.save(ofEpoch(2));
    await turn();
    equal(waiting.length, 1);
    waiting.shift()?.fail('EIO');
    await rejects(first, /EIO/);
    await turn();
    equal(waiting.length, 1);
    waiting.shift()?.go();
    await second;
    deepEqual([written(), checkpoints.owes(UUID)], [2, false]);
  });

  it('is still owed when an older write ends well', async () => {
    const { waiting, turn, checkpoints } = bench();
    const first = checkpoints.save(ofEpoch(1));
    void checkpoints.save(ofEpoch(2));
    await turn();
    waiting.shift()?.go();
    await first;
    equal(checkpoints.owes(UUID), true);
  });
});

describe('settling before an act', () => {
  it('is done at once where nothing is owed', async () => {
    const { waiting, checkpoints } = bench();
    await checkpoints.settle(UUID);
    equal(waiting.length, 0);
  });

  it('waits for the write that is under way, and makes no second one', async () => {
    const { waiting, turn, checkpoints } = bench();
    void checkpoints.save(ofEpoch(1));
    let settled = false;
    const settling = checkpoints.settle(UUID).then(() => (settled = true));
    await turn();
    equal(settled, false);
    waiting.shift()?.go();
    await settling;
    deepEqual([waiting.length, checkpoints.owes(UUID)], [0, false]);
  });

  it('writes again what failed, and rejects if that fails too: no act follows', async () => {
    const { waiting, written, turn, checkpoints } = bench();
    const saving = checkpoints.save(ofEpoch(1));
    await turn();
    waiting.shift()?.fail('EROFS');
    await rejects(saving, /EROFS/);
    const failing = checkpoints.settle(UUID);
    await turn();
    waiting.shift()?.fail('EROFS again');
    await rejects(failing, /EROFS again/);
    deepEqual([written(), checkpoints.owes(UUID)], [undefined, true]);
    const settling = checkpoints.settle(UUID);
    await turn();
    waiting.shift()?.go();
    await settling;
    deepEqual([written(), checkpoints.owes(UUID)], [1, false]);
  });
});

describe('a Dom0 that cannot be written', () => {
  const rows: [string, string, RegExp][] = [
    ['ENOSPC: no space left on device', 'DiskFull', /make room on its file system/],
    ['write failed: No space left on device', 'DiskFull', /make room/],
    ['EDQUOT', 'DiskFull', /make room/],
    ['Disk quota exceeded', 'DiskFull', /make room/],
    ['EROFS: read-only file system', 'StateNotWritable', /see whether its file system is read-only or broken/],
  ];
  for (const [words, reason, remedy] of rows)
    it(`is told as ${reason} for ${words}, until a write gets through`, async () => {
      const { waiting, turn, checkpoints } = bench();
      equal(troubleOf(checkpoints), undefined);
      const probing = checkpoints.probe();
      await turn();
      waiting.shift()?.fail(words);
      await probing;
      const trouble = troubleOf(checkpoints);
      equal(trouble?.reason, reason);
      match(trouble?.message ?? '', /^\/var\/lib\/xenfleet\/probe cannot be written/);
      match(trouble?.message ?? '', new RegExp(words));
      match(trouble?.message ?? '', remedy);
      const again = checkpoints.probe();
      await turn();
      waiting.shift()?.go();
      await again;
      equal(troubleOf(checkpoints), undefined);
    });

  it('is told in a few words, however much its error says', async () => {
    const { waiting, turn, checkpoints } = bench();
    const saving = checkpoints.save(ofEpoch(1));
    await turn();
    waiting.shift()?.fail('x'.repeat(10_000));
    await rejects(saving);
    match(checkpoints.trouble?.message ?? '', /\(x{300}\)/);
  });
});
