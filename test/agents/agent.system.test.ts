/** Real agent processes between a real API server and a simulated host. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { overlaps } from '../sim';
import { AgentLab, NAMESPACE, eventually } from './lab';
import type { AgentProcess } from './lab';

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe('an agent', function () {
  this.timeout(180_000);
  let lab: AgentLab;
  let agent: AgentProcess;

  before(async function () {
    this.timeout(900_000);
    lab = await AgentLab.start({ audit: true });
    agent = lab.startAgent();
    await eventually('the first report', 90_000, async () =>
      (await lab.agentObject()).status?.nonce === 'n1' ? true : undefined,
    );
  });
  after(async () => {
    await lab?.stop();
  });
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.log(agent.log().split('\n').slice(-40).join('\n'));
    ok(overlaps(lab.sims.record()).length === 0, 'no UUID ran twice at once');
  });

  it('reports its host, and its Lease beats', async () => {
    const { status } = await lab.agentObject();
    deepEqual([status?.cpus, status?.memory?.totalMiB, status?.dom0?.memoryFixed], [16, 65536, true]);
    deepEqual(status?.networks, [{ name: 'public', present: true }]);
    equal(status?.storagePools?.[0]?.present, true);
    const lease = await lab.plane.kubectl([
      'get',
      'lease',
      '-n',
      NAMESPACE,
      'agent',
      '-o',
      'jsonpath={.spec.renewTime}',
    ]);
    ok(Date.now() - Date.parse(lease) < 10_000);
  });

  it('runs what is ordered, and clears it away by receipt, with the disks that are named', async () => {
    const uuid = await lab.order({});
    const { status } = await lab.phase(uuid, 'Running');
    const { networks = [], ...granted } = status?.granted ?? {};
    deepEqual([status?.epoch, status?.madeDisks, granted], [1, ['root'], { vcpus: 2, memoryMiB: 512 }]);
    deepEqual(
      networks.map(({ name }) => name),
      ['eth0'],
    );
    equal((await lab.rows(uuid)).length, 1);
    await lab.order({ desired: 'Stopped' }, uuid);
    await lab.phase(uuid, 'Stopped');
    await lab.order({ desired: 'Running' }, uuid);
    await lab.phase(uuid, 'Running');
    await lab.order({ desired: 'Absent', deleteDisks: [{ name: 'root', path: '/var/lib/xenfleet/disks' }] }, uuid);
    equal((await lab.phase(uuid, 'Absent')).status?.retiredEpoch, 1);
    deepEqual(await lab.rows(uuid), []);
    const { stdout } = await lab.host.run('xenstore-ls', '/xenfleet');
    ok(!stdout.includes(uuid), 'the mark is gone');
    await lab.plane.kubectl(['delete', 'xdom', '-n', NAMESPACE, uuid]);
    // The same epoch never again, whoever orders it.
    await lab.order({}, uuid);
    const refused = await eventually('a refusal', 10_000, async () => {
      const found = await lab.domain(uuid);
      return found.status?.conditions?.[0]?.reason === 'StaleEpoch' ? found : undefined;
    });
    deepEqual([refused.status?.refusedEpoch, refused.status?.retiredEpoch], [1, undefined]);
    await lab.plane.kubectl(['delete', 'xdom', '-n', NAMESPACE, uuid]);
  });

  it('repairs an `xl destroy` behind its back at once', async () => {
    const uuid = await lab.order({});
    await lab.phase(uuid, 'Running');
    await lab.host.run(
      'xl',
      'destroy',
      (await lab.domain(uuid)).spec.vm.namespace + '.' + (await lab.domain(uuid)).spec.vm.name,
    );
    const repaired = await eventually('a restart', 15_000, async () => {
      const found = await lab.domain(uuid);
      return found.status?.restarts === 1 && found.status.phase === 'Running' ? found : undefined;
    });
    equal(repaired.status?.lastTermination?.reason, 'destroyed');
    equal((await lab.rows(uuid)).length, 1);
  });

  it('says what fails in words, with the reason, and starts it when the order is mended', async () => {
    const uuid = await lab.order({ memory: { targetMiB: 999_999, maxMiB: 999_999 } });
    const { status } = await lab.phase(uuid, 'Failed');
    equal(status?.conditions?.[0]?.reason, 'OutOfMemory');
    await lab.order({}, uuid);
    await lab.phase(uuid, 'Running', 8000);
    const foreign = await lab.order({ networks: [{ name: 'e', bridge: 'br-secret', mac: '02:00:00:00:00:09' }] });
    const refused = await lab.phase(foreign, 'Failed');
    equal(refused.status?.conditions?.[0]?.reason, 'PolicyRefused');
    await lab.plane.kubectl(['delete', 'xdom', '-n', NAMESPACE, foreign]);
    const stranger = await lab.order({ boot: { kernel: 'tenants/somebody/vmlinuz' } });
    const kept = await lab.phase(stranger, 'Failed');
    match(kept.status?.conditions?.[0]?.message ?? '', /^boot\.kernel is "tenants\/somebody\/vmlinuz": what is under/);
    await lab.plane.kubectl(['delete', 'xdom', '-n', NAMESPACE, stranger]);
  });

  it('answers another nonce at once, after it has heard its orders anew', async () => {
    await lab.setAgentSpec({ nonce: 'n2' });
    await eventually('the answer', 5000, async () =>
      (await lab.agentObject()).status?.nonce === 'n2' ? true : undefined,
    );
  });

  it('freezes what loses its order: it runs on, is reported as an orphan, and thaws', async () => {
    const uuid = await lab.order({});
    await lab.phase(uuid, 'Running');
    await lab.plane.kubectl(['delete', 'xdom', '-n', NAMESPACE, uuid]);
    const orphan = await eventually('an orphan', 15_000, async () =>
      (await lab.agentObject()).status?.domains?.find((one) => one.uuid === uuid && one.kind === 'orphan'),
    );
    equal(orphan.namespace, 'tenant');
    ok((await lab.agentObject()).status?.records?.some((one) => one.uuid === uuid && one.frozen));
    equal((await lab.rows(uuid)).length, 1);
    await lab.order({ epoch: 2 }, uuid);
    const back = await lab.phase(uuid, 'Running');
    deepEqual([back.status?.epoch, back.status?.restarts], [2, 0]);
    equal((await lab.rows(uuid)).length, 1);
  });

  it('is restarted: nothing changes on the host, and nothing is written but the Lease', async () => {
    const before = await lab.host.run('xl', 'list', '-v');
    await agent.kill('SIGKILL');
    const marks = lab.sims.record().length;
    agent = lab.startAgent();
    await pause(4000);
    equal((await lab.host.run('xl', 'list')).stdout.split('\n').length, before.stdout.split('\n').length);
    deepEqual(lab.sims.record().slice(marks), []);
    const since = Date.now();
    await pause(6000);
    const writes = (await lab.plane.auditEvents()).filter(
      (event) =>
        event.userAgent?.startsWith('xenfleet-agent') === true &&
        ['patch', 'update', 'create'].includes(event.verb) &&
        event.objectRef?.resource !== 'leases' &&
        Date.parse(event.requestReceivedTimestamp) > since,
    );
    deepEqual(
      writes.map((event) => event.requestURI),
      [],
    );
  });

  it('restarts from disk while the API server is away, and tells of it afterwards', async () => {
    const uuid = await lab.order({});
    const { spec } = await lab.phase(uuid, 'Running');
    await lab.plane.stopApiserver();
    await lab.host.run('xl', 'destroy', `${spec.vm.namespace}.${spec.vm.name}`);
    await eventually('a restart', 15_000, async () => ((await lab.rows(uuid)).length === 1 ? true : undefined));
    await agent.kill('SIGKILL');
    agent = lab.startAgent();
    await pause(1500);
    await lab.host.run('xl', 'destroy', `${spec.vm.namespace}.${spec.vm.name}`);
    await eventually('another, by an agent that never met the API', 25_000, async () =>
      (await lab.rows(uuid)).length === 1 ? true : undefined,
    );
    await lab.plane.startApiserver();
    const told = await eventually('the news', 40_000, async () => {
      const found = await lab.domain(uuid).catch(() => undefined);
      return found?.status?.restarts === 2 ? found : undefined;
    });
    equal(told.status?.phase, 'Running');
  });

  it('ends no guest when the namespace of its host is deleted, and goes on when it is made anew', async () => {
    const running = async (): Promise<string[]> =>
      (await lab.host.run('xl', 'list')).stdout.split('\n').map((line) => line.split(/\s+/).slice(0, 2).join(' '));
    const before = await running();
    const uuid = await lab.order({});
    const { spec } = await lab.phase(uuid, 'Running');
    await lab.plane.kubectl(['delete', 'namespace', NAMESPACE, '--timeout=60s']);
    await pause(3000);
    equal((await running()).length, before.length + 1);
    await lab.furnishNamespace();
    await lab.renewToken();
    await lab.order({ vm: spec.vm, epoch: 2 }, uuid);
    const { status } = await lab.phase(uuid, 'Running', 60_000);
    deepEqual([status?.epoch, status?.restarts], [2, 0]);
    equal((await running()).length, before.length + 1);
  });
});

describe('an agent that is killed while xl creates', function () {
  this.timeout(180_000);
  let lab: AgentLab;
  before(async function () {
    this.timeout(900_000);
    lab = await AgentLab.start({ createMs: 3000 });
  });
  after(async () => {
    await lab?.stop();
  });

  it('leaves one domain, which the next agent takes for its own', async () => {
    const first = lab.startAgent();
    const uuid = await lab.order({});
    await lab.phase(uuid, 'Starting', 20_000);
    await first.kill('SIGKILL');
    const second = lab.startAgent();
    const { status } = await lab.phase(uuid, 'Running', 90_000);
    equal(status?.restarts, 0, second.log());
    await pause(2000);
    equal((await lab.rows(uuid)).length, 1);
    equal(lab.sims.record().filter((event) => event.what === 'created').length, 1);
    deepEqual(overlaps(lab.sims.record()), []);
  });
});
