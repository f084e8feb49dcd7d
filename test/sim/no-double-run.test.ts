/**
 * What the scripts promise, as a property: whoever calls them in whatever order, with failures,
 * killed callers and power losses in between, no UUID runs twice on a host, and nothing starts at
 * or below an epoch whose retirement was receipted.
 */
import { strict as assert } from 'node:assert';
import * as fc from 'fast-check';
import { simCfg } from '../agents/host/sim-folder';
import { ManualClock } from './clock';
import { InProcessHost } from './in-process-host';
import { overlaps } from './record';
import type { SimEvent } from './record';

const uuids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

type Act =
  | { readonly act: 'create' | 'retire'; readonly vm: number; readonly epoch: number; readonly waitMs: number }
  | { readonly act: 'destroy' | 'shutdown'; readonly vm: number; readonly waitMs: number }
  | { readonly act: 'reboot' | 'oom' | 'fail-list' | 'fail-create' | 'slow'; readonly waitMs: number };

const waitMs = fc.integer({ min: 0, max: 400 });
const vm = fc.integer({ min: 0, max: 1 });
const epoch = fc.integer({ min: 1, max: 4 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom('create', 'retire'), vm, epoch, waitMs }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('destroy', 'shutdown'), vm, waitMs }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constantFrom('reboot', 'oom', 'fail-list', 'fail-create', 'slow'), waitMs }),
  },
);

async function play(acts: readonly Act[]): Promise<{ events: SimEvent[]; tooLate: string[] }> {
  const clock = new ManualClock();
  const events: SimEvent[] = [];
  const guests = { bootMs: 50, shutdownMs: 100, deaf: false, pvDrivers: false };
  const host = new InProcessHost({
    clock,
    spec: { createMs: 300, destroyMs: 100, guests },
    record: (event) => events.push(event),
  });
  for (const [index, uuid] of uuids.entries()) await host.putFile(`/cfg/${uuid}`, simCfg(uuid, `t.vm-${index}`));
  const receipts = uuids.map(() => 0);
  const tooLate: string[] = [];
  for (const step of acts) {
    run(step);
    await clock.advance(step.waitMs);
  }
  await clock.advance(120_000);
  return { events, tooLate };

  function run(step: Act): void {
    switch (step.act) {
      case 'create': {
        const uuid = uuids[step.vm]!;
        const args = ['/state', uuid, String(step.epoch), `/cfg/${uuid}`, 'mark'];
        const retiredBefore = receipts[step.vm]!;
        // Callers give up early; what they began goes on.
        void host.locked(uuid, 'create', args, { deadlineMs: 500 }).then(({ code }) => {
          if (code === 0 && step.epoch <= retiredBefore)
            tooLate.push(`${uuid} epoch ${step.epoch} after ${retiredBefore}`);
        });
        return;
      }
      case 'retire': {
        const uuid = uuids[step.vm]!;
        void host
          .locked(uuid, 'retire', ['/state', uuid, String(step.epoch)], { deadlineMs: 500 })
          .then(({ code, stdout }) => {
            if (code === 0) receipts[step.vm] = Math.max(receipts[step.vm]!, Number(stdout.split(' ')[1]));
          });
        return;
      }
      case 'destroy':
      case 'shutdown':
        return void host.locked(uuids[step.vm]!, step.act, [uuids[step.vm]!], { deadlineMs: 500 });
      case 'reboot':
        return host.xen.reboot();
      case 'oom':
        return host.xen.faults.add('create', { kind: 'oom' });
      case 'slow':
        return void host.xen.faults.delaysMs.set('*', 150);
      default:
        return host.xen.faults.add(step.act.slice(5), { kind: 'fail', code: 1, stderr: 'no luck\n' });
    }
  }
}

describe('the scripts under any interleaving', () => {
  it('never let one UUID run twice, nor start at a retired epoch', async function () {
    this.timeout(60_000);
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
        const { events, tooLate } = await play(acts);
        ran += events.filter(({ what }) => what === 'running').length;
        assert.deepEqual(overlaps(events), []);
        assert.deepEqual(tooLate, []);
      }),
      { numRuns: 60, seed: 20_261_122 },
    );
    assert.ok(ran > 60, `only ${ran} domains ever ran: this proves nothing`);
  });
  it('would show it: without the lock two creates side by side run the UUID twice', async () => {
    const clock = new ManualClock();
    const events: SimEvent[] = [];
    const host = new InProcessHost({ clock, spec: { createMs: 300 }, record: (event) => events.push(event) });
    const [uuid = ''] = uuids;
    await host.putFile(`/cfg/${uuid}`, simCfg(uuid, 't.vm'));
    for (const lock of ['one', 'other'])
      void host.locked(lock, 'create', ['/state', uuid, '1', `/cfg/${uuid}`, 'mark']);
    await clock.advance(5000);
    assert.equal(overlaps(events).length, 1);
  });
});
