/**
 * The contract of a host port: every body passes it, on simulated hosts and on real Xen alike. Where they differ, the simulation is wrong.
 * Call it inside a `describe`.
 */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { HostError } from '../../../agents/host/port';
import type { ExecResult, HostPort } from '../../../agents/host/port';
import type { CommandResult } from '../../sim';

export interface HostUnderTest {
  readonly host: HostPort;
  /** A cfg that this host can start, of a small guest that obeys. */
  cfg(uuid: string, name: string): string;
  /** The faults of a simulated host (`sim delay …`); absent on real Xen, where the tests that need them are skipped. */
  readonly sim?: (...argv: string[]) => Promise<CommandResult>;
  /** Cuts what connects the port with the host, as a dead agent or network would; absent where there is nothing to cut. */
  readonly cut?: () => Promise<void>;
  stop(): Promise<void>;
}

export const contractDir = '/var/lib/xenfleet/contract';
const pool = `${contractDir}/pool`;
const imageDir = `${contractDir}/images`;

/** `slow` is for hosts where one call takes a second. */
export function hostContract(make: () => Promise<HostUnderTest>, slow = false): void {
  let under: HostUnderTest;
  const host = () => under.host;

  before(async function () {
    this.timeout(120_000);
    under = await make();
    await host().putFile(`${pool}/.keep`, '');
    await host().putFile(`${imageDir}/small.raw`, 'an image\n');
  });
  after(async function () {
    this.timeout(60_000);
    await under.stop();
  });
  beforeEach(function () {
    this.timeout(slow ? 120_000 : 10_000);
  });
  afterEach(async () => {
    await under.sim?.('clear');
  });

  describe('exec', () => execContract(host));
  describe('files', () => fileContract(host));
  describe('disks', () => diskContract(host));
  describe('domains', () => domainContract(() => under));
  describe('locks', () => lockContract(() => under));
}

export function assertExited(result: ExecResult, code: number): void {
  assert.deepEqual({ end: result.end, code: result.code }, { end: 'exited', code }, JSON.stringify(result));
}

