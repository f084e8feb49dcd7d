import { deepEqual, equal, rejects } from 'node:assert/strict';
import { Semaphore } from '../../../agents/loop/semaphore';
import { settle } from '../../common/kube/fake-clock';

describe('the semaphore of acts', () => {
  it('lets as many go on as it may, in the order in which they came, and gives a place back after a failure', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const act = (number: number) =>
      semaphore.run(async () => {
        begun.push(number);
        await new Promise<void>((done) => ends.push(done));
        if (number === 1) throw new Error('it failed');
        return number;
      });
    const acts = [1, 2, 3, 4].map(act);
    await settle();
    deepEqual(begun, [1, 2]);
    ends[0]?.();
    await rejects(acts[0]!, /it failed/);
    await settle();
    deepEqual(begun, [1, 2, 3]);
    for (let index = 1; index < 4; index += 1) {
      await settle();
      ends[index]?.();
    }
    equal(await acts[3], 4);
    equal(await semaphore.run(() => Promise.resolve('free again')), 'free again');
  });
});
