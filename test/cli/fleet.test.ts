import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { InputError, readFleet } from '../../cli/fleet';
import { FLEET, NODE } from './small-fleet';

describe('the fleet file', () => {
  const bad: [string, (fleet: Record<string, unknown>) => unknown, RegExp][] = [
    ['no nodes', ({ nodes: _nodes, ...rest }) => rest, /^nodes: must be a list/],
    ['no object', () => 7, /^the fleet file: must be an object/],
    [
      'memory in words',
      (f) => ({ ...f, nodes: [{ ...NODE, name: 'h', memMiB: '1Gi' }] }),
      /^nodes\[0\]\.memMiB: must be a whole number.*"1Gi"/,
    ],
    [
      'an unknown node',
      (f) => ({ ...f, vms: [{ name: 'a', memMiB: 1, vcpus: 1, node: 'h9' }] }),
      /^vms\[0\]\.node: there is no node "h9"/,
    ],
    [
      'a name twice',
      (f) => ({
        ...f,
        nodes: [
          { ...NODE, name: 'h' },
          { ...NODE, name: 'h' },
        ],
      }),
      /^nodes\[1\]\.name: "h" is nodes\[0\] already/,
    ],
    [
      'less than no memory',
      (f) => ({ ...f, vms: [{ name: 'a', memMiB: -5, vcpus: 1, node: null }] }),
      /^vms\[0\]\.memMiB: must be a whole number, one or more; it is -5/,
    ],
    [
      'a VM of nothing, of which any number would fit',
      (f) => ({ ...f, vms: [{ name: 'a', memMiB: 1, vcpus: 0, node: null }] }),
      /^vms\[0\]\.vcpus: must be a whole number, one or more; it is 0/,
    ],
    [
      'a node without memory',
      (f) => ({ ...f, nodes: [{ ...NODE, name: 'a', memMiB: 0, dom0MiB: 0 }] }),
      /^nodes\[0\]\.memMiB: must be a whole number, one or more; it is 0/,
    ],
    [
      'a Dom0 larger than its host',
      (f) => ({ ...f, nodes: [{ ...NODE, name: 'h', dom0MiB: 65537 }] }),
      /^nodes\[0\]\.dom0MiB: must not be more than memMiB, 65536; it is 65537/,
    ],
    ['a ratio of nothing', (f) => ({ ...f, policy: { vcpuRatio: 0 } }), /^policy\.vcpuRatio: must be a number above 0/],
    [
      'three failures',
      (f) => ({ ...f, policy: { vcpuRatio: 1, hostFailuresToTolerate: 3 } }),
      /^policy\.hostFailuresToTolerate: must be 0, 1 or 2/,
    ],
  ];
  for (const [name, make, expected] of bad) {
    it(`refuses ${name}, with field and remedy`, () => {
      assert.throws(
        () => readFleet(make(FLEET)),
        (error) => error instanceof InputError && expected.test(error.message),
      );
    });
  }
});