function execContract(host: () => HostPort): void {
  it('gives output and exit code', async () => {
    assert.deepEqual(await host().exec(['echo', 'hello']), {
      end: 'exited',
      code: 0,
      stdout: 'hello\n',
      stderr: '',
      truncated: false,
    });
    const failed = await host().exec(['ls', '/no/such/folder']);
    assert.equal(failed.end, 'exited');
    assert.notEqual(failed.code, 0);
    assert.match(failed.stderr, /No such file/);
  });
  it('passes arguments as they are: no shell of ours reads them', async () => {
    for (const word of ['$HOME', "it's", '"x"', 'a  b', '*', '\\', '`id`', '$(id)', 'a;b', 'a\nb', '', '~', '#', 'é→'])
      assert.equal((await host().exec(['echo', 'is', word])).stdout, `is ${word}\n`);
  });
  it('feeds standard input', async () => {
    assert.equal((await host().exec(['cat'], { stdin: 'to be read' })).stdout, 'to be read');
    assertExited(await host().exec(['cat']), 0);
  });
  it('tells of a command that is not there', async () => {
    const result = await host().exec(['no-such-command-here']);
    assert.ok(result.end === 'not-started' || result.code === 127, JSON.stringify(result));
  });
  it('gives up at the deadline', async () => {
    const started = Date.now();
    const result = await host().exec(['sleep', '8'], { deadlineMs: 300 });
    assert.equal(result.end, 'deadline');
    assert.equal(result.code, null);
    assert.ok(Date.now() - started < 3000);
  });
  it('gives up when told so', async () => {
    const abort = new AbortController();
    const call = host().exec(['sleep', '8'], { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    assert.equal((await call).end, 'deadline');
    assert.equal((await host().exec(['echo'], { signal: abort.signal })).end, 'deadline');
  });
  it('keeps what fits of much output, drains the rest and says so', async () => {
    const result = await host().exec(['head', '-c', '3000000', '/dev/zero'], { maxOutputBytes: 1000 });
    assertExited(result, 0);
    assert.equal(result.stdout.length, 1000);
    assert.equal(result.truncated, true);
  });
  it('runs many at once', async () => {
    const results = await Promise.all(Array.from({ length: 24 }, (_, i) => host().exec(['echo', String(i)])));
    assert.deepEqual(
      results.map((result) => result.stdout),
      results.map((_, i) => `${i}\n`),
    );
  });
}

function fileContract(host: () => HostPort): void {
  const dir = `${contractDir}/files`;
  it('reads what was put, and makes the folders', async () => {
    const text = 'a "b" \'c\' $d \\ \n\nümläut\u0001 no newline at the end';
    await host().putFile(`${dir}/deep/er/one file`, text);
    assert.equal(await host().readFile(`${dir}/deep/er/one file`), text);
    await host().putFile(`${dir}/deep/er/one file`, '');
    assert.equal(await host().readFile(`${dir}/deep/er/one file`), '');
  });
  it('a missing file is undefined; what cannot be told is an error', async () => {
    assert.equal(await host().readFile(`${dir}/missing`), undefined);
    assert.equal(await host().readFile(`${dir}/missing/deeper`), undefined);
    await host().putFile(`${dir}/folder/file`, 'x');
    await assert.rejects(host().readFile(`${dir}/folder`), HostError);
    await assert.rejects(host().putFile(`${dir}/folder/file/below`, 'x'), HostError);
    await assert.rejects(host().removeFile(`${dir}/folder`), HostError);
  });
  it('writes atomically: a reader sees one text or the other', async () => {
    const texts = ['a', 'b'].map((letter) => letter.repeat(20_000));
    await host().putFile(`${dir}/atomic`, texts[0]!);
    const writes = Promise.all(Array.from({ length: 10 }, (_, i) => host().putFile(`${dir}/atomic`, texts[i % 2]!)));
    for (let i = 0; i < 10; i++) assert.ok(texts.includes((await host().readFile(`${dir}/atomic`)) ?? ''));
    await writes;
  });
  it('lists names, sorted; an absent folder is empty', async () => {
    for (const name of ['b', 'a', 'c']) await host().putFile(`${dir}/list/${name}`, name);
    assert.deepEqual(await host().listDir(`${dir}/list`), ['a', 'b', 'c']);
    assert.deepEqual(await host().listDir(`${dir}/absent`), []);
  });
  it('removes; a missing file is no error', async () => {
    await host().putFile(`${dir}/gone`, 'x');
    await host().removeFile(`${dir}/gone`);
    await host().removeFile(`${dir}/gone`);
    assert.equal(await host().readFile(`${dir}/gone`), undefined);
  });
  it('refuses paths that are relative or climb', async () => {
    for (const path of ['relative', '/a/../etc/x', '']) await assert.rejects(host().readFile(path), HostError);
  });
}

function diskContract(host: () => HostPort): void {
  const run = (script: string, ...args: string[]) => host().locked('contract-disks', script, args);
  const expect = async (code: number, stdout: string, script: string, ...args: string[]) => {
    const result = await run(script, ...args);
    assertExited(result, code);
    if (code === 0) assert.equal(result.stdout, stdout);
  };
  it('makes a blank disk once, grows it, never shrinks it, removes it', async () => {
    const path = `${pool}/${randomUUID()}.raw`;
    await expect(0, 'made 1048576\n', 'make-disk', path, '1048576', '-');
    await expect(0, 'kept 1048576\n', 'make-disk', path, '2097152', '-');
    await expect(0, 'grown 2097152\n', 'grow-disk', path, '2097152');
    await expect(0, 'kept 2097152\n', 'grow-disk', path, '2097152');
    await expect(43, '', 'grow-disk', path, '1048576');
    await expect(0, 'deleted\n', 'delete-disk', path);
    await expect(0, 'absent\n', 'delete-disk', path);
    await expect(44, '', 'grow-disk', path, '2097152');
  });
  it('makes a disk from an image that fits', async () => {
    const path = `${pool}/${randomUUID()}.raw`;
    await expect(43, '', 'make-disk', path, '3', `${imageDir}/small.raw`);
    await expect(43, '', 'make-disk', path, '4096', `${imageDir}/missing.raw`);
    await expect(0, 'made 4096\n', 'make-disk', path, '4096', `${imageDir}/small.raw`);
    assert.equal((await host().readFile(path))?.slice(0, 9), 'an image\n');
    await expect(0, 'deleted\n', 'delete-disk', path);
  });
  it('makes no pool: where its mount is missing nothing is written', async () => {
    await expect(43, '', 'make-disk', `${contractDir}/no-pool/x.raw`, '4096', '-');
    assert.deepEqual(await host().listDir(`${contractDir}/no-pool`), []);
  });
  it('refuses sizes that are none', async () => {
    for (const size of ['', '-1', '1G', '1;id', '99999999999999999999'])
      await expect(43, '', 'make-disk', `${pool}/x.raw`, size, '-');
  });
}

/** Short words for one domain's calls. */
function domainCalls(under: HostUnderTest, uuid: string = randomUUID()) {
  const state = `${contractDir}/state`;
  const cfgPath = `${contractDir}/cfg/${uuid}.cfg`;
  const call = (script: string, ...args: string[]) => under.host.locked(uuid, script, args);
  return {
    uuid,
    cfgPath,
    async write(name = `contract.${uuid.slice(0, 8)}`) {
      await under.host.putFile(cfgPath, under.cfg(uuid, name));
    },
    create: (epoch: number | string, options = {}) =>
      under.host.locked(uuid, 'create', [state, uuid, String(epoch), cfgPath, `contract/${uuid}`], options),
    retire: (epoch: number) => call('retire', state, uuid, String(epoch)),
    shutdown: (...flags: string[]) => call('shutdown', uuid, ...flags),
    destroy: () => call('destroy', uuid),
    tune: (act: string, size: number | string) => call('tune', uuid, act, String(size)),
    fenceFile: `${state}/fence/${uuid}`,
    /** State and domid of every row with the UUID. */
    async rows(): Promise<string[]> {
      const { stdout } = await under.host.exec(['xl', 'list', '-v']);
      return stdout.split('\n').filter((line) => line.includes(uuid));
    },
  };
}

async function until(what: string, holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function domainContract(under: () => HostUnderTest): void {
  it('creates once, shuts down, destroys; then there is nothing to shut down', async () => {
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.shutdown(), 44);
    assertExited(await vm.create(1), 0);
    const again = await vm.create(1);
    assertExited(again, 42);
    assert.ok(again.stdout.includes(vm.uuid));
    assert.equal((await vm.rows()).length, 1);
    assertExited(await vm.tune('vcpu-set', 1), 0);
    assertExited(await vm.shutdown(), 0);
    await until('the guest is down', async () => /---s--/.test((await vm.rows())[0] ?? ''), 60_000);
    assertExited(await vm.create(1), 42);
    assertExited(await vm.destroy(), 0);
    assert.deepEqual(await vm.rows(), []);
    const absent = await vm.destroy();
    assertExited(absent, 0);
    assert.equal(absent.stdout, 'absent\n');
    assertExited(await vm.tune('mem-set', 64), 44);
  });
  it('refuses every epoch up to the retired one, for good', async () => {
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.create(3), 0);
    assertExited(await vm.retire(3), 42);
    assertExited(await vm.destroy(), 0);
    assertExited(await vm.create(3), 40);
    const receipt = await vm.retire(2);
    assertExited(receipt, 0);
    assert.equal(receipt.stdout, 'retired 3\n');
    for (const epoch of [1, 3]) {
      const refused = await vm.create(epoch);
      assertExited(refused, 40);
      assert.equal(refused.stdout, 'retired 3\n');
    }
    assert.deepEqual(await vm.rows(), []);
    assertExited(await vm.create(4), 0);
    assertExited(await vm.destroy(), 0);
  });
  it('starts nothing on a fence that it cannot read', async () => {
    const vm = domainCalls(under());
    await vm.write();
    await under().host.putFile(vm.fenceFile, '');
    assertExited(await vm.create(9), 41);
    assertExited(await vm.retire(9), 41);
    assert.deepEqual(await vm.rows(), []);
  });
  it('starts nothing under a lock that is not the UUID of the cfg, and nothing that is malformed', async () => {
    const vm = domainCalls(under());
    await under().host.putFile(vm.cfgPath, under().cfg(randomUUID(), 'contract.other'));
    assertExited(await vm.create(1), 43);
    for (const epoch of ['', '1;id', '-1', '0x10']) assertExited(await vm.create(epoch), 43);
    for (const uuid of ['', 'x', '$(id)', vm.uuid.toUpperCase().replace(/[^A-F]/g, 'A'), `${vm.uuid}0`])
      assertExited(await under().host.locked('contract', 'destroy', [uuid]), 43);
  });
  it('a failed create says why, with exit code and words of xl', async () => {
    const vm = domainCalls(under());
    await under().host.putFile(
      vm.cfgPath,
      under()
        .cfg(vm.uuid, 'contract.broken')
        .replace(/kernel = "[^"]*"/, 'kernel = "/no/such/kernel"'),
    );
    const failed = await vm.create(1);
    assertExited(failed, 3);
    assert.match(failed.stderr, /failed to open file '\/no\/such\/kernel'/);
    assert.deepEqual(await vm.rows(), []);
  });
  it('a listing that fails is not an empty one', async function () {
    const { sim } = under();
    if (!sim) return this.skip();
    const vm = domainCalls(under());
    await vm.write();
    await sim('fail', 'list', '1', 'xl is not well', '4');
    for (const result of [await vm.create(1), await vm.shutdown(), await vm.destroy()]) assertExited(result, 41);
    assertExited(await vm.retire(1), 41);
    await sim('clear');
    assertExited(await vm.create(1), 40);
  });
  it('reports all there is to see in one call', async () => {
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.create(1), 0);
    const disk = `${pool}/seen.raw`;
    assertExited(await under().host.locked('contract-disks', 'make-disk', [disk, '4096', '-']), 0);
    const seen = await under().host.locked('observe', 'observe', [imageDir, pool, `${contractDir}/no-pool`]);
    assertExited(seen, 0);
    const parts = new Map(
      seen.stdout
        .split(/^=== /m)
        .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
    );
    assert.match(parts.get('bootid') ?? '', /^[0-9a-f-]{36}\n$/);
    assert.match(parts.get('info') ?? '', /^total_memory +: \d+$/m);
    assert.match(parts.get('list') ?? '', new RegExp(vm.uuid));
    assert.match(parts.get('domains') ?? '', new RegExp(`"uuid": "${vm.uuid}"`));
    assert.ok(parts.get('marks')?.includes(`/xenfleet/${vm.uuid} = "contract/${vm.uuid}"\n`));
    assert.match(parts.get('bridges') ?? '', /^xenbr0$/m);
    assert.match(parts.get('df') ?? '', new RegExp(`^${pool} \\d+ \\d+\n$`));
    assert.equal(parts.get('images'), '9 small.raw\n');
    assert.ok(parts.get('disks')?.includes(`4096 ${disk}\n`));
    assertExited(await vm.destroy(), 0);
    assertExited(await vm.retire(1), 0);
    const after = await under().host.locked('observe', 'observe', [imageDir]);
    assert.ok(!after.stdout.includes(vm.uuid));
  });
}

