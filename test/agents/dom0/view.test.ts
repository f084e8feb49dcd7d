/** Looks at a Dom0: what each shows, of which boot, and when it proves that nothing is there. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { View, type Look } from '../../../agents/dom0/view';
import { HostError, type ExecResult } from '../../../agents/host/port';
import type { Clock } from '../../../common/ports';
import { InProcessHost } from '../../sim/in-process-host';
import { simCfg } from '../host/sim-folder';
import { UUID } from '../orders';
import { exited, type Answer } from './answering';

const OTHER = '11111111-2222-4333-8444-555555555555';

function bench() {
  const host = new InProcessHost();
  const boots: string[] = [];
  let nowMs = 5;
  const view = new View(host, { monotonicMs: () => nowMs } as Clock, (bootID) => boots.push(bootID));
  const guest = async (uuid = UUID): Promise<void> => {
    await host.putFile('/cfg', simCfg(uuid, 'tenant.web'));
    await host.exec(['xl', 'create', '-e', '/cfg']);
  };
  /** The next answers of `xl list` are changed so. */
  const answers = (change: (result: ExecResult) => Answer): void => {
    const exec = host.exec.bind(host);
    host.exec = async (argv, options) => {
      const result = await exec(argv, options);
      return argv[1] === 'list' ? { ...result, ...change(result) } : result;
    };
  };
  return { host, view, boots, guest, answers, at: (ms: number) => (nowMs = ms) };
}

/** Of a host whose boot is known. */
async function known() {
  const made = bench();
  await made.view.look();
  return made;
}

const brief = (look: Look): string => ('failure' in look ? look.failure.reason : 'a listing');
const words = (look: Look): string => ('failure' in look ? look.failure.message : '');

describe('a look at a Dom0', () => {
  it('counts only for the boot that it was begun in: the first after a boot is thrown away', async () => {
    const { host, view, boots } = bench();
    equal(view.bootID, undefined);
    const first = await view.look();
    deepEqual([brief(first), view.bootID, boots], ['HostUnreachable', host.xen.bootId, [host.xen.bootId]]);
    match(words(first), /booted anew/);
    const second = await view.look();
    deepEqual('listing' in second && [second.bootID, second.listing.rows.length], [host.xen.bootId, 1]);
    await host.exec(['sim', 'reboot']);
    deepEqual([brief(await view.look()), brief(await view.look())], ['HostUnreachable', 'a listing']);
    deepEqual(boots, [boots[0], host.xen.bootId]);
    equal(boots.length, 2);
  });

  const failures: [string, (result: ExecResult) => Answer, string, RegExp][] = [
    ['xl fails', () => ({ code: 1, stderr: 'libxl: error: broken' }), 'CreateFailed', /xl list/],
    ['xl fails after it has printed all', () => ({ code: 1 }), 'CreateFailed', /xl list failed with exit code 1/],
    ['xl does not answer in time', () => ({ end: 'deadline', code: null }), 'ToolstackHung', /^xl list gave no answer/],
    ['the host cannot be asked', () => ({ end: 'disconnected', code: null }), 'HostUnreachable', /asked/],
    ['xl prints nothing', () => ({ stdout: ' \n' }), 'ToolstackHung', /no whole listing, but ""; xenstored/],
    [
      'the listing is cut',
      ({ stdout }) => ({ stdout: `${stdout.split('\n')[0]}\n${'x'.repeat(300)}\n` }),
      'ToolstackHung',
      /no whole listing, but "Name .{150,200}"; xenstored/,
    ],
  ];
  for (const [what, change, reason, message] of failures)
    it(`shows nothing where ${what}, and nothing is then known to be absent: ${reason}`, async () => {
      const { view, answers, at } = await known();
      await view.look();
      answers(change);
      at(99);
      const look = await view.look();
      equal(brief(look), reason);
      match(words(look), message);
      const seen = view.seen(UUID, 0);
      deepEqual(seen?.kind === 'unknown' && seen.reason, reason);
      equal(view.goodMs, 5);
    });

  it('shows nothing where the boot cannot be told', async () => {
    for (const readFile of [() => Promise.reject(new HostError('EIO')), () => Promise.resolve(undefined)]) {
      const { host, view, boots } = await known();
      host.readFile = readFile;
      const look = await view.look();
      deepEqual([brief(look), words(look)], ['HostUnreachable', 'the boot ID of the host cannot be read']);
      equal(boots.length, 1);
    }
  });

  it('is good at the time when it ended', async () => {
    const { view, at } = bench();
    equal(view.goodMs, Number.NEGATIVE_INFINITY);
    await view.look();
    equal(view.goodMs, Number.NEGATIVE_INFINITY);
    at(7);
    await view.look();
    equal(view.goodMs, 7);
  });
});

describe('what was seen of a UUID', () => {
  it('is its rows, or that there are none, by a look that is new enough', async () => {
    const { view, guest } = await known();
    equal(view.last?.number, 1);
    await guest();
    equal(view.nextNumber, 2);
    await view.look();
    const seen = view.seen(UUID, 2);
    deepEqual(seen?.kind === 'rows' && seen.rows.map(({ uuid, name }) => [uuid, name]), [[UUID, 'tenant.web']]);
    deepEqual(view.seen(OTHER, 2), { kind: 'rows', rows: [] });
    equal(view.seen(UUID, 3), undefined);
    equal(bench().view.seen(UUID, 0), undefined);
  });

  it('is unknown where some row cannot be read, unless another row shows the domain', async () => {
    const { view, guest, answers } = await known();
    await guest();
    answers(({ stdout }) => ({ stdout: `${stdout}rubbish\n` }));
    await view.look();
    const [absent, present] = [view.seen(OTHER, 0), view.seen(UUID, 0)];
    deepEqual([absent?.kind, absent?.kind === 'unknown' && absent.reason], ['unknown', 'ToolstackHung']);
    equal(present?.kind === 'rows' && present.rows.length, 1);
  });
});

describe('those who ask for a look at the same time', () => {
  it('get one that begins after they asked, share it, and never run two side by side', async () => {
    const { host, view } = await known();
    const waiting: ((result: ExecResult) => void)[] = [];
    let begun = 0;
    let deadlineMs: number | undefined;
    host.exec = (_argv, options) => {
      begun += 1;
      deadlineMs = options?.deadlineMs;
      return new Promise((done) => waiting.push(done));
    };
    const end = (): void => waiting.shift()?.(exited({ code: 1 }));
    const [first, second, third] = [view.look(), view.look(), view.look()];
    equal(begun, 1);
    deepEqual(deadlineMs, 20_000);
    end();
    equal((await first).number, 2);
    await new Promise((done) => setImmediate(done));
    equal(begun, 2);
    const later = view.look();
    end();
    deepEqual([(await second).number, (await third).number], [3, 3]);
    await new Promise((done) => setImmediate(done));
    equal(begun, 3);
    end();
    equal((await later).number, 4);
    const alone = view.look();
    equal(begun, 4);
    end();
    equal((await alone).number, 5);
  });
});
