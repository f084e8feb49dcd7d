/**
 * A pool that must be able to lose a host: what gets in, what waits and why, who goes first, and
 * what the XenPool says.
 */
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import type { XenPool, XenVM } from '../../crds/generated/types';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/playground';
import { until } from './until';

/**
 * Hosts of 64 GiB: three such VMs fill one. Of the six on two hosts, a failure leaves room for
 * three.
 */
const SIZE = { vcpus: 1, memory: '16Gi' };
/** Busy machines are slow; on a quiet one each of these takes a second or two. */
const SOON_MS = 20_000;

const object = (kind: string, name: string, spec: object, namespace?: string): object => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  spec,
});
const rules = (hostFailuresToTolerate: number): object => object('XenPool', 'default', { hostFailuresToTolerate });
const vm = (name: string, namespace: string, className?: string): object => {
  const guest = { type: 'pvh', boot: { kernel: 'debian/vmlinuz' }, shutdown: { gracePeriodSeconds: 2 } };
  return object(
    'XenVM',
    name,
    className === undefined ? { resources: SIZE, ...guest } : { className, ...guest },
    namespace,
  );
};

describe('a pool that tolerates the loss of a host', function () {
  this.timeout(90_000);
  let playground: Playground;
  const kubectl = (...args: string[]): Promise<string> => playground.kubectl(args);
  const apply = (...objects: object[]): Promise<string> =>
    playground.kubectl(['apply', '-f', '-'], { stdin: objects.map((one) => JSON.stringify(one)).join('\n---\n') });
  const pool = async (): Promise<XenPool> => JSON.parse(await kubectl('get', 'xp', 'default', '-o', 'json')) as XenPool;
  const get = async (name: string, namespace: string): Promise<XenVM> =>
    JSON.parse(await kubectl('get', 'xvm', '-n', namespace, name, '-o', 'json')) as XenVM;
  const running = (name: string, namespace: string): Promise<string> =>
    kubectl('wait', '--for=condition=Ready', `xvm/${name}`, '-n', namespace, '--timeout=25s');
  const said = (of: XenPool | XenVM, type: string): string[] => {
    const found = of.status?.conditions?.find((condition) => condition.type === type);
    return [found?.status ?? '', found?.reason ?? '', found?.message ?? ''];
  };
  const waits = (name: string, namespace: string, why: RegExp): Promise<void> =>
    until(async () => {
      const seen = await get(name, namespace);
      const [status, reason, message = ''] = said(seen, 'Stalled');
      deepEqual([seen.status?.phase, status, reason], ['Pending', 'True', 'Unschedulable']);
      match(message, why);
    }, SOON_MS);

  before(async function () {
    this.timeout(120_000);
    playground = await startPlayground({ hosts: 2 });
    for (const namespace of ['acme', 'rival']) await kubectl('create', 'namespace', namespace);
    await apply(
      object('XenVMClass', 'plain', SIZE),
      object('XenVMClass', 'urgent', { ...SIZE, priority: 100 }),
      rules(1),
    );
  });
  after(() => playground?.stop());

  it('is Ready once its rules are in force', async () => {
    await kubectl('wait', '--for=condition=Ready', 'xenpool/default', '--timeout=20s');
    match(await kubectl('get', 'xp', '--no-headers'), /^default +2 +4 +1 +0 +131072Mi +\d+Mi +True/);
  });

  it('takes VMs in until the loss of a host could not be absorbed', async () => {
    await apply(vm('a', 'acme'), vm('x', 'rival'), vm('y', 'rival'));
    await Promise.all([running('a', 'acme'), running('x', 'rival'), running('y', 'rival')]);
    await apply(vm('plain', 'acme', 'plain'));
    await waits('plain', 'acme', /host failures to tolerate 2 \(the loss of host-\d could not be absorbed: /);
  });

  it('says so in an Event and in kubectl describe, without the names of strangers', async () => {
    const told = /Unschedulable.*the loss of host-\d could not be absorbed: .*would be left/;
    await until(async () => {
      match(await kubectl('get', 'events', '-n', 'acme', '--field-selector', 'involvedObject.name=plain'), told);
    }, SOON_MS);
    const page = await kubectl('describe', 'xvm', '-n', 'acme', 'plain');
    match(page, /Message: +0 of 2 hosts fit: host failures to tolerate 2 \(the loss of host-\d could not be absorbed/);
    doesNotMatch(page, /rival/);
  });

  it('shows what the pool has, and that the worst loss is absorbed', async () => {
    await until(async () => {
      const { status = {} } = await pool();
      const { worstLoss = {}, committed = {} } = status;
      deepEqual(status.rules, { vcpuRatio: 4, hostFailuresToTolerate: 1 });
      deepEqual(status.hosts, { count: 2, ready: 2 });
      deepEqual(status.capacity, { cpus: 32, vcpus: 128, memory: '131072Mi', hvmGuests: 112 });
      deepEqual([committed.vms, committed.vcpus], [3, 3]);
      deepEqual([worstLoss.vms, worstLoss.left], [2, undefined]);
      ok(Number.parseInt(worstLoss.headroom ?? '', 10) < 16_384, worstLoss.headroom);
      deepEqual(said(await pool(), 'FailuresTolerated').slice(0, 2), ['True', 'FailuresTolerated']);
    }, SOON_MS);
  });

  it('writes nothing while nothing happens', async () => {
    const before = (await pool()).metadata.resourceVersion;
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    equal((await pool()).metadata.resourceVersion, before);
  });

  it('gives the room that comes to the more urgent, though it came later', async () => {
    await apply(vm('urgent', 'acme', 'urgent'));
    await waits('urgent', 'acme', /could not be absorbed/);
    await kubectl('delete', 'xvm', '-n', 'acme', 'a', '--timeout=30s');
    await running('urgent', 'acme');
    await waits('plain', 'acme', /could not be absorbed/);
  });

  it('lets the next in within moments once nothing is to be tolerated', async () => {
    await apply(rules(0));
    await running('plain', 'acme');
    await until(async () => {
      deepEqual(said(await pool(), 'FailuresTolerated').slice(0, 2), ['True', 'NoFailuresToTolerate']);
      equal((await pool()).status?.committed?.vms, 4);
    }, SOON_MS);
  });

  it('says what is wrong when more is asked than there is room for, and takes nothing in', async () => {
    await apply(rules(1), vm('late', 'acme', 'plain'));
    await until(async () => {
      const now = await pool();
      const [status, reason, message = ''] = said(now, 'FailuresTolerated');
      deepEqual([status, reason], ['False', 'FailuresNotTolerated']);
      match(
        message,
        /the loss of host-\d would leave 1 of its 2 VMs without a place .*: (acme|rival)\.\w+\. Nothing new/,
      );
      deepEqual(said(now, 'Ready').slice(0, 2), ['False', 'FailuresNotTolerated']);
      equal(now.status?.worstLoss?.left?.vms, 1);
    }, SOON_MS);
    match(
      await kubectl('describe', 'xp', 'default'),
      /Warning +FailuresNotTolerated .*the loss of host-\d would leave/,
    );
    await waits('late', 'acme', /could not be absorbed/);
  });

  it('has the defaults again when the object goes', async () => {
    await kubectl('delete', 'xp', 'default');
    await running('late', 'acme');
  });
});
