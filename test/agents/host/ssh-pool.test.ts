/** The connections of SshHost: what hangs, breaks or is idle on one is nothing to the others. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ExecOptions, ExecResult } from '../../../agents/host/port';
import { SshHost } from '../../../agents/host/ssh';
import { until } from './contract-calls';
import { startSshServer } from './ssh-server';
import type { TestSshServer } from './ssh-server';

const HOUR_MS = 3_600_000;
const IDLE_MS = 300;

describe('the connections of SshHost', function () {
  this.timeout(30_000);
  let server: TestSshServer;
  let host: SshHost;
  let given: AbortController;
  const begin = async (deaf = false, idleMs = IDLE_MS): Promise<void> => {
    server = await startSshServer({}, deaf);
    const { port, privateKey, hostKey } = server;
    host = new SshHost({ host: '127.0.0.1', port, privateKey, hostKey, idleMs });
    given = new AbortController();
  };
  const end = async (): Promise<void> => {
    given.abort();
    await host.close();
    await server.stop();
  };
  beforeEach(() => begin());
  afterEach(end);

  const echo = (words = 'x', options: ExecOptions = {}) => host.exec(['echo', words], options);
  const hang = (count: number): Promise<ExecResult>[] =>
    Array.from({ length: count }, () => host.exec(['sleep', '60'], { deadlineMs: HOUR_MS, signal: given.signal }));
  const begun = (count: number) =>
    until(`${count} commands are begun`, () => Promise.resolve(server.begun.length >= count), 10_000);
  const left = (count: number) =>
    until(`${count} connections are there`, () => Promise.resolve(server.open() === count), 5000);
  const wait = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

  it('commands that hang do not hold up a short one, however many', async () => {
    void hang(32);
    await begun(32);
    equal(server.accepted(), 4, 'eight on each');
    for (let i = 0; i < 3; i++) equal((await echo(`${i}`, { deadlineMs: 3000 })).stdout, `${i}\n`);
    equal(server.accepted(), 5);
    equal(server.crowd(), 1, 'one handshake at a time');
  });

  it('of those that wait, the one with the least time left goes first', async () => {
    void hang(20);
    await echo('short', { deadlineMs: 5000 });
    const at = server.begun.findIndex((command) => command.includes('short'));
    ok(at >= 0 && at < 8, `${at}`);
  });

  it('one that was given up before its turn is never begun, and keeps no place', async () => {
    void hang(8);
    await begun(8);
    server.allows.connections = false;
    const never = Array.from({ length: 8 }, () => echo('never', { deadlineMs: 100 }));
    for (const result of await Promise.all(never)) equal(result.end, 'deadline');
    server.allows.connections = true;
    equal((await echo('later')).stdout, 'later\n');
    equal(server.begun.length, 9);
    equal(server.accepted(), 2);
  });

  it('a connection that breaks fails only its own commands', async () => {
    const own = hang(8);
    await begun(8);
    const other = host.exec(['sh', '-c', 'sleep 1; echo whole']);
    await begun(9);
    server.cut(0);
    deepEqual(
      (await Promise.all(own)).map((result) => result.end),
      own.map(() => 'disconnected'),
    );
    equal((await echo()).stdout, 'x\n');
    equal((await other).stdout, 'whole\n');
    equal(server.accepted(), 2, 'the other one takes new commands');
  });

  it('idle connections are closed, but for the last one', async () => {
    await Promise.all(Array.from({ length: 24 }, () => host.exec(['sleep', '0.5'])));
    const made = server.accepted();
    ok(made > 1, `${made}`);
    await left(1);
    await wait(2 * IDLE_MS);
    equal((await echo()).stdout, 'x\n');
    equal(server.open(), 1);
    equal(server.accepted(), made);
  });

  it('a connection that is used now and then is not idle', async () => {
    void hang(8);
    await begun(8);
    for (let i = 0; i < 8; i++) {
      equal((await echo()).stdout, 'x\n');
      await wait(IDLE_MS / 3);
    }
    equal(server.accepted(), 2);
    await left(1);
  });

  it('where no further connection can be made, commands wait for a place on one that lives', async () => {
    const busy = Array.from({ length: 8 }, () => host.exec(['sleep', '1']));
    await begun(8);
    server.allows.connections = false;
    equal((await echo()).stdout, 'x\n');
    for (const { code } of await Promise.all(busy)) equal(code, 0);
    equal(server.accepted(), 1);
    ok(server.tried() > 1 && server.tried() < 8, `${server.tried()} attempts in a second`);
  });

  it('a connection that was made ends the backoff', async () => {
    server.allows.connections = false;
    for (let i = 0; i < 3; i++) equal((await echo()).end, 'not-started');
    server.allows.connections = true;
    equal((await echo()).stdout, 'x\n');
    server.allows.connections = false;
    server.cut();
    await left(0);
    await wait(50);
    equal((await echo()).end, 'not-started');
    server.allows.connections = true;
    equal((await echo('soon', { deadlineMs: 2000 })).stdout, 'soon\n');
  });

  it('a server with fewer sessions on a connection is given more connections', async () => {
    server.allows.sessions = 3;
    const all = Array.from({ length: 12 }, (_, i) => host.exec(['sh', '-c', `sleep 0.5; echo ${i}`]));
    deepEqual(
      (await Promise.all(all)).map(({ stdout }) => stdout),
      all.map((_, i) => `${i}\n`),
    );
    server.allows.sessions = 0;
    deepEqual([(await echo()).end, (await echo()).end], ['not-started', 'not-started']);
  });

  it('a full connection ends with the last of its commands, not before', async () => {
    await end();
    await begin(true, HOUR_MS);
    const slow = host.exec(['sh', '-c', 'sleep 2; echo whole']);
    await begun(1);
    for (let i = 0; i < 9; i++) await host.exec(['sleep', '3'], { deadlineMs: 50 });
    await begun(10);
    equal((await echo()).stdout, 'x\n');
    equal(server.open(), 2);
    equal((await slow).stdout, 'whole\n');
    await left(1);
  });

  it('closing ends every connection, and lets nobody wait', async () => {
    const running = hang(16);
    await begun(16);
    server.allows.connections = false;
    const waiting = hang(2);
    await wait(50);
    await host.close();
    for (const { stderr } of await Promise.all(waiting)) equal(stderr, 'the port is closed');
    server.allows.connections = true;
    for (const { end } of await Promise.all(running)) equal(end, 'disconnected');
    equal((await echo()).end, 'not-started');
    await left(0);
  });

  it('closing while one is being made leaves none behind', async () => {
    const [early] = hang(1);
    await host.close();
    await wait(300);
    equal(server.open(), 0);
    equal((await early)?.end, 'not-started');
  });
});
