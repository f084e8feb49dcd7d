/**
 * HVM guests on a host whose Dom0 carries two: the third waits and says why, and an administrator's
 * word lets it in.
 */
import { deepEqual, match } from 'node:assert/strict';
import type { XenHost, XenVM } from '../../crds/generated/types';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/playground';
import { until } from './until';

const SOON_MS = 20_000;
const NAMESPACE = 'acme';

const vm = (name: string, guest: object): object => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenVM',
  metadata: { name, namespace: NAMESPACE },
  spec: { resources: { vcpus: 1, memory: '1Gi' }, shutdown: { gracePeriodSeconds: 2 }, ...guest },
});
const hvm = { type: 'hvm' };
const pvh = { type: 'pvh', boot: { kernel: 'debian/vmlinuz' } };

describe('HVM guests and the memory of Dom0', function () {
  this.timeout(90_000);
  let playground: Playground;
  let host: string;
  const kubectl = (...args: string[]): Promise<string> => playground.kubectl(args);
  const apply = (...objects: object[]): Promise<string> =>
    playground.kubectl(['apply', '-f', '-'], { stdin: objects.map((one) => JSON.stringify(one)).join('\n---\n') });
  const get = async (name: string): Promise<XenVM> =>
    JSON.parse(await kubectl('get', 'xvm', '-n', NAMESPACE, name, '-o', 'json')) as XenVM;
  const ready = (...names: string[]): Promise<string> =>
    kubectl('wait', '--for=condition=Ready', ...names.map((name) => `xvm/${name}`), '-n', NAMESPACE, '--timeout=25s');
  const allow = (maxHVMGuests: number): Promise<string> =>
    kubectl('patch', 'xh', host, '--type=merge', '-p', JSON.stringify({ spec: { maxHVMGuests } }));
  const condition = (seen: XenVM, type: string): string[] => {
    const found = seen.status?.conditions?.find((one) => one.type === type);
    return [found?.status ?? '', found?.reason ?? '', found?.message ?? ''];
  };

  before(async function () {
    this.timeout(120_000);
    playground = await startPlayground({ hosts: 1 });
    await kubectl('create', 'namespace', NAMESPACE);
    host = (await kubectl('get', 'xh', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    await allow(2);
  });
  after(() => playground?.stop());

  it('says how many it carries, and takes in no more', async () => {
    await apply(vm('win-1', hvm), vm('win-2', hvm));
    await ready('win-1', 'win-2');
    await apply(vm('win-3', hvm), vm('plain', pvh));
    await ready('plain');
    await until(async () => {
      const [status, reason, message = ''] = condition(await get('win-3'), 'Stalled');
      deepEqual([status, reason], ['True', 'Unschedulable']);
      match(message, /HVM guests 1 \(Dom0 carries no more; \S+ nearest, 2 of at most 2\)/);
      match(message, /fits on \S+ if its Dom0 carries 3 HVM guests \(dom0_mem, or spec\.maxHVMGuests of the XenHost\)/);
    }, SOON_MS);
    await until(async () => {
      const { status } = JSON.parse(await kubectl('get', 'xh', host, '-o', 'json')) as XenHost;
      deepEqual([status?.capacity?.hvmGuests, status?.committed?.hvmGuests], [2, 2]);
    }, SOON_MS);
  });

  it('keeps a VM what it is while Dom0 has no room for it to become an HVM guest', async () => {
    const patch = (spec: object): Promise<string> =>
      kubectl('patch', 'xvm', 'plain', '-n', NAMESPACE, '--type=merge', '-p', JSON.stringify({ spec }));
    await patch({ runPolicy: 'Halted' });
    await kubectl('wait', '--for=jsonpath={.status.phase}=Stopped', 'xvm/plain', '-n', NAMESPACE, '--timeout=25s');
    await patch({ type: 'hvm', boot: null });
    await until(async () => {
      const seen = await get('plain');
      const [, reason, message = ''] = condition(seen, 'Resized');
      deepEqual([reason, seen.status?.reserved?.hvm], ['NoRoom', false]);
      match(message, /its Dom0 carries no more HVM guests, 2 of at most 2/);
    }, SOON_MS);
  });

  it('takes them in once an administrator says that it carries more', async () => {
    await allow(4);
    await ready('win-3');
    await until(async () => deepEqual((await get('plain')).status?.reserved?.hvm, true), SOON_MS);
    await kubectl('patch', 'xvm', 'plain', '-n', NAMESPACE, '--type=merge', '-p', '{"spec":{"runPolicy":"Always"}}');
    await ready('plain');
  });
});
