/**
 * Operations on VMs, driven by kubectl and judged by the hosts' own record: what succeeded was done
 * once, whoever was killed meanwhile and whatever was put back.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { XenVM, XenVMOperation } from '../../crds/generated/types';
import { XENDOMAINS, XENVMOPERATIONS, XENVMS } from '../../common/kube/resources';
import { findCondition } from '../../common/conditions';
import { hostNamespace } from '../../common/names';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { seeded } from '../seeded';
import { overlaps } from '../sim';
import { until } from './until';

const NAMESPACE = 'default';
const READY_MS = 60_000;
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);

type RunPolicy = NonNullable<XenVM['spec']['runPolicy']>;

function guest(name: string, runPolicy: RunPolicy, cmdline = 'quiet'): XenVM {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVM',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      type: 'pvh',
      resources: { vcpus: 1, memory: '512Mi' },
      runPolicy,
      boot: { kernel: 'debian/vmlinuz', cmdline },
      disks: [{ name: 'root', device: 'xvda', size: '8Mi', pool: 'local' }],
      shutdown: { gracePeriodSeconds: 5 },
    },
  };
}

describe('operations', function () {
  this.timeout(240_000);
  let playground: Playground;
  let count = 0;

  before(async () => {
    playground = await startPlayground({ hosts: 2, operators: 2 });
  });
  after(() => playground.stop());

  const kubectl = (...args: string[]): Promise<string> => playground.kubectl(args);
  const vm = (name: string): Promise<XenVM> => playground.client.get(XENVMS, { namespace: NAMESPACE, name });
  const get = (name: string): Promise<XenVMOperation> =>
    playground.client.get(XENVMOPERATIONS, { namespace: NAMESPACE, name });

  async function create(name: string, runPolicy: RunPolicy): Promise<void> {
    await playground.client.create(XENVMS, guest(name, runPolicy));
    await isIn(name, runPolicy === 'Manual' ? 'Stopped' : 'Running');
  }

  const isIn = (name: string, phase: string): Promise<void> =>
    until(async () => equal((await vm(name)).status?.phase, phase), READY_MS);

  async function ask(vmName: string, spec: Partial<XenVMOperation['spec']>): Promise<string> {
    const name = `op-${++count}`;
    const metadata = { namespace: NAMESPACE, name };
    const whole = { vmName, type: 'Restart' as const, ...spec };
    await playground.client.create(XENVMOPERATIONS, { ...EMPTY, metadata, spec: whole });
    return name;
  }
  const EMPTY = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenVMOperation' } as const;

  async function over(name: string): Promise<[string | undefined, string | undefined]> {
    await until(async () => ok((await get(name)).status?.finishedAt, `${name} is not over`), READY_MS);
    const { status } = await get(name);
    return [status?.phase, findCondition(status?.conditions, 'Ready')?.reason];
  }
  const run = async (vmName: string, spec: Partial<XenVMOperation['spec']>) => over(await ask(vmName, spec));

  /** How often the guest was started and ended, by the record of the hosts. */
  function lives(name: string): { starts: number; ends: number } {
    const events = playground.record().filter((event) => event.name === `${NAMESPACE}.${name}`);
    const of = (what: string): number => events.filter((event) => event.what === what).length;
    return { starts: of('running'), ends: of('gone') };
  }

  it('restarts a guest whose edit waits, once, and says so in kubectl get', async () => {
    await create('web', 'Always');
    await kubectl('patch', 'xvm', 'web', '--type=merge', '-p', '{"spec":{"boot":{"cmdline":"debug"}}}');
    await kubectl('wait', '--for=condition=RestartRequired', 'xvm/web', '--timeout=30s');
    deepEqual(await run('web', { type: 'Restart' }), ['Succeeded', 'Done']);
    await until(async () => {
      const { status } = await vm('web');
      equal(findCondition(status?.conditions, 'RestartRequired')?.status, 'False');
      deepEqual([status?.phase, status?.lastTermination?.reason], ['Running', 'restarted']);
    }, READY_MS);
    deepEqual(lives('web'), { starts: 2, ends: 1 });
    match(await kubectl('get', 'xvmop'), /^NAME +VM +TYPE +PHASE +REASON +AGE\nop-1 +web +Restart +Succeeded +Done/);
  });

  it('starts and stops a Manual guest, which stays as it was left', async () => {
    await create('box', 'Manual');
    deepEqual(await run('box', { type: 'Stop' }), ['Failed', 'NotRunning']);
    deepEqual(await run('box', { type: 'Start' }), ['Succeeded', 'Done']);
    await isIn('box', 'Running');
    deepEqual(await run('box', { type: 'Start' }), ['Failed', 'AlreadyRunning']);
    deepEqual(await run('box', { type: 'Reset' }), ['Succeeded', 'Done']);
    deepEqual(await run('box', { type: 'Stop', force: true }), ['Succeeded', 'Done']);
    await isIn('box', 'Stopped');
    deepEqual(lives('box'), { starts: 2, ends: 2 });
  });

  it('refuses in words what the run policy forbids, and what cannot be', async () => {
    const refused = await ask('web', { type: 'Stop' });
    deepEqual(await over(refused), ['Failed', 'RunPolicyForbids']);
    match(await kubectl('describe', 'xvmop', refused), /set spec\.runPolicy to Halted, or create a Restart/);
    deepEqual(await run('nobody', { type: 'Start' }), ['Failed', 'VMNotFound']);
    await rejects(ask('web', { type: 'Reset', force: true }), /a Reset never asks the guest; remove them/);
    await rejects(ask('web', { force: true, gracePeriodSeconds: 5 }), /force gives the guest no time at all/);
    const patch = ['patch', 'xvmop', refused, '--type=merge', '-p', '{"spec":{"type":"Restart"}}'];
    await rejects(playground.kubectl(patch), /spec is immutable: create another XenVMOperation/);
  });

  it('runs one at a time, in the order of creation, and deletes them when their time is over', async () => {
    const before = lives('web');
    const names: string[] = [];
    for (let n = 0; n < 3; n += 1) names.push(await ask('web', { ttlSecondsAfterFinished: 15 }));
    for (const name of names) deepEqual(await over(name), ['Succeeded', 'Done']);
    const startOf = ({ status }: XenVMOperation): string => status?.startedAt ?? '';
    const at = (await Promise.all(names.map(get))).sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
    // Times of creation have whole seconds: of two within one, either may be first.
    const created = at.map(({ metadata }) => metadata.creationTimestamp ?? '');
    deepEqual(created, [...created].sort());
    const times = at.flatMap(({ status }) => [status?.startedAt ?? '', status?.finishedAt ?? '']);
    deepEqual(times, [...times].sort());
    deepEqual(lives('web'), { starts: before.starts + 3, ends: before.ends + 3 });
    await until(async () => {
      for (const name of names) await rejects(get(name));
    }, READY_MS);
  });

  it('does each once, whoever is killed meanwhile', async () => {
    const random = seeded(SEED);
    await create('hard', 'Always');
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, random() * 1500));
        const host = (await vm('hard')).status?.placement?.host ?? '';
        const victims = [
          playground.operator(0),
          playground.operator(1),
          playground.agent(host),
          playground.agent(host),
        ];
        const victim = victims[Math.floor(random() * victims.length)]!;
        await victim.kill();
        victim.start();
      }
    })();
    const names: string[] = [];
    for (let n = 0; n < 8; n += 1) names.push(await ask('hard', { gracePeriodSeconds: 1 + (n % 3) }));
    await until(async () => {
      for (const name of names) ok((await get(name)).status?.finishedAt, `${name} is not over`);
    }, 180_000);
    isOver = true;
    await killing;
    for (const name of names) deepEqual(await over(name), ['Succeeded', 'Done']);
    deepEqual(lives('hard'), { starts: 9, ends: 8 });
    deepEqual(overlaps(playground.record()), []);
  });

  it('runs nothing again that a backup brings back', async () => {
    const before = lives('hard');
    const last = `op-${count}`;
    const { status } = await vm('hard');
    // As it was before anybody looked at it.
    const bare = JSON.stringify({
      status: { phase: 'Pending', host: null, startedAt: null, finishedAt: null, conditions: null },
    });
    await kubectl('patch', 'xvmop', last, '--subresource=status', '--type=merge', '-p', bare);
    const ref = { namespace: hostNamespace(status?.placement?.host ?? ''), name: status?.domainUUID ?? '' };
    await playground.client.mergePatch(XENDOMAINS, ref, { spec: { operation: null } });
    await until(async () => equal((await get(last)).status?.phase, 'Succeeded'), READY_MS);
    await until(async () => {
      const order = await playground.client.get(XENDOMAINS, ref);
      equal(order.status?.observedGeneration, order.metadata.generation);
    }, READY_MS);
    deepEqual(lives('hard'), before);
  });

  it('keeps a Manual guest running that a backup says is off', async () => {
    deepEqual(await run('box', { type: 'Start' }), ['Succeeded', 'Done']);
    const before = lives('box');
    const { status } = await vm('box');
    const ref = { namespace: hostNamespace(status?.placement?.host ?? ''), name: status?.domainUUID ?? '' };
    await playground.client.mergePatch(XENDOMAINS, ref, { spec: { operation: null, desired: 'Stopped' } });
    await until(async () => equal((await playground.client.get(XENDOMAINS, ref)).spec.desired, 'Running'), READY_MS);
    await isIn('box', 'Running');
    deepEqual(lives('box'), before);
  });

  it('ends with the VM that it is for, and leaves one of the same name alone', async () => {
    await playground.client.create(XENVMS, guest('old', 'Once', 'sim=deaf'));
    await isIn('old', 'Running');
    const asked = await ask('old', { type: 'Stop', gracePeriodSeconds: 600 });
    await until(async () => equal((await get(asked)).status?.phase, 'Running'), READY_MS);
    const waiting = await ask('old', { type: 'Restart' });
    await until(async () => ok((await get(waiting)).status?.vmUID), READY_MS);
    await kubectl('delete', 'xvm', 'old', '--timeout=60s');
    deepEqual(await over(asked), ['Failed', 'VMDeleted']);
    await create('old', 'Manual');
    deepEqual(await over(waiting), ['Failed', 'VMDeleted']);
    equal((await vm('old')).status?.phase, 'Stopped');
  });
});
