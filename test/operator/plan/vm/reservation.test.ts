/** What is reserved for a VM: never what its spec merely wants, and never less than what runs. */
import { deepEqual, equal } from 'node:assert/strict';
import {
  NOTHING,
  heldBy,
  largest,
  reportedBy,
  reservedStatus,
  resizing,
  takenOver,
} from '../../../../operator/plan/vm/reservation';
import type { XenAgent, XenDomain } from '../../../../crds/generated/types';
import { DISK as disk, order, UID, vm, WANTED } from '../builders';

const asked = { name: 'root', device: 'xvda', sizeBytes: 10, pool: 'ssd', path: '/ssd' };

describe('a reservation', () => {
  const sized = (vcpus: number, memoryMiB: number, disks: object[] = []) => ({
    vcpus,
    memoryMiB,
    dedicated: false,
    hvm: false,
    disks,
  });
  const on = (name: string, sizeBytes: number, pool = 'ssd') => ({ name, pool, sizeBytes });

  it('is what the claim says, else what the order grants, else what is wanted', () => {
    const reserved = { vcpus: 3, memoryMiB: 3, disks: [] };
    deepEqual(heldBy(vm({ status: { reserved } }), order('h1', 1), WANTED), {
      ...reserved,
      dedicated: false,
      hvm: false,
    });
    deepEqual(
      heldBy(vm({ status: { reserved: { ...reserved, dedicated: true } } }), undefined, undefined).dedicated,
      true,
    );
    deepEqual(heldBy(vm(), order('h1', 1), { ...WANTED, vcpus: 9 }), sized(1, 1024));
    deepEqual(heldBy(vm(), undefined, { ...WANTED, vcpus: 9 }), sized(9, 1024));
    deepEqual(heldBy(vm(), undefined, undefined), NOTHING);
    deepEqual(NOTHING, sized(0, 0));
    const { vcpus: _vcpus, ...noVcpus } = order('h1', 1).spec;
    const { memory: _memory, ...noMemory } = order('h1', 1).spec;
    for (const spec of [noVcpus, noMemory]) deepEqual(heldBy(vm(), { ...order('h1', 1), spec }, undefined), NOTHING);
  });

  it('has a device model by what the claim says, else by the type of guest that was ordered or is wanted', () => {
    const reserved = { vcpus: 1, memoryMiB: 1, disks: [] };
    const held = (type: 'pvh' | 'hvm', claimed: object, ordered?: 'pvh' | 'hvm') =>
      heldBy(
        vm({ spec: { type }, status: { reserved: { ...reserved, ...claimed } } }),
        ordered && order('h1', 1, { type: ordered }),
        WANTED,
      ).hvm;
    deepEqual([held('hvm', { hvm: false }), held('pvh', { hvm: true }, 'pvh')], [false, true]);
    deepEqual(
      [held('hvm', {}), held('pvh', {}), held('pvh', {}, 'hvm'), held('hvm', {}, 'pvh')],
      [true, false, true, false],
    );
    equal(heldBy(vm(), order('h1', 1, { type: 'hvm' }), WANTED).hvm, true);
    equal(largest({}, { hvm: false }, { hvm: true }).hvm, true);
  });

  it('of a domain that is taken over has one if it is an HVM guest, or of unknown type and to be one', () => {
    const size = { vcpus: 1, memoryMiB: 1 };
    const wanted = { ...WANTED, hvm: true };
    const there = [{ ...size, hvm: true }, { ...size, hvm: false }, size, undefined];
    deepEqual(
      there.map((reported) => takenOver(undefined, reported, wanted).hvm),
      [true, false, true, false],
    );
    equal(takenOver(undefined, size).hvm, false);
  });

  it('is the larger in every dimension, disk by disk', () => {
    const found = largest(sized(1, 9, [on('a', 1), on('b', 5)]) as never, undefined, {
      vcpus: 4,
      dedicated: true,
      disks: [on('a', 3), on('b', 2), on('a', 7, 'hdd')],
    });
    deepEqual(found, {
      vcpus: 4,
      memoryMiB: 9,
      dedicated: true,
      hvm: false,
      disks: [on('a', 3), on('b', 5), on('a', 7, 'hdd')],
    });
  });

  it('of a domain that is taken over is what is there', () => {
    const there = order('h1', 1, { disks: [asked] }, { epoch: 1, granted: { vcpus: 3, memoryMiB: 1 } });
    const wanted = { ...WANTED, disks: [disk] };
    deepEqual(takenOver(there, { vcpus: 1, memoryMiB: 4096 }, WANTED), { ...sized(3, 4096), disks: [on('root', 10)] });
    deepEqual(takenOver(undefined, undefined, wanted), { ...sized(0, 0), disks: [on('root', 10)] });
    deepEqual(takenOver(undefined, undefined), NOTHING);
  });

  it('is written in full', () =>
    deepEqual(reservedStatus({ vcpus: 1, memoryMiB: 2, dedicated: true, hvm: true, disks: [disk] }), {
      vcpus: 1,
      memoryMiB: 2,
      dedicated: true,
      hvm: true,
      disks: [on('root', 10)],
    }));

  it('is asked of a host by the UUID', () => {
    const agent = (...domains: object[]) => ({ metadata: { name: 'h1' }, status: { domains } }) as unknown as XenAgent;
    deepEqual(reportedBy(agent({ uuid: 'x', vcpus: 9 }, { uuid: UID, vcpus: 2, memoryMiB: 64 }), UID), {
      vcpus: 2,
      memoryMiB: 64,
    });
    deepEqual(reportedBy(agent({ uuid: UID }), UID), { vcpus: 0, memoryMiB: 0 });
    for (const type of ['hvm', 'pvh']) equal(reportedBy(agent({ uuid: UID, type }), UID)?.hvm, type === 'hvm');
    equal(reportedBy(agent({ uuid: 'x' }), UID), undefined);
    equal(reportedBy({ metadata: { name: 'h1' } } as XenAgent, UID), undefined);
    equal(reportedBy({ metadata: { name: 'h1' }, status: {} } as XenAgent, UID), undefined);
    equal(reportedBy(undefined, UID), undefined);
  });

  describe('shrinks', () => {
    const big = vm({ status: { reserved: { vcpus: 4, memoryMiB: 4096 } } });
    const small = { vcpus: 1, memoryMiB: 1024 };
    const ran = (status: object) => {
      const made = order('h1', 1, {}, { epoch: 1, observedGeneration: 1, phase: 'Running', granted: small, ...status });
      return { ...made, metadata: { ...made.metadata, generation: 1 } };
    };
    const ROWS: readonly [string, ReturnType<typeof vm>, XenDomain, string][] = [
      ['to what runs', big, ran({}), 'shrink 1/1024'],
      [
        'to what is asked, of a domain that is off',
        big,
        ran({ phase: 'Stopped', granted: undefined }),
        'shrink 1/1024',
      ],
      [
        'to what runs, if that is more than is asked',
        big,
        ran({ granted: { vcpus: 2, memoryMiB: 2048 } }),
        'shrink 2/2048',
      ],
      ['not by the word of another epoch', big, ran({ epoch: 0 }), 'stays'],
      ['not by the word about an older order', big, ran({ observedGeneration: 0 }), 'stays'],
      ['not while it stops', big, ran({ phase: 'Stopping' }), 'stays'],
      ['not while it is unknown', big, ran({ phase: 'Unknown' }), 'stays'],
      ['not before its agent says the vCPUs', big, ran({ granted: { memoryMiB: 1024 } }), 'stays'],
      ['not before its agent says the memory', big, ran({ granted: { vcpus: 1 } }), 'stays'],
      ['not before its agent says what runs', big, ran({ granted: undefined }), 'stays'],
      ['not if that is what is reserved', vm({ status: { reserved: small } }), ran({}), 'stays'],
      ['not if nothing is written of a reservation', vm(), ran({}), 'stays'],
    ];
    for (const [name, of, standing, expected] of ROWS)
      it(`${name}: ${expected}`, () => {
        const next = resizing(of, standing, WANTED, undefined);
        equal(
          next === undefined
            ? 'stays'
            : next.do === 'grow'
              ? 'grow'
              : `shrink ${next.reserved.vcpus}/${next.reserved.memoryMiB}`,
          expected,
        );
      });
  });
});
