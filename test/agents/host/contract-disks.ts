/**
 * The contract of the scripts about disks: what is known is never made, what is there is never
 * overwritten or given away.
 */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { assertExited, contractDir, domainCalls, imageDir, pool, POOL_ID, POOL_NAME } from './contract-calls';
import type { HostUnderTest } from './contract-calls';

interface Where {
  readonly path?: string;
  readonly name?: string;
  readonly id?: string;
  readonly vm?: string;
  readonly access?: string;
}

/** Short words for the calls about disks of the VM contract/web. */
export function diskCalls({ host }: HostUnderTest) {
  const run = (script: string, args: readonly string[]) => host.locked('contract-disks', script, args);
  const at = ({ path = pool, name = POOL_NAME, id = POOL_ID }: Where): string[] => [path, name, id];
  const ask = (mode: string, disk: string, rest: readonly (string | number)[], where: Where) =>
    run('make-disk', [
      ...[mode, ...at(where), `${disk}.raw`, ...rest.map(String)],
      ...['f', 'contract', where.vm ?? 'web', where.access ?? 'rw'],
    ]);
  return {
    make: (disk: string, size: number | string, image = '-', where: Where = {}) =>
      ask('make', disk, [size, imageDir, image], where),
    find: (disk: string, where: Where = {}, size: number | string = 4096) =>
      ask('known', disk, [size, imageDir, '-'], where),
    remove: (disk: string, where: Where = {}) =>
      run('delete-disk', [...at(where), `${disk}.raw`, 'contract', where.vm ?? 'web']),
  };
}

