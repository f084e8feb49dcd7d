/** Silence of the API server is told after two minutes. */
import { deepEqual, match } from 'node:assert/strict';
import { LastAnswer } from '../../../common/kube/last-answer';
import { FakeClock } from './fake-clock';

describe('the last answer of the API server', () => {
  it('is told once it is two minutes old, and no more after the next one', async () => {
    const clock = new FakeClock();
    const last = new LastAnswer(clock);
    last.note({ code: 200 });
    await clock.advance(119_999);
    deepEqual(last.troubles(), []);
    last.note({ code: 'network' });
    await clock.advance(1);
    match(last.troubles().join(), /^no answer from the API server for 2 min \(the last call: network\)/);
    last.note({ code: 404 });
    deepEqual(last.troubles(), []);
  });

  it('is not a refusal of our credentials, nor what we did not send', async () => {
    const clock = new FakeClock();
    const last = new LastAnswer(clock);
    await clock.advance(120_000);
    for (const code of [401, 'refused', 'timeout']) last.note({ code });
    match(last.troubles().join(), /2 min \(the last call: timeout\)/);
  });
});
