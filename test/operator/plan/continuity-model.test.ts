/** Evidence that the API was not set back: safe in every interleaving, and no rule is idle. */
import { equal, ok } from 'node:assert/strict';
import { explore, SAFE } from './continuity-model';

describe('evidence of continuity, explored', function () {
  this.timeout(240_000);

  it('never runs two copies, and places a VM beside a silent host', () => {
    const { trace, placedBesideSilence } = explore(2, SAFE);
    equal(trace?.join('\n'), undefined);
    ok(placedBesideSilence);
  });

  it('without evidence nothing is placed beside a silent host', () => {
    const { trace, placedBesideSilence } = explore(2, { ...SAFE, evidence: false });
    equal(trace?.join('\n'), undefined);
    equal(placedBesideSilence, false);
  });

  for (const rule of ['lostWrites', 'gaps', 'certainFirst', 'sameSpan', 'noQuickRestore'] as const) {
    it(`the model can fail: without ${rule} two copies run`, () => {
      ok(explore(2, { ...SAFE, [rule]: false }).trace, 'no trace was found');
    });
  }
});
