import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MIB, domainOverheadBytes, hypervisorBytes, libxlOverheadMiB, xapiOverheadMiB } from '../../common/memory';

// RAM MiB, vCPUs, then MiB: PV libxl, PV XAPI, HVM libxl, HVM XAPI, HVM libxl with shadow paging.
const PUBLISHED = [
  [512, 1, 4, 7, 6, 8, 8],
  [1024, 1, 6, 11, 8, 12, 12],
  [2048, 2, 12, 20, 12, 21, 20],
  [4096, 2, 20, 36, 20, 37, 36],
  [8192, 4, 38, 70, 38, 71, 70],
  [16384, 8, 74, 139, 74, 140, 138],
  [65536, 16, 274, 532, 274, 533, 530],
  [262144, 64, 1090, 2123, 1090, 2124, 2114],
] as const;

describe('memory model', () => {
  for (const [memoryMiB, vcpus, ...expected] of PUBLISHED) {
    it(`gives the published overhead of ${memoryMiB} MiB with ${vcpus} vCPU`, () => {
      const pv = { type: 'pv', vcpus, memoryBytes: memoryMiB * MIB } as const;
      const hvm = { ...pv, type: 'hvm' } as const;
      const shadow = { ...hvm, shadowPaging: true };
      assert.deepEqual(
        [
          libxlOverheadMiB(pv),
          xapiOverheadMiB(pv),
          libxlOverheadMiB(hvm),
          xapiOverheadMiB(hvm),
          libxlOverheadMiB(shadow),
        ],
        expected,
      );
      assert.equal(domainOverheadBytes({ ...hvm, type: 'pvh' }), expected[3] * MIB);
    });
  }

  it('charges Xen more than a real host was seen to use', () => {
    assert.equal(hypervisorBytes(2048 * MIB), 36 * MIB);
    assert.equal(hypervisorBytes(65536 * MIB), (512 + 128 + 16) * MIB);
  });
});
