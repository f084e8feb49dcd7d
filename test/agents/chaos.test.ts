/**
 * Any history of orders, kills, agents beside each other, power losses, failing tools and a silent
 * API. No UUID ever runs twice, no guest ends that nobody ordered to end, and nothing starts at a
 * retired epoch. When the faults stop, what is ordered comes true, and then nothing more is
 * written.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { RunOrder } from '../../agents/xl/order';
import { overlaps } from '../sim/record';
import { UUID } from './orders';
import { VirtualBench } from './virtual';
import type { Running } from './virtual';

type Event =
  | { readonly kind: 'order'; readonly desired: RunOrder['desired']; readonly raise: boolean }
  | { readonly kind: 'kill' | 'second' | 'away' | 'back' | 'reboot' | 'destroy' | 'crash' | 'vanish' }
  | { readonly kind: 'fault'; readonly args: readonly string[] };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      desired: fc.constantFrom('Running' as const, 'Running' as const, 'Stopped' as const, 'Absent' as const),
      raise: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(
        'kill' as const,
        'kill' as const,
        'second' as const,
        'away' as const,
        'back' as const,
        'reboot' as const,
        'destroy' as const,
        'crash' as const,
        'vanish' as const,
      )
      .map((kind) => ({ kind })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        ['oom', '1'],
        ['fail', 'list', '1', 'no', '2'],
        ['fail', 'create', '3', 'no', '1'],
        ['delay', 'list', '3000'],
        ['delay', 'create', '4000'],
        ['delay', 'destroy', '2000'],
        ['clear'],
      )
      .map((args) => ({ kind: 'fault' as const, args })),
  },
);

class Story {
  readonly bench = new VirtualBench({ createMs: 700, destroyMs: 200 });
  private agents: Running[] = [this.bench.start()];
  epoch = 1;
  desired: RunOrder['desired'] | undefined;
  /** When the guest could be ended by order, in events. */
  private endings = 0;

  async happen(what: Event): Promise<void> {
    const { bench } = this;
    switch (what.kind) {
      case 'order':
        return this.order(what.desired, what.raise);
      case 'vanish':
        bench.server.remove();
        this.desired = undefined;
        return;
      case 'kill':
        this.agents.forEach((agent) => agent.kill());
        this.agents = [bench.start()];
        return;
      case 'second':
        // A rolling update: the old one lives on for a while.
        if (this.agents.length < 2) this.agents.push(bench.start());
        return;
      case 'away':
        bench.server.away = true;
        return;
      case 'back':
        bench.server.comeBack();
        return;
      case 'reboot':
        await bench.sim('reboot');
        return;
      case 'destroy':
        this.endings += 1;
        void bench.host.exec(['xl', 'destroy', 'tenant.web']); // It takes virtual time.
        return;
      case 'crash':
        await bench.sim('crash', UUID);
        return;
      case 'fault':
        await bench.sim(...what.args);
    }
  }

  order(desired: RunOrder['desired'], raise: boolean): void {
    // As the operator does: what was ordered Absent stays so until a higher epoch.
    const lifted = desired !== 'Absent' && this.absentEpoch >= this.epoch;
    if (raise || lifted) this.epoch += 1;
    if (desired === 'Absent') this.absentEpoch = this.epoch;
    if (desired !== 'Running') this.endings += 1;
    this.desired = desired;
    this.bench.server.order({ desired, epoch: this.epoch, gracePeriodSeconds: 5 });
  }
  private absentEpoch = 0;

  get everEnded(): boolean {
    return this.endings > 0;
  }

  async calm(): Promise<void> {
    const { bench } = this;
    await bench.sim('clear');
    this.agents.forEach((agent) => agent.kill());
    this.agents = [bench.start()];
    bench.server.comeBack();
    this.order(this.desired ?? 'Running', false);
    await bench.pass(100_000, 200);
    await bench.pass(600_000, 2000);
  }
}

/** Guests that ended while they ran, by somebody's hand. */
function ended(story: Story): string[] {
  let state = '';
  const hits: string[] = [];
  for (const { what, uuid } of story.bench.events) {
    if (uuid !== UUID) continue;
    if (what === 'dying' && state === 'running') hits.push(what);
    state = what;
  }
  return hits;
}

describe('an agent through any history', function () {
  this.timeout(300_000);
  const runs = Number(process.env['XENFLEET_CHAOS_RUNS'] ?? 100);

  it('never runs a UUID twice, and ends as declared', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(event, fc.integer({ min: 0, max: 6000 })), { maxLength: 25 }),
        async (events) => {
          const story = new Story();
          await story.bench.pass(500);
          for (const [what, waitMs] of events) {
            await story.happen(what);
            await story.bench.pass(waitMs, 100);
            deepEqual(overlaps(story.bench.events), []);
          }
          if (!story.everEnded) deepEqual(ended(story), [], 'no guest ended that nobody ended');
          await story.calm();
          deepEqual(overlaps(story.bench.events), []);
          const wanted = { Running: 'Running', Stopped: 'Stopped', Absent: 'Absent' }[story.desired ?? 'Running'];
          equal(story.bench.domain()?.phase, wanted, JSON.stringify(story.bench.domain()));
          equal(story.bench.live().length, wanted === 'Running' ? 1 : 0);
          story.bench.server.writes = [];
          await story.bench.pass(120_000, 1000);
          deepEqual(story.bench.server.writes, [], 'nothing is written at rest');
          ok(true);
        },
      ),
      { seed: 11, numRuns: runs, endOnFailure: false },
    );
  });
});
