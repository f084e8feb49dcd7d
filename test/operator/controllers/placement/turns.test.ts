/** Turns of the placement loop: how many there are, how long each lasts, and what an error ends. */
import { deepEqual, equal } from 'node:assert/strict';
import type { Logger } from '../../../../operator/adapters/types';
import type { Clock } from '../../../../common/ports';
import { FairQueue } from '../../../../operator/controllers/placement/fair-queue';
import { Turns } from '../../../../operator/controllers/placement/turns';

/** Every look at the clock takes a millisecond. */
function bench(turn: () => void = () => undefined) {
  const due: (() => void)[] = [];
  const errors: unknown[] = [];
  const left = { turns: 0, had: 0 };
  let nowMs = 0;
  const turns = new Turns({
    clock: { monotonicMs: () => (nowMs += 1) } as unknown as Clock,
    log: { error: (_text: string, { error }: { error: unknown }) => void errors.push(error) } as unknown as Logger,
    defer: (run) => void due.push(run),
    turn: () => {
      left.had += 1;
      left.turns -= 1;
      turn();
    },
    isLeft: () => left.turns > 0,
  });
  const next = (): void => due.splice(0).forEach((run) => run());
  return { turns, due, next, errors, left };
}

function queueOf(...keys: string[]): FairQueue {
  const queue = new FairQueue();
  keys.forEach((key, createdAtMs) => queue.add(key, { namespace: 'a', priority: 0, createdAtMs }));
  return queue;
}

describe('turns', () => {
  it('are one for all who ask before it', () => {
    const { turns, due, next, left } = bench();
    for (let i = 0; i < 3; i += 1) turns.kick();
    equal(due.length, 1);
    next();
    deepEqual([left.had, due.length], [1, 0], 'nothing is left, so there is no other');
    turns.kick();
    next();
    equal(left.had, 2);
  });

  it('follow each other, each in a turn of the event loop of its own, while something is left', () => {
    const { turns, due, next, left } = bench();
    left.turns = 3;
    turns.kick();
    for (let turn = 1; turn <= 3; turn += 1) {
      equal(due.length, 1);
      next();
      equal(left.had, turn);
    }
    equal(due.length, 0);
  });

  it('end with the term, also one that was due', () => {
    const { turns, due, next, left } = bench();
    left.turns = 3;
    turns.kick();
    turns.stop();
    next();
    turns.kick();
    deepEqual([left.had, due.length], [0, 0]);
  });

  it('go on after one that failed', () => {
    const { turns, next, errors, left } = bench(() => {
      throw new Error('odd');
    });
    left.turns = 2;
    turns.kick();
    next();
    next();
    deepEqual([left.had, errors.map(String)], [2, ['Error: odd', 'Error: odd']]);
  });
});

describe('the work of a turn', () => {
  const work = (queue: FairQueue, budgetMs: number, act: (key: string) => void = () => undefined) => {
    const [done, failed]: [string[], string[]] = [[], []];
    bench().turns.work(queue, {
      budgetMs,
      act: (key) => {
        done.push(key);
        act(key);
      },
      onError: (key, error) => failed.push(`${key} ${String(error)}`),
    });
    return { done, failed, left: queue.size };
  };

  it('is all that waits, within its budget', () =>
    deepEqual(work(queueOf('a', 'b', 'c'), 100), { done: ['a', 'b', 'c'], failed: [], left: 0 }));

  it('stops once the budget is spent, and does at least one', () => {
    deepEqual(work(queueOf('a', 'b', 'c'), 2), { done: ['a', 'b'], failed: [], left: 1 });
    deepEqual(work(queueOf('a', 'b', 'c'), 0), { done: ['a'], failed: [], left: 2 });
  });

  it('goes on with the others where one fails', () => {
    const fail = (key: string): void => {
      if (key === 'b') throw new Error('odd');
    };
    deepEqual(work(queueOf('a', 'b', 'c'), 100, fail), { done: ['a', 'b', 'c'], failed: ['b Error: odd'], left: 0 });
  });
});
