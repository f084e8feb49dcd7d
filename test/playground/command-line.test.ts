import { deepEqual, doesNotMatch, equal, match, notEqual, ok } from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../system/until';
import { placeAt, projectDir } from './place';

/** The playground as make runs it: processes of their own, and what is left of them. */
describe('the playground on the command line', function () {
  this.timeout(180_000);
  const place = placeAt(mkdtempSync(join(tmpdir(), 'xen-fleet-cli-')));
  after(async () => {
    await start('down').ended;
    rmSync(place.dir, { recursive: true, force: true });
  });

  function start(command: string, env: Record<string, string> = {}) {
    const args = ['-r', 'ts-node/register/transpile-only', join(__dirname, 'main.ts'), command];
    const child = spawn(process.execPath, args, {
      cwd: projectDir,
      env: { ...process.env, HOSTS: '1', XEN: '', DEMO_EXIT: '', DEMO_SECONDS: '', ...env, PLAYGROUND_DIR: place.dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    return { child, said, ended };
  }

  async function run(command: string, env?: Record<string, string>) {
    const { said, ended } = start(command, env);
    return { code: await ended, ...said };
  }

  /** Every process whose command line names the playground's folder. */
  function processes(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
      .filter((line) => line.includes(place.dir));
  }
  const nothingLeft = (): Promise<void> => until(() => deepEqual(processes(), []), 10_000, 100);
  /** Never 0: that would be our own process group. */
  const pidIn = (name: string): number => {
    const pid = Number(read(place.pidOf(name)));
    ok(pid > 1, `no process ${name}`);
    return pid;
  };

  it('up returns when the hosts are Ready, and says how to use them', async () => {
    const { code, stdout, stderr } = await run('up');
    equal(code, 0, stderr);
    match(stdout, /1 Xen host is Ready/);
    match(stdout, new RegExp(`export KUBECONFIG=${place.kubeconfig}`));
    const kubectl = (...args: string[]): string => execFileSync(place.kubectl, args, { encoding: 'utf8' });
    match(kubectl('get', 'xh', '--no-headers'), /^host-1 +Ready/);
    match(kubectl('get', 'xnet,xsp', '-o', 'name'), /xennetwork.*\/public\nxenstoragepool.*\/local\n/);
    equal(kubectl('get', 'xvm', '-A', '-o', 'name'), '');
    match(execFileSync(join(place.hosts, 'host-1', 'xl'), ['list'], { encoding: 'utf8' }), /^Domain-0 +0 +4096 /m);
  });

  it('up again is no harm; with another number of hosts it says what to do', async () => {
    const again = await run('up');
    equal(again.code, 0);
    match(again.stdout, /is up already/);
    const other = await run('up', { HOSTS: '2' });
    equal(other.code, 1);
    match(other.stderr, /A playground with 1 host runs already.*\nNext: make down/);
  });

  it('status shows the hosts', async () => {
    match((await run('status')).stdout, /^host-1 +Ready +16 +65536Mi/m);
  });

  it('starts an agent and an operator that were killed again', async () => {
    for (const name of ['agent-host-1', 'operator']) {
      const pid = pidIn(name);
      process.kill(pid, 'SIGKILL');
      await until(() => notEqual(pidIn(name), pid), 20_000, 100);
    }
  });

  it('down ends everything and keeps the logs; down again is no harm', async () => {
    const { code, stdout } = await run('down');
    equal(code, 0);
    match(stdout, /is stopped/);
    await nothingLeft();
    ok(existsSync(place.logOf('operator')));
    ok(!existsSync(place.controlPlane));
    match((await run('down')).stdout, /No playground was running/);
  });

  it('up that is interrupted half-way leaves nothing behind', async () => {
    const { child, said, ended } = start('up');
    await until(() => match(said.stdout, /control plane: ready/), 60_000, 50);
    child.kill('SIGINT');
    equal(await ended, 1);
    await nothingLeft();
  });

  it('demo shows the sample; where a VM fits nowhere it says how many MiB are missing', async () => {
    const { code, stdout } = await run('demo', { DEMO_EXIT: '1', DEMO_SECONDS: '60' });
    equal(code, 1);
    match(stdout, /vm acme\/linux-pvh: .*Running on host-1/);
    match(stdout, /3 of 4 VMs run\. The others:\n {2}acme\/\S+: Unschedulable: .*\d+ MiB/);
    doesNotMatch(stdout, /\x1b/); // no redrawing where there is no terminal
    await nothingLeft();
  });

  it('leaves nothing behind when it is killed', async () => {
    const { child, said, ended } = start('demo', { HOSTS: '2' });
    await until(() => match(said.stdout, /operator: started/), 60_000, 50);
    child.kill('SIGKILL');
    await ended;
    await nothingLeft();
  });

  it('demo comes up after that, stays until Ctrl-C, and then ends everything', async () => {
    const { child, said, ended } = start('demo', { HOSTS: '2' });
    await until(() => match(said.stdout, /Everything runs: 4 VMs on 2 hosts[^]*Ctrl-C stops everything/), 90_000, 100);
    child.kill('SIGINT');
    equal(await ended, 0);
    match(said.stdout, /Stopping\. Logs are kept/);
    await nothingLeft();
  });
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
