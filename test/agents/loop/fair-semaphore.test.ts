/** The slots of acts: none is lost, and nobody's acts keep all of them from the others. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import fc from 'fast-check';
import { FairSemaphore } from '../../../agents/loop/fair-semaphore';
import { settle } from '../../common/kube/fake-clock';

interface Running {
  readonly name: string;
  readonly key: string;
  end(): void;
  fail(): void;
}

const LIMITS = { shared: 4, reserved: 2 };

/** What goes on, who waits, and in which order acts began. */
class Bench {
  readonly semaphore = new FairSemaphore(LIMITS);
  readonly running: Running[] = [];
  readonly waiting: { readonly name: string; readonly key: string }[] = [];
  readonly begun: string[] = [];
  /** What every act came to. */
  readonly ends: Promise<string>[] = [];

  constructor(private readonly onBegin: (key: string) => void = () => undefined) {}

  /** An act `a1` of the key `a`. */
  come(name: string): Promise<string> {
    const key = name.slice(0, 1);
    this.waiting.push({ name, key });
    const end = this.semaphore.run(key, () => this.begin(name, key));
    this.ends.push(end.catch((error: Error) => error.message));
    return end;
  }

  async end(name: string): Promise<void> {
    this.running.find((one) => one.name === name)?.end();
    await settle();
  }

  held(key: string): number {
    return this.running.filter((one) => one.key === key).length;
  }

  private begin(name: string, key: string): Promise<string> {
    this.waiting.splice(
      this.waiting.findIndex((one) => one.name === name),
      1,
    );
    this.onBegin(key);
    this.begun.push(name);
    return new Promise((resolve, reject) => {
      const over = (settled: () => void) => () => {
        this.running.splice(this.running.indexOf(one), 1);
        settled();
      };
      const fail = over(() => reject(new Error(`${name} failed`)));
      const one = { name, key, end: over(() => resolve(name)), fail };
      this.running.push(one);
    });
  }
}

describe('the fair semaphore', () => {
  /** What comes and (with a minus) ends, one after the other; and which acts have begun by then. */
  const rows: [string, string, string][] = [
    ['one key alone has all shared slots, in the order of its acts', 'a1 a2 a3 a4 a5', 'a1 a2 a3 a4'],
    ['others have a first slot all the same', 'a1 a2 a3 a4 a5 b1 c1', 'a1 a2 a3 a4 b1 c1'],
    ['but no second one', 'a1 a2 a3 a4 b1 b2', 'a1 a2 a3 a4 b1'],
    ['and so many others only', 'a1 a2 a3 a4 b1 c1 d1', 'a1 a2 a3 a4 b1 c1'],
    ['whose end makes room for whoever came first', 'a1 a2 a3 a4 b1 c1 d1 e1 -b1', 'a1 a2 a3 a4 b1 c1 d1'],
    ['also for the next of its own', 'a1 a2 a3 a4 b1 b2 -b1', 'a1 a2 a3 a4 b1 b2'],
    ['and for no more of those that hold many', 'a1 a2 a3 a4 a5 b1 -b1', 'a1 a2 a3 a4 b1'],
    ['who went away comes anew', 'a1 -a1 b1 b2 b3 b4 c1 d1 e1 a2 -c1', 'a1 b1 b2 b3 b4 c1 d1 e1'],
    ['a shared slot goes to whoever holds fewest', 'a1 a2 a3 a4 a5 b1 b2 -a1 -a2', 'a1 a2 a3 a4 b1 b2'],
    [
      'among these to whose turn is longest ago',
      'a1 a2 a3 a4 b1 c1 b2 b3 c2 -b1 -a1 -a2 -a3',
      'a1 a2 a3 a4 b1 c1 b2 c2',
    ],
  ];
  for (const [name, events, begun] of rows)
    it(name, async () => {
      const all = new Bench();
      for (const event of events.split(' ')) {
        if (event.startsWith('-')) await all.end(event.slice(1));
        else void all.come(event);
        await settle();
      }
      equal(all.begun.join(' '), begun);
    });

  it('gives a slot back after a failure, and says what came of each act', async () => {
    const all = new Bench();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void all.come(name);
    await settle();
    const waits = all.come('a5');
    all.running[0]?.fail();
    await settle();
    equal(await all.ends[0], 'a1 failed');
    await all.end('a5');
    equal(await waits, 'a5');
    const semaphore = new FairSemaphore({ shared: 1, reserved: 0 });
    const thrown = semaphore.run('a', () => {
      throw new Error('at once');
    });
    await rejects(thrown, /at once/);
    equal(await semaphore.run('a', () => Promise.resolve('free again')), 'free again');
  });

  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const event = fc.oneof(
    { weight: 3, arbitrary: key.map((who) => ({ do: 'come' as const, who })) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'fail' as const), index: fc.nat({ max: 20 }) }),
    },
  );

  it('whoever holds none waits only for more than the reserved number of others, and no slot is lost', () =>
    fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 60 }), async (events) => {
        const all: Bench = new Bench((who) => {
          const fewest = Math.min(...all.waiting.map((one) => all.held(one.key)));
          ok(all.held(who) <= fewest, `${who} took a slot before one that holds fewer`);
        });
        const { shared, reserved } = LIMITS;
        for (const [index, what] of events.entries()) {
          if (what.do === 'come') void all.come(`${what.who}${index}`);
          else all.running[what.index % Math.max(1, all.running.length)]?.[what.do]();
          await settle();
          const taken = all.running.length;
          ok(taken <= shared + reserved, 'no more than there are');
          ok(all.waiting.length === 0 || taken >= shared, 'nobody waits for a free slot');
          const holders = new Set(all.running.map((one) => one.key));
          for (const one of all.waiting) ok(holders.has(one.key) || holders.size > reserved, `${one.name} waits`);
        }
        while (all.running.length > 0) await all.end(all.running[0]!.name);
        equal(all.waiting.length, 0);
        const names = events.flatMap((what, index) => (what.do === 'come' ? [`${what.who}${index}`] : []));
        const ends = await Promise.all(all.ends);
        deepEqual(
          ends.map((end) => end.replace(' failed', '')),
          names,
        );
        for (const who of 'abcdef') {
          const mine = (list: readonly string[]) => list.filter((name) => name.startsWith(who));
          deepEqual(mine(all.begun), mine(names), 'each key in its own order');
        }
        const before = all.begun.length;
        for (let more = 0; more <= shared; more += 1) void all.come(`z${more}`);
        await settle();
        equal(all.begun.length - before, shared, 'all slots are free again');
      }),
    ));
});
