/**
 * What must never end a guest, done for real: each drill on running VMs, judged by the hosts' own
 * record.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { XenVM } from '../../crds/generated/types';
import { LEASES } from '../../common/kube/lease';
import { XENVMS } from '../../common/kube/resources';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { overlaps } from '../sim';
import { until } from './until';

const NAMESPACE = 'default';
const READY_MS = 60_000;
/** What the admission policies ask of whoever means it. */
const ALLOWED = 'xenfleet.io/allow-deletion=true';

function small(name: string): XenVM {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVM',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      type: 'pvh',
      resources: { vcpus: 1, memory: '1Gi' },
      runPolicy: 'Always',
      boot: { kernel: 'debian/vmlinuz' },
      networks: [{ name: 'eth0', network: 'public' }],
      shutdown: { gracePeriodSeconds: 2 },
    },
  };
}

describe('drills', function () {
  this.timeout(240_000);
  let playground: Playground;

  before(async () => {
    playground = await startPlayground({ hosts: 2, operators: 2 });
    for (const name of ['a', 'b', 'c', 'd']) await playground.client.create(XENVMS, small(name));
    await allRun(['a', 'b', 'c', 'd']);
  });
  after(() => playground.stop());

  const get = (name: string): Promise<XenVM> => playground.client.get(XENVMS, { namespace: NAMESPACE, name });
  const isRunning = (vm: XenVM): boolean =>
    vm.status?.phase === 'Running' && vm.status.conditions?.find((c) => c.type === 'Ready')?.status === 'True';

  async function allRun(names: string[]): Promise<void> {
    await until(async () => {
      const { items } = await playground.client.list(XENVMS, { namespace: NAMESPACE });
      deepEqual(
        items
          .filter(isRunning)
          .map((vm) => vm.metadata.name)
          .sort(),
        names,
      );
    }, READY_MS);
  }

  /** How often a domain ended, by the record. */
  const endings = (): number => playground.record().filter((event) => event.what === 'gone').length;

  /** `wanted`: endings that the drill itself asks for. */
  async function unharmed(drill: () => Promise<void>, wanted = 0): Promise<void> {
    const before = endings();
    await drill();
    await allRun(['a', 'b', 'c', 'd']);
    equal(endings() - before, wanted, 'a guest was ended');
    deepEqual(overlaps(playground.record()), []);
  }

  /** The whole chain does its work: a VM comes and goes. */
  async function works(): Promise<void> {
    await playground.client.create(XENVMS, small('probe'));
    await until(async () => ok(isRunning(await get('probe'))), READY_MS);
    await playground.kubectl(['delete', 'xvm', 'probe', '--timeout=60s']);
  }

  it('operators are killed and started again: no guest notices', () =>
    unharmed(async () => {
      for (const index of [0, 1]) await playground.operator(index).kill();
      for (const index of [0, 1]) playground.operator(index).start();
      await works();
    }, 1));

  it('agents are killed and started again: no guest notices', () =>
    unharmed(async () => {
      for (const host of playground.hostNames) {
        await playground.killAgent(host);
        playground.agent(host).start();
      }
      await works();
    }, 1));

  it('a host’s namespace is deleted: no guest notices, and all is made anew', () =>
    unharmed(async () => {
      await playground.kubectl(['annotate', 'namespace', 'xenhost-host-1', ALLOWED]);
      await playground.kubectl(['delete', 'namespace', 'xenhost-host-1', '--timeout=60s']);
      await playground.hostsReady();
      const orders = await playground.kubectl(['get', 'xdom', '-n', 'xenhost-host-1', '-o', 'name']);
      ok(orders.includes('xendomain'));
    }));

  it('an order is deleted by hand: no guest notices, and it is made anew', () =>
    unharmed(async () => {
      const { status } = await get('a');
      const order = [`xenhost-${status?.placement?.host}`, status?.domainUUID ?? ''] as const;
      const look = (path: string): Promise<string> =>
        playground.kubectl(['get', 'xdom', '-n', order[0], order[1], '-o', `jsonpath=${path}`]);
      const before = await look('{.metadata.uid}');
      await playground.kubectl(['annotate', 'xdom', '-n', order[0], order[1], ALLOWED]);
      // Judged by the outcome: kubectl waits for a name to be gone, and the operator makes the
      // order anew under the same name.
      await playground.kubectl(['delete', 'xdom', '-n', order[0], order[1], '--wait=false']);
      await until(async () => {
        const [uid, phase] = (await look('{.metadata.uid} {.status.phase}')).split(' ');
        ok(uid !== before, 'the order that was deleted is still there');
        equal(phase, 'Running');
      }, 2 * READY_MS);
    }));

  it('a leader is stopped for a while and wakes up: it writes nothing more, nothing runs twice', () =>
    unharmed(async () => {
      const lease = { namespace: 'kube-system', name: 'xen-fleet-operator' };
      const holder = async () => (await playground.client.get(LEASES, lease)).spec?.holderIdentity;
      const first = await holder();
      const paused = first === undefined ? 0 : await leaderIndex(first);
      playground.operator(paused).signal('SIGSTOP');
      await until(async () => ok((await holder()) !== first), READY_MS);
      await playground.client.create(XENVMS, small('e'));
      await until(async () => ok(isRunning(await get('e'))), READY_MS);
      playground.operator(paused).signal('SIGCONT');
      await playground.kubectl(['delete', 'xvm', 'e', '--timeout=60s']);
    }, 1));

  it('the API server is away: guests run on, and one that is destroyed is started again from the Dom0’s own memory', async () => {
    await playground.plane.stopApiserver({ signal: 'SIGKILL' });
    const host = playground.hostNames[0] ?? '';
    const name = /^default\.(\S+)/m.exec((await playground.xl(host, 'list')).stdout)?.[0] ?? '';
    await playground.xl(host, 'destroy', name);
    await until(async () => ok((await playground.xl(host, 'list')).stdout.includes(name)), READY_MS);
    await playground.plane.startApiserver();
    await allRun(['a', 'b', 'c', 'd']);
    deepEqual(overlaps(playground.record()), []);
  });

  it('a host reboots: its guests are started again once the API confirms them, and say why', async () => {
    const host = (await get('a')).status?.placement?.host ?? '';
    await playground.sim(host).run('sim', 'reboot');
    await until(async () => equal((await get('a')).status?.lastTermination?.reason, 'hostReboot'), READY_MS);
    await allRun(['a', 'b', 'c', 'd']);
  });

  it('a host loses power and its agent: nothing moves by itself; its VMs move once it is declared dead, and it comes back to nothing', async () => {
    const dead = (await get('a')).status?.placement?.host ?? '';
    const other = playground.hostNames.find((name) => name !== dead) ?? '';
    await playground.killAgent(dead);
    await playground.sim(dead).run('sim', 'reboot');
    await until(async () => equal((await get('a')).status?.phase, 'Unknown'), READY_MS);
    equal((await get('a')).status?.placement?.host, dead, 'moved without proof');
    const bootID = await playground.kubectl(['get', 'xh', dead, '-o', 'jsonpath={.status.bootID}']);
    await playground.kubectl([
      'patch',
      'xh',
      dead,
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { declaredDead: bootID } }),
    ]);
    await until(async () => {
      const { status } = await get('a');
      deepEqual([status?.phase, status?.placement?.host], ['Running', other]);
    }, READY_MS);
    playground.agent(dead).start();
    await playground.hostsReady();
    await allRun(['a', 'b', 'c', 'd']);
    equal(
      (await playground.xl(dead, 'list')).stdout.trimEnd().split('\n').length,
      2,
      'something runs on the host that came back',
    );
    await until(
      async () => equal(await playground.kubectl(['get', 'xdom', '-n', `xenhost-${dead}`, '-o', 'name']), ''),
      READY_MS,
    );
    deepEqual(overlaps(playground.record()), []);
  });

  /** Which of the operators holds the Lease: its log says so. */
  async function leaderIndex(identity: string): Promise<number> {
    const { readFile } = await import('node:fs/promises');
    for (const index of [0, 1]) {
      const lines = (await readFile(playground.operator(index).logFile, 'utf8')).split('\n');
      if (lines.some((line) => line.includes('"leading"') && line.includes(identity))) return index;
    }
    throw new Error(`no operator calls itself ${identity}`);
  }
});
