/**
 * The whole chain on real Xen: kubectl apply → operator → agent over ssh2 → the real xl → a guest
 * that speaks on its console.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from '../system/until';
import { labReason } from './lab';

/** Emulated, on a machine that may be busy: a create alone took 2 to 65 s. */
const SLOW_MS = 300_000;
const NAME = 'acme.small';
const SAMPLE = 'examples/real-xen';

/** How many `xl create -e` run in the Dom0; the brackets keep the command from counting itself. */
const CREATES = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o '[x]l create -e' | wc -l";

describe('a XenVM on real Xen', function () {
  this.timeout(2 * SLOW_MS);
  let playground: Playground;

  before(async function () {
    const reason = labReason();
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    this.timeout(2_000_000);
    playground = await startPlayground({ xen: 'real', noWait: true, say: (line) => console.log(`      ${line}`) });
    await playground.hostsReady({ deadlineMs: SLOW_MS });
  });
  after(() => playground?.stop());

  /**
   * Runs a command in the Dom0 without the agent. If ssh itself fails (255), it is run again:
   * silence is no answer.
   */
  async function dom0(...command: string[]): Promise<string> {
    const env = { ...process.env, XENLAB_RUN: join(playground.dir, 'xen-real') };
    const ask = (): Promise<string> =>
      new Promise((resolve, reject) => {
        execFile(join(__dirname, 'lab.sh'), ['ssh', '1', ...command], { env }, (error, stdout) => {
          if (error === null || (typeof error.code === 'number' && error.code !== 255)) resolve(stdout);
          else reject(new Error('no answer from the Dom0', { cause: error }));
        });
      });
    let stdout = '';
    await until(async () => void (stdout = await ask()), SLOW_MS, 1000);
    return stdout;
  }

  /** A call that failed or was cut says nothing of what runs: it is asked again. */
  async function domains(): Promise<string[]> {
    let stdout = '';
    await until(
      async () => {
        const listed = await playground.xl(playground.hostNames[0] ?? '', 'list', '-v');
        equal(listed.code, 0, `xl list -v: exit code ${listed.code}: ${listed.stderr}`);
        ({ stdout } = listed);
      },
      SLOW_MS,
      1000,
    );
    return stdout.split('\n').flatMap((row) => (row.startsWith(NAME) ? [row] : []));
  }

  const field = (path: string): Promise<string> =>
    playground.kubectl(['get', 'xvm', '-n', 'acme', 'small', '-o', `jsonpath={${path}}`]);

  async function runs(): Promise<void> {
    await until(async () => equal(await field('.status.phase'), 'Running'), SLOW_MS, 1000);
  }

  it('runs after kubectl apply, and prints on its console', async () => {
    await playground.kubectl(['apply', '-f', SAMPLE]);
    await runs();
    const rows = await domains();
    equal(rows.length, 1);
    match(rows[0] ?? '', new RegExp(await field('.status.domainUUID')));
    await until(
      async () => match(await dom0(`cat /var/log/xen/console/guest-${NAME}.log`), /GUEST-READY/),
      SLOW_MS,
      1000,
    );
  });

  it('shuts down and is gone after kubectl delete, with the disk that was to go', async () => {
    await playground.kubectl(['delete', 'xvm', '-n', 'acme', 'small', '--timeout=240s'], { timeoutMs: SLOW_MS });
    deepEqual(await domains(), []);
    match(await dom0(`cat /var/log/xen/console/guest-${NAME}.log`), /GUEST-POWEROFF/);
    equal(await dom0('ls /var/lib/xenfleet/disks'), '');
  });

  it('is one domain although the agent is killed while xl create runs', async () => {
    const host = playground.hostNames[0] ?? '';
    await playground.kubectl(['apply', '-f', SAMPLE]);
    await until(async () => ok(Number(await dom0(CREATES)) > 0, 'no xl create runs'), SLOW_MS, 100);
    await playground.killAgent(host);
    playground.agent(host).start();
    await runs();
    equal((await domains()).length, 1);
    const created = await dom0(`grep -c GUEST-UP /var/log/xen/console/guest-${NAME}.log`);
    ok(Number(created) <= 2, `the guest was started ${created} times, the one that was deleted included`);
  });
});
