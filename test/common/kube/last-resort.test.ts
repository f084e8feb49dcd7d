/** What nobody caught ends the process, in good order and for certain. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { lastResort } from '../../../common/kube/last-resort';
import { settle } from './fake-clock';

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

function rig(end: () => Promise<unknown>) {
  const process = new FakeProcess();
  const said: string[] = [];
  const timers: { delayMs: number; run: () => void }[] = [];
  lastResort({
    process,
    end,
    withinMs: 5000,
    say: (origin, error) => said.push(`${origin}: ${String(error)}`),
    setTimer: (delayMs, run) => timers.push({ delayMs, run }),
  });
  return { process, said, timers };
}

describe('the last resort', () => {
  for (const origin of ['uncaughtException', 'unhandledRejection']) {
    it(`tells an ${origin}, gives back what is held, and then exits with 1`, async () => {
      let release!: () => void;
      const { process, said } = rig(() => new Promise<void>((resolve) => (release = resolve)));
      process.emit(origin, new Error('a bug'));
      await settle();
      deepEqual([said, process.codes], [[`${origin}: Error: a bug`], []]);
      release();
      await settle();
      deepEqual(process.codes, [1]);
    });
  }

  it('exits in time though the end never comes, and though it fails', async () => {
    const hung = rig(() => new Promise(() => undefined));
    hung.process.emit('uncaughtException', new Error('a bug'));
    equal(hung.timers[0]?.delayMs, 5000);
    hung.timers[0]?.run();
    deepEqual(hung.process.codes, [1]);
    const failing = rig(() => {
      throw new Error('no end');
    });
    failing.process.emit('uncaughtException', new Error('a bug'));
    await settle();
    deepEqual(failing.process.codes, [1]);
    deepEqual(failing.said, ['uncaughtException: Error: a bug', 'uncaughtException: Error: no end']);
  });

  it('ends once, whatever follows', async () => {
    let ends = 0;
    const { process, said } = rig(() => {
      ends += 1;
      return new Promise(() => undefined);
    });
    for (const what of ['one', 'two']) process.emit('unhandledRejection', what);
    await settle();
    deepEqual([ends, said.length], [1, 2]);
  });

  it('works in a real process: the end runs, the code is 1', function () {
    this.timeout(30_000);
    const module = join(__dirname, '../../../common/kube/last-resort');
    const code = `
      const { lastResort } = require(${JSON.stringify(module)});
      lastResort({
        process, withinMs: 5000, setTimer: (ms, run) => setTimeout(run, ms).unref(),
        say: (origin, error) => console.log(origin, error.stack),
        end: async () => console.log('given back'),
      });
      setInterval(() => undefined, 1000);
      setImmediate(function culprit() { throw new Error('a bug'); });`;
    const { status, stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register', '-e', code], {
      cwd: join(__dirname, '../../..'),
      encoding: 'utf8',
    });
    equal(status, 1);
    match(stdout, /^uncaughtException Error: a bug\n[^]*culprit[^]*given back/);
  });
});