export function diskContract(under: () => HostUnderTest): void {
  const host = () => under().host;
  const calls = () => diskCalls(under());
  const says = async (call: ReturnType<HostUnderTest['host']['locked']>, code: number, stdout = '') => {
    const result = await call;
    assertExited(result, code);
    assert.equal(result.stdout, stdout);
  };
  const text = (disk: string, ending = 'raw') => host().readFile(`${pool}/${disk}.${ending}`);

  it('makes a blank disk once, grows it, never shrinks it, removes it', async () => {
    const disk = randomUUID();
    await says(calls().make(disk, 1048576), 0, 'made 1048576\n');
    await says(calls().make(disk, 1048576), 0, 'kept 1048576\n');
    await says(calls().find(disk, {}, 2097152), 0, 'grown 2097152\n');
    await says(calls().find(disk, {}, 2097152), 0, 'kept 2097152\n');
    await says(calls().find(disk, {}, 1048576), 0, 'kept 2097152\n');
    await says(calls().make(disk, 3145728), 0, 'grown 3145728\n');
    await says(calls().remove(disk), 0, 'deleted\n');
    assert.equal(await text(disk, 'owner'), undefined);
    await says(calls().remove(disk), 0, 'absent\n');
    await says(calls().find(disk, {}, 2097152), 47);
  });
  it('makes a disk from an image that fits', async () => {
    const disk = randomUUID();
    await says(calls().make(disk, 3, 'small.raw'), 43);
    await says(calls().make(disk, 4096, 'missing.raw'), 43);
    await says(calls().make(disk, 4096, 'small.raw'), 0, 'made 4096\n');
    assert.equal((await text(disk))?.slice(0, 9), 'an image\n');
    await says(calls().remove(disk), 0, 'deleted\n');
  });
  it('never makes a disk that is known, and takes one that is there', async () => {
    const disk = randomUUID();
    await says(calls().find(disk), 47);
    assert.equal(await text(disk), undefined);
    assert.equal(await text(disk, 'owner'), undefined);
    await host().putFile(`${pool}/${disk}.raw`, 'older than owner files');
    await says(calls().find(disk, {}, 22), 0, 'kept 22\n');
    await says(calls().make(disk, 22), 0, 'kept 22\n');
    assert.equal(await text(disk), 'older than owner files');
  });
  it('gives a disk to its owner alone, whoever asks to have or to remove it', async () => {
    const disk = randomUUID();
    await says(calls().make(disk, 4096), 0, 'made 4096\n');
    assert.equal(await text(disk, 'owner'), '{"fleet":"f","namespace":"contract","name":"web"}\n');
    for (const vm of ['we', 'web2', 'b']) {
      await says(calls().make(disk, 4096, '-', { vm }), 48);
      await says(calls().find(disk, { vm }), 48);
      await says(calls().find(disk, { vm }, 8192), 48);
      await says(calls().remove(disk, { vm }), 48);
    }
    await says(calls().make(disk, 4096), 0, 'kept 4096\n');
  });
  it('grows a disk behind what it holds, and takes none of the room of the pool for it', async () => {
    const disk = randomUUID();
    await host().putFile(`${pool}/${disk}.raw`, 'data of the guest');
    await says(calls().find(disk, {}, 1 << 30), 0, `grown ${1 << 30}\n`);
    const { stdout } = await host().locked('observe', 'observe', [imageDir, pool]);
    const [, bytes, used] = new RegExp(`^(\\d+) (\\d+) ${pool}/${disk}.raw$`, 'm').exec(stdout) ?? [];
    assert.equal(bytes, String(1 << 30));
    assert.ok(Number(used) < 1 << 20, used);
    await says(calls().remove(disk), 0, 'deleted\n');
  });
  it('leaves a disk alone that is only read, and says how large it is', async () => {
    const disk = randomUUID();
    await says(calls().make(disk, 4096, '-', { access: 'ro' }), 0, 'made 4096\n');
    await says(calls().find(disk, { access: 'ro' }, 8192), 0, 'kept 4096\n');
    await says(calls().make(disk, 8192, '-', { access: 'ro' }), 0, 'kept 4096\n');
    await says(calls().find(disk, { access: 'r' }, 8192), 43);
    await says(calls().find(disk, {}, 8192), 0, 'grown 8192\n');
  });
  it('grows no disk of a domain that is there', async () => {
    const calm = domainCalls(under());
    const disk = `${calm.uuid}.root`;
    await says(calls().make(disk, 4096), 0, 'made 4096\n');
    await calm.write();
    assertExited(await calm.create(1), 0);
    await says(calls().find(disk, {}, 8192), 0, 'kept 4096\n');
    await says(calls().find(`${calm.uuid}.root`, {}, 4096), 0, 'kept 4096\n');
    assertExited(await calm.destroy(), 0);
    await says(calls().find(disk, {}, 8192), 0, 'grown 8192\n');
  });
  it('grows nothing while it cannot be told what runs', async function () {
    const { sim } = under();
    if (!sim) return this.skip();
    const disk = randomUUID();
    await says(calls().make(disk, 4096), 0, 'made 4096\n');
    await sim('fail', 'list', '1', 'xenstored is gone');
    await says(calls().find(disk, {}, 8192), 41);
    await sim('clear');
    await says(calls().find(disk), 0, 'kept 4096\n');
  });
  it('gives a disk that nobody is known to own to no new VM', async () => {
    const disk = randomUUID();
    await host().putFile(`${pool}/${disk}.raw`, 'whose?');
    await says(calls().make(disk, 4096), 48);
    assert.equal(await text(disk), 'whose?');
  });
  it('goes on after a crash at any line', async () => {
    const disk = randomUUID();
    await host().putFile(`${pool}/${disk}.owner`, '{"fleet":"f","namespace":"contract","name":"web"}\n');
    await says(calls().make(disk, 4096, 'small.raw'), 0, 'made 4096\n');
    await host().removeFile(`${pool}/${disk}.raw`);
    await says(calls().remove(disk), 0, 'absent\n');
    assert.equal(await text(disk, 'owner'), undefined);
  });
  it('takes raw images only, by their first bytes', async () => {
    const disk = randomUUID();
    for (const [name, words] of Object.entries({ vmdk: 'KDMV\u0001', vpc: 'conectix', vhdx: 'vhdxfile' })) {
      await host().putFile(`${imageDir}/${name}.img`, `${words} and more`);
      const refused = await calls().make(disk, 4096, `${name}.img`);
      await host().removeFile(`${imageDir}/${name}.img`);
      assertExited(refused, 49);
      assert.match(refused.stderr, new RegExp(`qemu-img convert -f ${name} -O raw`));
    }
    assert.equal(await text(disk), undefined);
  });
  it('knows qcow2', async function () {
    const { root } = under();
    if (root === undefined) return this.skip();
    const bytes = 'printf "QFI\\373more" > "$0"';
    assertExited(await host().exec(['sh', '-c', bytes, `${root}${imageDir}/q.img`]), 0);
    const refused = await calls().make(randomUUID(), 4096, 'q.img');
    await host().removeFile(`${imageDir}/q.img`);
    assertExited(refused, 49);
    assert.match(refused.stderr, /qemu-img convert -f qcow2 -O raw/);
  });
  it('follows no symlink out of a root, and none at a disk', async function () {
    const { root } = under();
    if (root === undefined) return this.skip();
    const link = async (target: string, path: string) =>
      assertExited(await host().exec(['ln', '-s', target, `${root}${path}`]), 0);
    const [out, inside, disk, loose] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await host().putFile(`${contractDir}/secret`, 'of the Dom0');
    await link(`${root}${contractDir}/secret`, `${imageDir}/out.raw`);
    await link('small.raw', `${imageDir}/inside.raw`);
    assertExited(await calls().make(out, 4096, 'out.raw'), 49);
    assertExited(await calls().make(inside, 4096, 'inside.raw'), 0);
    assert.equal((await text(inside))?.slice(0, 9), 'an image\n');
    for (const name of ['out.raw', 'inside.raw']) await host().exec(['rm', `${root}${imageDir}/${name}`]);
    await link(`${root}${contractDir}/secret`, `${pool}/${disk}.raw`);
    await link('/nowhere', `${pool}/${loose}.raw`);
    for (const name of [disk, loose]) {
      assertExited(await calls().make(name, 4096), 48);
      assertExited(await calls().find(name), 48);
      assertExited(await calls().find(name, {}, 8192), 48);
      assertExited(await calls().remove(name), 48);
      await host().exec(['rm', `${root}${pool}/${name}.raw`]);
    }
    assert.equal(await host().readFile(`${contractDir}/secret`), 'of the Dom0');
  });
  it('refuses sizes that are none, and names that leave the pool', async () => {
    for (const size of ['', '-1', '1G', '1;id', '99999999999999999999']) await says(calls().make('x', size), 43);
    for (const name of ['../x', 'a/b', '.hidden', '']) await says(calls().make(name, 4096), 43);
  });
}
