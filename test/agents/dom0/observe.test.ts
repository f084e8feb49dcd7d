/** Whole observations of a Dom0, and the mark of one domain. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { BUSY } from '../../../agents/host/exit-codes';
import { View } from '../../../agents/dom0/view';
import type { Clock } from '../../../common/ports';
import { InProcessHost } from '../../sim/in-process-host';
import { MARK, UUID } from '../orders';
import { answering } from './answering';

const clock = { monotonicMs: () => 0 } as Clock;
const view = (host = new InProcessHost()) => ({ host, view: new View(host, clock, () => undefined) });

describe('an observation of a Dom0', () => {
  it('tells of the host, its images and the pools that were asked about', async () => {
    const { host, view: eyes } = view();
    const seen = await eyes.observe('/var/lib/xenfleet/images', ['/var/lib/xenfleet/disks', '/nowhere']);
    deepEqual('reason' in seen ? seen : [seen.bootID, seen.hostname, seen.pools?.map(({ path }) => path)], [
      host.xen.bootId,
      'sim',
      ['/var/lib/xenfleet/disks'],
    ]);
  });

  it('waits for all programs: with one missing, a section could come out empty', async () => {
    const { host, view: eyes } = view();
    host.lacks = ['find (findutils)'];
    const seen = await eyes.observe('/images', []);
    deepEqual('reason' in seen && seen.reason, 'DependencyMissing');
    host.lacks = [];
    equal('reason' in (await eyes.observe('/images', [])), false);
  });

  it('looks for the programs once, and again after it has failed', async () => {
    const { host, asked, deadlinesMs } = answering({}, {}, {}, { code: 127, stderr: 'find: not found' }, {}, {});
    const eyes = new View(host, clock, () => undefined);
    const observe = async (): Promise<string[]> => {
      await eyes.observe('/images', ['/a', '/b']);
      return asked.splice(0).map((call) => (call.startsWith('sh ') ? 'programs' : call));
    };
    const all = 'locked by observe: observe /images /a /b';
    deepEqual(
      [await observe(), await observe(), await observe(), await observe()],
      [['programs', all], [all], [all], ['programs', all]],
    );
    deepEqual([...new Set(deadlinesMs)], [30_000, 60_000]);
  });

  for (const [what, answer, reason, words] of [
    ['ends badly', { code: 1, stderr: 'broken' }, 'CreateFailed', /^observe failed with exit code 1/],
    ['does not get its lock', { code: BUSY }, 'ToolstackHung', /^observe was not begun: .* this host/],
    ['has no end', { end: 'deadline', code: null }, 'ToolstackHung', /^observe gave no answer/],
  ] as const)
    it(`that ${what} tells nothing but why: ${reason}`, async () => {
      const eyes = new View(answering({}, answer).host, clock, () => undefined);
      const seen = await eyes.observe('/images', []);
      equal('reason' in seen && seen.reason, reason);
      match('reason' in seen ? seen.message : '', words);
    });
});

describe('the mark of a domain', () => {
  it('is read as it is now', async () => {
    const { host, view: eyes } = view();
    equal(await eyes.mark(UUID), undefined);
    host.xen.store.write(`/xenfleet/${UUID}`, 'fleet-1 1 tenant/web');
    deepEqual(await eyes.mark(UUID), MARK);
  });

  it('is none where xenstore does not answer well, whatever was printed', async () => {
    for (const answer of [{ code: 1 }, { end: 'deadline', code: null }, { end: 'signalled', code: null }] as const) {
      const { host, deadlinesMs } = answering({ stdout: 'fleet-1 1 tenant/web\n', ...answer });
      equal(await new View(host, clock, () => undefined).mark(UUID), undefined);
      deepEqual(deadlinesMs, [20_000]);
    }
    const { host } = answering({ stdout: 'fleet-1 1 tenant/web\n' });
    deepEqual(await new View(host, clock, () => undefined).mark(UUID), MARK);
  });
});
