/**
 * Two tenants on one host of 64 GiB: what one has bought and left off, the other cannot take by
 * an edit. And a disk that is made larger by an edit has grown once it is said to have.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { XenDomain, XenVM } from '../../crds/generated/types';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const SOON_MS = 30_000;

describe('growth of a placed VM', function () {
  this.timeout(120_000);
  let playground: Playground;
  const kubectl = (...args: string[]): Promise<string> => playground.kubectl(args);
  const get = async (namespace: string, name: string): Promise<XenVM> =>
    JSON.parse(await kubectl('get', 'xvm', '-n', namespace, name, '-o', 'json')) as XenVM;
  const vm = (namespace: string, name: string, memory: string, runPolicy: string): string =>
    JSON.stringify({
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenVM',
      metadata: { name, namespace },
      spec: {
        type: 'pvh',
        resources: { vcpus: 1, memory },
        runPolicy,
        boot: { kernel: 'debian/vmlinuz' },
        shutdown: { gracePeriodSeconds: 2 },
      },
    });
  const patch = (namespace: string, name: string, spec: object): Promise<string> =>
    kubectl('patch', 'xvm', '-n', namespace, name, '--type=merge', '-p', JSON.stringify({ spec }));
  const said = ({ status }: XenVM, type: string): { status?: string; reason?: string; message?: string } =>
    status?.conditions?.find((condition) => condition.type === type) ?? {};
  /** What the orders on the host promise, in MiB. */
  const promised = async (): Promise<number> => {
    const orders = await kubectl(
      'get',
      'xdom',
      '-n',
      'xenhost-host-1',
      '-o',
      'jsonpath={.items[*].spec.memory.maxMiB}',
    );
    return orders
      .split(' ')
      .map(Number)
      .reduce((a, b) => a + b, 0);
  };

  before(async () => {
    playground = await startPlayground({ hosts: 1 });
    for (const namespace of ['acme', 'rival']) await kubectl('create', 'namespace', namespace);
    const objects = [vm('rival', 'halted', '40Gi', 'Halted'), vm('acme', 'web', '1Gi', 'Always')];
    await playground.kubectl(['apply', '-f', '-'], { stdin: objects.join('\n---\n') });
    for (const [namespace, name] of [
      ['rival', 'halted'],
      ['acme', 'web'],
    ] as const)
      await kubectl('wait', '--for=condition=Ready', `xvm/${name}`, '-n', namespace, '--timeout=30s');
  });
  after(() => playground?.stop());

  it('is refused where the memory is kept for another, and says what is short', async () => {
    await patch('acme', 'web', { resources: { memory: '50Gi' }, shutdown: { gracePeriodSeconds: 3 } });
    await until(async () => {
      const web = await get('acme', 'web');
      const { status, reason, message = '' } = said(web, 'Resized');
      deepEqual([status, reason], ['False', 'NoRoom']);
      match(message, /host host-1 has no room for 1 vCPU and 51200 MiB: \d+ MiB of memory short/);
      deepEqual([said(web, 'Ready').status, said(web, 'Stalled').status], ['True', 'True']);
      equal(web.status?.granted?.memory, '1024Mi');
      deepEqual([web.status?.reserved?.memoryMiB, web.status?.placement?.epoch], [1024, 1]);
    }, SOON_MS);
    equal(await promised(), 41 * 1024);
  });

  it('leaves the neighbour his memory: he starts', async () => {
    await patch('rival', 'halted', { runPolicy: 'Always' });
    await until(async () => equal((await get('rival', 'halted')).status?.phase, 'Running'), SOON_MS);
  });

  it('leaves the host open to others', async () => {
    await playground.kubectl(['apply', '-f', '-'], { stdin: vm('rival', 'small', '1Gi', 'Always') });
    await kubectl('wait', '--for=condition=Ready', 'xvm/small', '-n', 'rival', '--timeout=30s');
  });

  it('goes through by itself once the neighbour is gone', async () => {
    await kubectl('delete', 'xvm', '-n', 'rival', 'halted', '--timeout=30s');
    await until(async () => {
      const web = await get('acme', 'web');
      deepEqual([web.status?.granted?.memory, web.status?.reserved?.memoryMiB], ['51200Mi', 51200]);
      equal(said(web, 'Resized').status, undefined);
      equal(web.status?.placement?.epoch, 1);
    }, SOON_MS);
    ok((await promised()) < 65_536);
  });

  describe('of a disk', () => {
    const MIB = 1024 * 1024;
    const disk = (size: string): object => ({ name: 'root', device: 'xvda', size, pool: 'local' });
    const resize = (size: string): Promise<string> => patch('acme', 'store', { disks: [disk(size)] });
    const order = async (): Promise<XenDomain> => {
      const { status } = await get('acme', 'store');
      const text = await kubectl('get', 'xdom', '-n', 'xenhost-host-1', status?.domainUUID ?? '', '-o', 'json');
      return JSON.parse(text) as XenDomain;
    };
    /** In MiB: what the order asks for, what the host has told, and the file on the host. */
    const sizes = async (): Promise<(number | undefined)[]> => {
      const { metadata, spec, status } = await order();
      const { path = '', sizeBytes } = spec.disks?.[0] ?? {};
      const file = join(playground.sim('host-1').root, path, `${metadata.name}.root.raw`);
      return [sizeBytes, status?.disks?.[0]?.sizeBytes, statSync(file).size].map((bytes = 0) => bytes / MIB);
    };
    const restartRequired = async (): Promise<unknown[]> => {
      const { status, reason, message } = said(await get('acme', 'store'), 'RestartRequired');
      return [status, reason, message];
    };

    it('is promised by the edit, and waits for the guest to start again', async () => {
      const store = JSON.parse(vm('acme', 'store', '1Gi', 'Always')) as XenVM;
      const made = { ...store, spec: { ...store.spec, disks: [disk('16Mi')] } };
      await playground.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(made) });
      await kubectl('wait', '--for=condition=Ready', 'xvm/store', '-n', 'acme', '--timeout=30s');
      await until(async () => deepEqual(await sizes(), [16, 16, 16]), SOON_MS);
      await resize('32Mi');
      await until(async () => {
        deepEqual(await sizes(), [32, 16, 16]);
        const waits = 'takes effect at the next start of the domain: disks';
        deepEqual(await restartRequired(), ['True', 'SpecChanged', waits]);
      }, SOON_MS);
    });

    it('has come about by the time that the VM says so', async () => {
      equal((await playground.xl('host-1', 'destroy', 'acme.store')).code, 0);
      await until(async () => {
        deepEqual(await restartRequired(), ['False', 'UpToDate', '']);
        deepEqual(await sizes(), [32, 32, 32]);
        equal(said(await get('acme', 'store'), 'Ready').status, 'True');
      }, SOON_MS);
    });

    it('is not ordered where the pool has no room for it', async () => {
      await resize('64Ti');
      await until(async () => equal(said(await get('acme', 'store'), 'Resized').reason, 'NoRoom'), SOON_MS);
      deepEqual(await sizes(), [32, 32, 32]);
    });
  });
});
