import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { embedScripts } from '../../../agents/host/embed-scripts';
import { preflight } from '../../../agents/dom0/preflight';
import { LocalHost } from '../../../agents/host/local';
import { intervals, overlaps } from '../../sim';
import { contractDir, hostContract } from './contract';
import { imageDir, pool, until } from './contract-calls';
import { simCfg, simFolder } from './sim-folder';

describe('the scripts in the bundle', () => {
  it('are those in the folder', () => {
    const generated = readFileSync(resolve(__dirname, '../../../agents/host/scripts.generated.ts'), 'utf8');
    assert.equal(generated, embedScripts(), 'run: ts-node agents/host/embed-scripts.ts');
  });
});

describe('LocalHost on a simulated host', () => {
  hostContract(async () => {
    const sim = await simFolder();
    return {
      host: new LocalHost({ root: sim.host.root, env: sim.host.env }),
      cfg: simCfg,
      root: sim.host.root,
      sim: (...argv) => sim.host.run('sim', ...argv),
      stop: () => sim.stop(),
    };
  });
});

describe('LocalHost', () => {
  it('a power loss of the host ends the calls under way, and what they would have done', async function () {
    this.timeout(30_000);
    const sim = await simFolder();
    try {
      const host = new LocalHost({ root: sim.host.root, env: sim.host.env });
      const uuid = randomUUID();
      const cfg = `${contractDir}/cfg/${uuid}.cfg`;
      const create = () => host.locked(uuid, 'create', [`${contractDir}/state`, uuid, '1', cfg, 'mark']);
      await host.putFile(cfg, simCfg(uuid, 'contract.power-loss'));
      await sim.host.run('sim', 'delay', 'list', '1000');
      const [first, second] = [create(), create()];
      await new Promise((resolve) => setTimeout(resolve, 500));
      const boot = await host.readFile('/proc/sys/kernel/random/boot_id');
      await sim.host.run('sim', 'reboot');
      assert.deepEqual([(await first).end, (await second).end], ['signalled', 'signalled']);
      assert.notEqual(await host.readFile('/proc/sys/kernel/random/boot_id'), boot);
      await sim.host.run('sim', 'clear');
      assert.ok(!(await sim.host.run('xl', 'list', '-v')).stdout.includes(uuid));
      assert.equal((await create()).code, 0);
      assert.equal(overlaps(sim.record()).length, 0);
      assert.equal(intervals(sim.record()).length, 1);
    } finally {
      await sim.stop();
    }
  });
  it('what a killed agent was doing goes on, and its output breaks nothing', async function () {
    this.timeout(30_000);
    const sim = await simFolder();
    try {
      const host = new LocalHost({ root: sim.host.root, env: sim.host.env });
      const uuid = randomUUID();
      const cfg = `${contractDir}/cfg/${uuid}.cfg`;
      await host.putFile(cfg, simCfg(uuid, 'contract.killed'));
      await sim.host.run('sim', 'delay', 'create', '800');
      const program = `
        const { LocalHost } = require(${JSON.stringify(resolve(__dirname, '../../../agents/host/local'))});
        const host = new LocalHost(${JSON.stringify({ root: sim.host.root, env: sim.host.env })});
        void host.locked('${uuid}', 'create', ['${contractDir}/state', '${uuid}', '1', '${cfg}', 'mark']);
        setTimeout(() => console.log('started'), 200);`;
      const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', program], {
        cwd: resolve(__dirname, '../../..'),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((started) => child.stdout.once('data', started));
      child.kill('SIGKILL');
      assert.ok(!(await sim.host.run('xl', 'list', '-v')).stdout.includes(uuid));
      // The lock is still held by the orphan: this waits for its end and then finds the domain.
      const again = await host.locked(uuid, 'create', [`${contractDir}/state`, uuid, '1', cfg, 'mark']);
      assert.equal(again.code, 42);
      assert.deepEqual(readdirSync(join(sim.host.root, 'run/xenfleet')), []);
    } finally {
      await sim.stop();
    }
  });

  it('names the programs that a Dom0 lacks, and those that lack an option', async () => {
    const sim = await simFolder();
    const tools = mkdtempSync(join(tmpdir(), 'xenfleet-tools-'));
    try {
      const refuses = (name: string, option: string) =>
        writeFileSync(
          join(tools, name),
          `#!/bin/sh\nfor arg; do case $arg in ${option}*) echo "${name}: unrecognized option" >&2; exit 1 ;; esac; done\nPATH=$OTHER_PATH exec ${name} "$@"\n`,
          { mode: 0o755 },
        );
      const env = { ...sim.host.env, PATH: `${tools}:${sim.host.env.PATH}`, OTHER_PATH: sim.host.env.PATH };
      const host = new LocalHost({ root: sim.host.root, env });
      const lacking = async (): Promise<string[]> =>
        ((await preflight(host))?.message ?? '')
          .split(': ')
          .at(1)
          ?.split(/, (?=[a-z]+ with )/) ?? [];
      assert.deepEqual(await lacking(), []);
      for (const [name, option] of [
        ['flock', '-E'],
        ['find', '-printf'],
        ['df', '--output'],
        ['timeout', '-k'],
        ['cp', '--reflink'],
        ['mv', '-n'],
      ] as const) {
        refuses(name, option);
        const [said = '', ...more] = await lacking();
        assert.ok(said.startsWith(`${name} with `), said);
        // What uses a program that lacks something may fail as well.
        assert.ok(more.length <= 1, more.join());
        rmSync(join(tools, name));
      }
      assert.deepEqual(readdirSync(join(sim.host.root, 'run/xenfleet')), []);
    } finally {
      rmSync(tools, { recursive: true, force: true });
      await sim.stop();
    }
  });

  it('a look that hangs fails by itself: the others are told, no second one is begun, and the lock is free', async function () {
    this.timeout(30_000);
    const sim = await simFolder();
    const tools = mkdtempSync(join(tmpdir(), 'xenfleet-tools-'));
    const left = join(tools, 'left');
    try {
      const tool = (name: string, text: string) =>
        writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      const env = { ...sim.host.env, PATH: `${tools}:${sim.host.env.PATH}`, XENFLEET_OBSERVE_SECONDS: '1' };
      const host = new LocalHost({ root: sim.host.root, env });
      const looked = async (): Promise<string[]> => {
        const seen = await host.locked('observe', 'observe', [imageDir, pool], { deadlineMs: 20_000 });
        assert.equal(seen.code, 0, seen.stderr);
        return seen.stdout
          .split('\n')
          .flatMap((line) => /^=== (.* FAILED .*)$/.exec(line)?.[1] ?? [])
          .sort();
      };
      await host.putFile(`${pool}/whole.raw`, 'x');
      const before = await looked();
      // Deaf to all but KILL.
      tool('df', `trap '' TERM\nsleep 1000`);
      assert.deepEqual(await looked(), [...before, 'df FAILED 137'].sort());
      // As if it could not be killed: it is left behind, and holds what it was begun with.
      tool('df', `setsid sleep 1000 >/dev/null 2>&1 &\necho $! >${left}\nexit 3`);
      assert.deepEqual(await looked(), [...before, 'df FAILED 3'].sort());
      rmSync(join(tools, 'df'));
      assert.deepEqual(await looked(), [...before, 'df FAILED 75'].sort());
      process.kill(Number(readFileSync(left, 'utf8')));
      await until('it is gone', async () => (await looked()).length === before.length, 10_000);
      // A pipe hides no failure, and silence is none of the things that a host can say of itself.
      tool('find', 'echo "7 half.raw"; exit 1');
      tool('uname', 'exit 0');
      tool('ovs-vsctl', '[ "$1" = list-br ] && echo ovsbr0');
      const seen = await host.locked('observe', 'observe', [imageDir, pool], { deadlineMs: 20_000 });
      assert.match(seen.stdout, /^xenbr0\novsbr0 openvswitch$/m);
      assert.deepEqual(
        (await looked()).filter((line) => !before.includes(line)).sort(),
        ['disks FAILED 1', 'hostname FAILED 41', 'images FAILED 1'].filter((line) => !before.includes(line)),
      );
    } finally {
      rmSync(tools, { recursive: true, force: true });
      await sim.stop();
    }
  });
});