function lockContract(under: () => HostUnderTest): void {
  it('two creates of one UUID at once: one domain', async () => {
    const vm = domainCalls(under());
    await vm.write();
    await under().sim?.('delay', 'create', '200');
    const codes = (await Promise.all([vm.create(1), vm.create(1), vm.create(1)])).map((result) => result.code);
    assert.deepEqual(codes.sort(), [0, 42, 42]);
    assert.equal((await vm.rows()).length, 1);
    assertExited(await vm.destroy(), 0);
  });
  it('different locks do not wait for each other', async function () {
    const { sim, host } = under();
    if (!sim) return this.skip();
    const [one, other] = [domainCalls(under()), domainCalls(under())];
    await one.write();
    await sim('delay', 'create', '1500');
    const creating = one.create(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = Date.now();
    assertExited(await host.locked(other.uuid, 'destroy', [other.uuid]), 0);
    assert.ok(Date.now() - started < 1000);
    assertExited(await creating, 0);
    assertExited(await one.destroy(), 0);
  });
  it('a create that was given up goes on to its end, and holds its lock until then', async function () {
    const { sim } = under();
    if (!sim) return this.skip();
    const vm = domainCalls(under());
    await vm.write();
    await sim('delay', 'create', '1000');
    assert.equal((await vm.create(1, { deadlineMs: 300 })).end, 'deadline');
    assert.deepEqual(await vm.rows(), []);
    assertExited(await vm.create(1), 42);
    assertExited(await vm.destroy(), 0);
  });
  it('a call that never got its lock never acts', async function () {
    const { sim } = under();
    if (!sim) return this.skip();
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.create(1), 0);
    await sim('delay', 'list', '1000');
    const holding = vm.shutdown();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await sim('delay', 'list', '0');
    const late = await under().host.locked(vm.uuid, 'destroy', [vm.uuid], { deadlineMs: 300 });
    assert.ok(late.end === 'deadline' || late.code === 45, JSON.stringify(late));
    assertExited(await holding, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await vm.rows()).length, 1);
    assertExited(await vm.destroy(), 0);
  });
  it('a create goes on when the connection is cut', async function () {
    const { sim, cut } = under();
    if (!sim || !cut) return this.skip();
    const vm = domainCalls(under());
    await vm.write();
    await sim('delay', 'create', '800');
    const creating = vm.create(1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await cut();
    assert.notEqual((await creating).end, 'exited');
    await until('the domain is there', async () => (await vm.rows()).length === 1, 10_000);
    await sim('delay', 'create', '0');
    assertExited(await vm.create(1), 42);
    assertExited(await vm.destroy(), 0);
  });
  it('refuses unknown scripts and odd lock names', async () => {
    const { host } = under();
    for (const [lock, script] of [
      ['contract', 'no-such'],
      ['contract', '../create'],
      ['../x', 'observe'],
      ['a b', 'observe'],
      ['', 'observe'],
    ] as const)
      assert.equal((await host.locked(lock, script, [])).end, 'not-started');
  });
}
