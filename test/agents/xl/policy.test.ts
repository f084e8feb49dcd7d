/**
 * The second key: what the policy file of a Dom0 allows. A file that is not fully understood allows
 * nothing.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenDomainSpec } from '../../../crds/generated/types';
import { isRunOrder, refusalText } from '../../../agents/xl/order';
import { checkImages, checkPolicy, isStoragePath, parsePolicy, type Policy } from '../../../agents/xl/policy';
import { order } from '../orders';

const whole = {
  storagePaths: ['/pool', '/srv/b'],
  imageDir: '/images',
  bridges: ['xenbr0', 'br.1'],
  startUnconfirmed: true,
};
const POLICY: Policy = whole;
const told = (text: string | undefined): string => {
  const result = parsePolicy(text);
  return result.ok
    ? JSON.stringify(result.policy)
    : result.message.replace('the policy file of the host allows nothing: ', '');
};

describe('a policy file', () => {
  const LEAST = { storagePaths: [], imageDir: '/i', bridges: [], startUnconfirmed: false };
  const paths = 'storagePaths must be a list of absolute paths';
  const names = 'bridges must be a list of names';
  const imageDir = 'imageDir must be an absolute path';
  const ROWS: readonly [unknown, string][] = [
    [whole, JSON.stringify(whole)],
    [{ imageDir: '/i' }, JSON.stringify(LEAST)],
    ['x', 'it must be an object'],
    [7, 'it must be an object'],
    [null, 'it must be an object'],
    [[], 'it must be an object'],
    [{ imageDir: '/i', storagepaths: [] }, 'the key "storagepaths" is unknown'],
    [{}, imageDir],
    [{ imageDir: 7 }, imageDir],
    [{ imageDir: ['/i'] }, imageDir],
    [{ imageDir: 'i' }, imageDir],
    [{ imageDir: '/i/../etc' }, imageDir],
    [{ imageDir: '/i', storagePaths: '/a' }, paths],
    [{ imageDir: '/i', storagePaths: ['/a', 'b'] }, paths],
    [{ imageDir: '/i', storagePaths: ['b', '/a'] }, paths],
    [{ imageDir: '/i', storagePaths: ['/a', ['/b']] }, paths],
    [{ imageDir: '/i', storagePaths: ['/'] }, paths],
    [{ imageDir: '/i', bridges: 'b' }, names],
    [{ imageDir: '/i', bridges: ['b', ',b'] }, names],
    [{ imageDir: '/i', bridges: ['b', 'b,script=x'] }, names],
    [{ imageDir: '/i', bridges: ['b'.repeat(16)] }, names],
    [{ imageDir: '/i', startUnconfirmed: 'yes' }, 'startUnconfirmed must be true or false'],
    [{ imageDir: '/i', startUnconfirmed: null }, 'startUnconfirmed must be true or false'],
  ];
  for (const [value, expected] of ROWS)
    it(`${JSON.stringify(value)}: ${expected.slice(0, 60)}`, () => equal(told(JSON.stringify(value)), expected));

  it('that is none, or no JSON, allows nothing', () => {
    match(told(undefined), /^there is none, so nothing is allowed; write one/);
    equal(told('{'), 'it is no JSON');
    match((parsePolicy('{') as { message: string }).message, /^the policy file of the host allows nothing: /);
  });
});

describe('a policy allows', () => {
  const PATHS: readonly [string, boolean][] = [
    ['/pool', true],
    ['/pool/a', true],
    ['/srv/b/c', true],
    ['/srv', false],
    ['/pool2', false],
    ['/pool/../etc', false],
    ['/pool/', false],
    ['/', false],
    ['', false],
  ];
  for (const [path, may] of PATHS)
    it(`${may ? '' : 'not '}the path ${JSON.stringify(path)}`, () => equal(isStoragePath(POLICY, path), may));

  const disk = { name: 'root', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/pool' };
  const nic = { name: 'eth0', bridge: 'xenbr0', mac: 'm' };
  const field = (spec: Parameters<typeof checkPolicy>[1], policy = POLICY) => checkPolicy(policy, spec)?.field;
  it('an order within it', () => {
    deepEqual(
      [field({}), field({ disks: [disk], networks: [nic], deleteDisks: [{ name: 'a', path: '/pool' }] })],
      [undefined, undefined],
    );
  });
  it('no disk, network or deletion elsewhere, be it the last of several', () => {
    equal(field({ disks: [disk, { ...disk, name: 'b', path: '/etc' }] }), 'disks[b].path');
    equal(field({ networks: [nic, { ...nic, name: 'eth1', bridge: 'br9' }] }), 'networks[eth1].bridge');
    equal(field({ disks: [disk], deleteDisks: [{ name: 'c', path: '/etc' }] }), 'disks[c].path');
  });
  it('nothing, if it names nothing', () => {
    const none = { ...POLICY, storagePaths: [], bridges: [] };
    deepEqual(checkPolicy(none, { disks: [disk] }), {
      field: 'disks[root].path',
      value: '/pool',
      remedy: 'the policy file of the host does not allow it; allowed are none',
    });
    deepEqual(
      checkPolicy(none, { networks: [nic] })?.remedy,
      'the policy file of the host does not allow it; allowed are none',
    );
  });
  it('what it tells', () => {
    equal(
      checkPolicy(POLICY, { disks: [{ ...disk, path: '/etc' }] })?.remedy,
      'the policy file of the host does not allow it; allowed are /pool, /srv/b',
    );
    deepEqual(checkPolicy(POLICY, { networks: [{ ...nic, bridge: 'x' }] })?.value, 'x');
  });
});

describe('an image of a tenant', () => {
  const disk = { name: 'root', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/pool', driver: 'file' as const };
  const refused = (over: Partial<XenDomainSpec>) => {
    const made = { ...order(), vm: { namespace: 'acme', name: 'web', uid: 'u' }, ...over };
    return isRunOrder(made) ? checkImages(made) : undefined;
  };
  it('is for the VMs of the namespace of its folder', () => {
    const boot = { kernel: 'tenants/acme/k', ramdisk: 'debian/tenants/bolt/i' };
    deepEqual(refused({ boot, disks: [disk, { ...disk, image: 'tenants.raw' }] }), undefined);
  });
  it('is refused for any other, in whatever field', () => {
    const image = 'tenants/bolt/x';
    equal(refused({ boot: { kernel: image } })?.field, 'boot.kernel');
    equal(refused({ boot: { kernel: 'k', ramdisk: image } })?.field, 'boot.ramdisk');
    const told = refused({ disks: [disk, { ...disk, name: 'data', image }] });
    match(
      told === undefined ? '' : refusalText(told),
      /^disks\[data\]\.image is "tenants\/bolt\/x": .*tenants\/acme\/$/,
    );
  });
});

describe('an order', () => {
  it('can be carried out if it says type, vCPUs, memory and run policy', () => {
    equal(isRunOrder(order()), true);
    for (const key of ['type', 'vcpus', 'memory', 'runPolicy'] as const)
      equal(isRunOrder({ ...order(), [key]: undefined }), false, key);
  });
  it('that is refused is told escaped and bounded', () => {
    equal(refusalText({ field: 'f', value: 'a"\n', remedy: 'mend it' }), 'f is "a\\"\\n": mend it');
    equal(refusalText({ field: 'f', value: 'x'.repeat(300), remedy: 'r' }).length, 'f is "": r'.length + 200);
  });
});
