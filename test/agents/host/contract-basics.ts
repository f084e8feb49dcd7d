/** The contract of a host port, first half: commands and files. */
import { preflight } from '../../../agents/dom0/preflight';
import { strict as assert } from 'node:assert';
import { HostError } from '../../../agents/host/port';
import type { HostPort } from '../../../agents/host/port';
import { assertExited, contractDir } from './contract-calls';

export function execContract(host: () => HostPort): void {
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
  it('has all that the scripts need', async () => assert.equal(await preflight(host()), undefined));
  it('runs many at once', async () => {
    const results = await Promise.all(Array.from({ length: 24 }, (_, i) => host().exec(['echo', String(i)])));
    for (const [i, result] of results.entries())
      assert.deepEqual(result, { end: 'exited', code: 0, stdout: `${i}\n`, stderr: '', truncated: false });
  });
}

export function fileContract(host: () => HostPort): void {
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
