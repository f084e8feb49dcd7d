/** The contract of a host port, second half: domains and the locks that guard them. */
import { autoballoons, parseCpuPools } from '../../../agents/xl/info';
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { assertExited, domainCalls, imageDir, contractDir, pool, POOL_ID, POOL_NAME, until } from './contract-calls';
import type { HostUnderTest } from './contract-calls';
import { diskCalls } from './contract-disks';

export function domainContract(under: () => HostUnderTest): void {
  it('creates once, shuts down, destroys; then there is nothing to shut down', async () => {
    const vm = domainCalls(under());
    await vm.write();
    assertExited(await vm.shutdown(), 44);
    assertExited(await vm.create(1), 0);
    const again = await vm.create(1);
    assertExited(again, 42);
    assert.ok(again.stdout.includes(vm.uuid));
    assert.equal((await vm.rows()).length, 1);
    assertExited(await vm.shutdown('60'), 0);
    await until('the guest is down', async () => /---s--/.test((await vm.rows())[0] ?? ''), 120_000);
    assertExited(await vm.create(1), 42);
    assertExited(await vm.destroy(), 0);
    assert.deepEqual(await vm.rows(), []);
    const absent = await vm.destroy();
    assertExited(absent, 0);
    assert.equal(absent.stdout, 'absent\n');
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
  it('starts nothing with a refused epoch that it cannot read', async () => {
    const vm = domainCalls(under());
    await vm.write();
    await under().host.putFile(vm.refusedFile, '');
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
      assertExited(await under().host.locked('contract', 'destroy', [uuid, vm.owner]), 43);
    for (const owner of ['', 'f', 'f contract', ' a/b'])
      for (const script of ['destroy', 'shutdown'])
        assertExited(await under().host.locked(vm.uuid, script, [vm.uuid, owner]), 43);
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
    assertExited(await diskCalls(under()).make('seen', 4096), 0);
    const seen = await under().host.locked('observe', 'observe', [imageDir, pool, `${contractDir}/no-pool`]);
    assertExited(seen, 0);
    const parts = new Map(
      seen.stdout
        .split(/^=== /m)
        .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
    );
    assert.match(parts.get('bootid') ?? '', /^[0-9a-f-]{36}\n$/);
    assert.match(parts.get('info') ?? '', /^total_memory +: \d+$/m);
    assert.ok((parseCpuPools(parts.get('cpupools') ?? '') ?? 0) > 0);
    assert.equal(autoballoons(parts.get('xlconf') ?? 'autoballoon=1'), false);
    assert.match(parts.get('list') ?? '', new RegExp(vm.uuid));
    assert.match(parts.get('domains') ?? '', new RegExp(`"uuid": "${vm.uuid}"`));
    assert.ok(parts.get('marks')?.includes(`/xenfleet/${vm.uuid} = "f 1 contract/${vm.uuid}"\n`));
    assert.match(parts.get('bridges') ?? '', /^xenbr0$/m);
    assert.match(parts.get('df') ?? '', new RegExp(`^${pool} \\d+ \\d+\n$`));
    assert.equal(parts.get('images'), '9 small.raw\n');
    assert.match(parts.get('disks') ?? '', new RegExp(`^4096 \\d+ ${disk}$`, 'm'));
    assert.ok(!parts.get('disks')?.includes('owner'), 'an owner file is no disk');
    assert.equal(parts.get('markers'), `${pool}/.xenfleet-pool ${POOL_NAME} ${POOL_ID}\n`);
    const owner = '{"fleet":"f","namespace":"contract","name":"web"}';
    assert.ok(parts.get('owners')?.includes(`${pool}/seen.owner ${owner}\n`));
    assertExited(await vm.destroy(), 0);
    assertExited(await vm.retire(1), 0);
    const after = await under().host.locked('observe', 'observe', [imageDir]);
    assert.ok(!after.stdout.includes(vm.uuid));
  });
}

/** Waits until that command of the simulated host is under way. */
function calls(sim: NonNullable<HostUnderTest['sim']>, command: string): Promise<void> {
  return until(`${command} runs`, async () => (await sim('calls')).stdout.split('\n').includes(command), 10_000);
}

export function lockContract(under: () => HostUnderTest): void {
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
    await calls(sim, 'create');
    const started = Date.now();
    assertExited(await host.locked(other.uuid, 'destroy', [other.uuid, other.owner]), 0);
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
    await sim('delay', 'shutdown', '2000');
    const holding = vm.shutdown();
    await calls(sim, 'shutdown');
    const late = await under().host.locked(vm.uuid, 'destroy', [vm.uuid, vm.owner], { deadlineMs: 300 });
    assert.ok(late.end === 'deadline' || late.code === 45, JSON.stringify(late));
    assertExited(await holding, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await vm.rows()).length, 1);
    assertExited(await vm.destroy(), 0);
  });
  it('a create goes on when the connection is cut', async function () {
    const { sim, cut } = under();
    if (!cut) return this.skip();
    const vm = domainCalls(under());
    await vm.write();
    await sim?.('delay', 'create', '800');
    const creating = vm.create(1);
    if (sim) await calls(sim, 'create');
    else await until('it is being built', async () => (await vm.rows()).length === 1, 120_000);
    await cut();
    const { end } = await creating;
    if (!sim && end === 'exited') {
      // A real create cannot be told to take its time; this one was over before the cut.
      assertExited(await vm.destroy(), 0);
      return this.skip();
    }
    assert.equal(end, 'disconnected');
    // This waits for the lock, which is held to the end of the create.
    assertExited(await vm.create(1), 42);
    assert.match((await vm.rows())[0] ?? '', / [r-][b-]---- /);
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
