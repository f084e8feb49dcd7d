import { deepEqual, equal, ok } from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import type { KubeClient } from '../../../common/kube/client';
import { LEASES } from '../../../common/kube/lease';
import { Watcher } from '../../../common/kube/watcher';
import { CONFIGMAPS, adminClient, configMap, eventually } from '../../common/kube/things';
import type { ConfigMap } from '../../common/kube/things';
import { startControlPlane } from '../../control-plane/control-plane';
import type { ControlPlane } from '../../control-plane/control-plane';
import type { LeaderProcessSettings, LeaderProcessWord } from './leader-process';

/** One candidate in a process of its own, which can be stopped and woken up. */
class LeaderProcess {
  readonly said: LeaderProcessWord[] = [];
  private readonly child: ChildProcess;

  constructor(settings: LeaderProcessSettings) {
    this.child = fork(path.join(__dirname, 'leader-process.ts'), [JSON.stringify(settings)], {
      execArgv: ['-r', 'ts-node/register'],
    });
    this.child.on('message', (word: LeaderProcessWord) => this.said.push(word));
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await exit;
    clearTimeout(patience);
  }
}

describe('leader election on a real API server', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let client: KubeClient;
  let watcher: Watcher<ConfigMap>;
  let processes: LeaderProcess[];
  /** Who wrote, run after run: `a a b b b a` is a, b, a. */
  let writers: string[];
  let writes: number;

  before(async function () {
    this.timeout(900_000);
    plane = await startControlPlane();
    client = adminClient(plane);
  });
  after(async () => {
    client?.transport.close();
    await plane?.stop();
  });
  beforeEach(async () => {
    processes = [];
    writers = [];
    writes = 0;
    await client.create(CONFIGMAPS, configMap('written'));
    watcher = new Watcher({
      client,
      type: CONFIGMAPS,
      scope: { namespace: 'default', fieldSelector: 'metadata.name=written' },
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        const writer = event.type === 'apply' ? event.object.data?.writer : undefined;
        if (writer === undefined) return;
        writes += 1;
        if (writers.at(-1) !== writer) writers.push(writer);
      },
    });
    void watcher.run();
    await eventually(() => equal(watcher.state, 'watching'));
  });
  afterEach(async () => {
    await Promise.all(processes.map((process) => process.stop()));
    await watcher.stop();
    await client.delete(CONFIGMAPS, { namespace: 'default', name: 'written' });
    await client.delete(LEASES, { namespace: 'default', name: 'leader' }).catch(() => undefined);
  });

  function start(identity: string): LeaderProcess {
    const process = new LeaderProcess({ server: plane.server, ca: plane.caPem, token: plane.adminToken, identity });
    processes.push(process);
    return process;
  }
  async function candidate(identity: string): Promise<LeaderProcess> {
    const process = start(identity);
    await eventually(() => ok(process.said.includes('candidate')));
    await wait(200);
    return process;
  }
  const writesOf = (who: string[]): Promise<void> => eventually(() => deepEqual(writers, who), 20_000);

  it('a paused former leader that wakes up writes no more than what was on its way', async () => {
    const a = start('a');
    await writesOf(['a']);
    const b = await candidate('b');
    const order = ['a'];
    for (const [leader, other, name] of [
      [a, b, 'b'],
      [b, a, 'a'],
      [a, b, 'b'],
    ] as const) {
      leader.signal('SIGSTOP');
      order.push(name);
      await writesOf(order);
      const before = writes;
      leader.signal('SIGCONT');
      await eventually(() => ok(leader.said.lastIndexOf('stopped') > leader.said.lastIndexOf('started')));
      await wait(1000);
      // A process can be stopped between the check and the write. That one write may land, which is
      // why claims are compare-and-swap, too.
      const late = writers.splice(order.length);
      ok(
        late.length <= 2,
        `after the new leader’s first write the old one wrote on: ${writers.join()} then ${late.join()}`,
      );
      deepEqual(writers, order);
      ok(writes > before + 10, 'while the new one wrote on');
      ok(other.said.lastIndexOf('started') > other.said.lastIndexOf('stopped'));
    }
  });

  it('a killed leader is followed within its lease’s duration and a look', async () => {
    const a = start('a');
    await writesOf(['a']);
    await candidate('b');
    const startedMs = performance.now();
    a.signal('SIGKILL');
    await writesOf(['a', 'b']);
    const tookMs = performance.now() - startedMs;
    ok(tookMs > 2000 && tookMs < 15_000, `${tookMs} ms`);
  });

  it('a leader that is told to stop hands over at once', async () => {
    const a = start('a');
    await writesOf(['a']);
    await candidate('b');
    await a.stop();
    const startedMs = performance.now();
    await writesOf(['a', 'b']);
    ok(performance.now() - startedMs < 2500, 'the lease alone would last 3 s');
    const { spec } = await client.get(LEASES, { namespace: 'default', name: 'leader' });
    deepEqual([spec?.holderIdentity, spec?.leaseDurationSeconds], ['b', 3]);
  });
});
