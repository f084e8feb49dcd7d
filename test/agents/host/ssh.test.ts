import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { SshHost } from '../../../agents/host/ssh';
import { quoteArgv } from '../../../agents/host/ssh-quote';
import { HostError } from '../../../agents/host/port';
import { hostContract } from './contract';
import { simCfg, simFolder } from './sim-folder';
import { startSshServer } from './ssh-server';
import type { TestSshServer } from './ssh-server';

describe('quoteArgv', () => {
  it('a shell reads back exactly the words', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 12 })
      .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text);
    const nasty = fc.constantFrom(
      '',
      ' ',
      "'",
      '"',
      '$(id)',
      '`id`',
      '\\',
      '\n',
      '*',
      '~',
      '#',
      '!',
      "'\\''",
      '-n',
      'a=b',
      '{a,b}',
      '&',
      ';',
    );
    const lists = fc.sample(fc.array(fc.oneof(word, nasty), { minLength: 1, maxLength: 5 }), { numRuns: 400, seed: 1 });
    const script = lists.map((words) => `printf '%s\\0' ${quoteArgv(words)}`).join('\n');
    const output = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    assert.deepEqual(output.split('\0').slice(0, -1), lists.flat());
  });
  it('refuses NUL', () => assert.throws(() => quoteArgv(['a\0b'])));
});

describe('SshHost on a simulated host', () => {
  hostContract(async () => {
    const sim = await simFolder();
    const server = await startSshServer(sim.host.env);
    const { port, privateKey, hostKey } = server;
    const host = new SshHost({ host: '127.0.0.1', port, privateKey, hostKey, root: sim.host.root });
    return {
      host,
      cfg: simCfg,
      root: sim.host.root,
      sim: (...argv) => sim.host.run('sim', ...argv),
      cut: () => Promise.resolve(server.cut()),
      async stop() {
        await host.close();
        await server.stop();
        await sim.stop();
      },
    };
  });
});

describe('SshHost', () => {
  let server: TestSshServer;
  const hosts: SshHost[] = [];
  const connect = (hostKey = server.hostKey) => {
    const host = new SshHost({ host: '127.0.0.1', port: server.port, privateKey: server.privateKey, hostKey });
    hosts.push(host);
    return host;
  };
  beforeEach(async () => {
    server = await startSshServer();
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
    await server.stop();
  });

  it('will not be made without a pinned host key', () => {
    for (const key of ['', 'SHA256:', 'MD5:aa:bb']) assert.throws(() => connect(key), HostError);
  });
  it('talks to no host with another key', async () => {
    const result = await connect(`SHA256:${'A'.repeat(43)}`).exec(['echo', 'x'], { deadlineMs: 5000 });
    assert.equal(result.end, 'not-started');
    assert.match(result.stderr, /host key/);
  });
  it('uses one connection, and makes a new one after it broke', async () => {
    const host = connect();
    for (let i = 0; i < 3; i++) assert.equal((await host.exec(['echo', 'x'])).stdout, 'x\n');
    assert.equal(server.accepted(), 1);
    const cutOff = host.exec(['sleep', '5']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.cut();
    assert.equal((await cutOff).end, 'disconnected');
    assert.equal((await host.exec(['echo', 'y'])).stdout, 'y\n');
    assert.equal(server.accepted(), 2);
  });
  it('a host that is not there is "not started", soon, and is asked again with backoff', async () => {
    const { port } = server;
    await server.stop();
    const host = new SshHost({ host: '127.0.0.1', port, privateKey: server.privateKey, hostKey: server.hostKey });
    for (let i = 0; i < 3; i++) assert.equal((await host.exec(['echo'], { deadlineMs: 3000 })).end, 'not-started');
    server = await startSshServer();
    await host.close();
    assert.equal((await host.exec(['echo'])).end, 'not-started');
  });
  it('commands that were given up and still hold sessions do not shut others out', async function () {
    this.timeout(20_000);
    await server.stop();
    server = await startSshServer({}, true);
    const host = connect();
    const hung = () => host.exec(['sleep', '3'], { deadlineMs: 100 });
    for (let i = 0; i < 12; i++) assert.equal((await hung()).end, 'deadline');
    assert.equal((await host.exec(['echo', 'alive'])).stdout, 'alive\n');
    assert.equal(server.accepted(), 2);
  });
  it('what a login shell prints before is no part of the output, nor of a file', async () => {
    for (const login of ['echo Welcome;', 'echo; echo "Name  ID  Mem"; printf "no end of line";']) {
      await server.stop();
      server = await startSshServer({}, false, login);
      const host = connect();
      const whole = await host.exec(['echo', 'x'], { maxOutputBytes: 2 });
      assert.deepEqual(whole, { end: 'exited', code: 0, stdout: 'x\n', stderr: '', truncated: false });
      assert.deepEqual(await host.exec(['cat'], { stdin: '--xenfleet-begins--\ny', maxOutputBytes: 20 }), {
        ...whole,
        stdout: '--xenfleet-begins--\n',
        truncated: true,
      });
      const path = `/tmp/xenfleet-ssh-${process.pid}/greeted`;
      await host.putFile(path, '{}');
      assert.equal(await host.readFile(path), '{}');
      assert.deepEqual(await host.listDir(`/tmp/xenfleet-ssh-${process.pid}`), ['greeted']);
      await host.exec(['rm', '-r', `/tmp/xenfleet-ssh-${process.pid}`]);
    }
  });
  it('a login shell that runs no command says so instead: nothing was begun', async () => {
    await server.stop();
    server = await startSshServer({}, false, 'echo This account is not available; exit 1;');
    const result = await connect().exec(['echo', 'x']);
    assert.deepEqual([result.end, result.code, result.stdout], ['not-started', null, '']);
    assert.match(result.stderr, /ran no command, but said: This account is not available/);
  });
  it('a file of which only a part arrived never takes its place', async () => {
    const host = connect();
    const path = `/tmp/xenfleet-ssh-${process.pid}/file`;
    await host.putFile(path, 'old');
    const put = host.putFile(path, 'x'.repeat(3_000_000));
    put.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 15));
    server.cut();
    await put.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const text = await host.readFile(path);
    assert.ok(text === 'old' || text?.length === 3_000_000, `${text?.length} bytes`);
    await host.exec(['rm', '-r', `/tmp/xenfleet-ssh-${process.pid}`]);
  });
});
