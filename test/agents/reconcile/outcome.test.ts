import { deepEqual, equal } from 'node:assert/strict';
import { afterCreate } from '../../../agents/reconcile/outcome';
import { restartRequired } from '../../../agents/reconcile/restart';
import { BOOT, NOW, UUID, order, record, row } from '../orders';
import { reported, rows, step } from './words';

describe('what is remembered of a create', () => {
  const end = (outcome: Parameters<typeof afterCreate>[1]['outcome'], before = record()) =>
    afterCreate(before, { order: order(), outcome, bootID: BOOT, nowMs: NOW });

  it('that failed: why, and not before ten seconds', () => {
    const failure = { reason: 'OutOfMemory', message: 'no room' } as const;
    const kept = end({ kind: 'failed', failure, disks: ['root'] });
    deepEqual([kept.nextStartMs, kept.lastFailure, kept.disks], [NOW + 10_000, failure, ['root']]);
    deepEqual(reported(step({ record: kept })), { phase: 'Failed', ready: 'False', ...failure });
  });

  it('the same failure twice reports the same, so that nothing is written', () => {
    const failure = { reason: 'OutOfMemory', message: 'no room' } as const;
    const once = end({ kind: 'failed', failure, disks: [] });
    const twice = end({ kind: 'failed', failure, disks: [] }, once);
    deepEqual(reported(step({ record: twice })), reported(step({ record: once })));
  });

  it('the sizes of disks that the host has told, also where the start failed', () => {
    const failure = { reason: 'DiskFull', message: 'no room' } as const;
    const found = { disks: ['root'], diskSizes: { root: 7 } };
    for (const outcome of [{ kind: 'failed', failure, ...found } as const, { kind: 'created', ...found } as const])
      deepEqual(end(outcome).diskSizes, { root: 7 });
  });

  it('that the Dom0 refused: which epochs it refuses, and no receipt', () => {
    const kept = end({ kind: 'retired', epoch: 7 });
    deepEqual([kept.refusedEpoch, kept.retiredEpoch], [7, undefined]);
  });

  it('that succeeded: with what it runs, and how often', () => {
    const first = end({ kind: 'created', disks: ['root'] });
    equal(first.restarts, 0);
    equal(end({ kind: 'created', disks: [] }, { ...first, ended: { how: 'crash', atMs: NOW } }).restarts, 1);
    deepEqual(restartRequired({ ...first, order: order({ memory: { targetMiB: 2048, maxMiB: 2048 } }) }), ['memory']);
    deepEqual(restartRequired(first), []);
    const disks = (first.order.disks ?? []).map((disk) => ({ ...disk, driver: 'file' as const }));
    deepEqual(restartRequired({ ...first, order: order({ disks }) }), [], 'an order of a newer operator');
  });

  it('a step with nothing new keeps the record it was given', () => {
    const kept = end({ kind: 'created', disks: [] });
    equal(step({ record: kept }, rows(row({ domid: -1, uuid: UUID }))).record, undefined);
  });
});
