import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { version } from '../../package.json';
import { buildahIn, findBuildah, makeBase, makeContext } from './buildah';
import type { Buildah } from './buildah';

const ROOT = path.join(__dirname, '../..');

interface ImageConfig {
  readonly OCIv1: {
    readonly config: { readonly User: string; readonly Entrypoint: readonly string[]; readonly Env: readonly string[] };
  };
}

describe('image', function () {
  this.timeout(120_000);

  let buildah: Buildah;
  let container: string;
  let dir: string;
  let image: ImageConfig['OCIv1']['config'];
  let port = 0;

  before(async function () {
    this.timeout(600_000);
    const without = await findBuildah();
    if (without !== undefined) {
      process.stdout.write(`    image tests skipped: ${without.missing}\n`);
      return this.skip();
    }
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-image-'));
    buildah = buildahIn(path.join(dir, 'buildah'));
    const bundles = path.join(dir, 'bundles');
    execFileSync(process.execPath, [path.join(ROOT, 'scripts/build.mjs'), '--out', bundles, 'operator', 'agent']);
    makeContext(ROOT, path.join(dir, 'context'), bundles);
    await makeBase(buildah, dir, 'localhost/base');
    const build = ['bud', '--isolation', 'chroot', '--build-arg', 'BASE=localhost/base', '-t', 'xen-fleet'];
    await buildah.run(...build, path.join(dir, 'context'));
    container = await buildah.run('from', '--pull-never', 'localhost/xen-fleet');
    image = (JSON.parse(await buildah.run('inspect', '--type', 'image', 'localhost/xen-fleet')) as ImageConfig).OCIv1
      .config;
  });

  after(async () => {
    const left = port === 0 ? undefined : operatorPid(port);
    if (left !== undefined) process.kill(left, 'SIGKILL');
    await buildah?.remove();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  /** Starts the image's own entrypoint, as its own user. */
  const start = (args: string[], mounts: string[] = []): ChildProcess => {
    const volumes = mounts.flatMap((mount) => ['--volume', mount]);
    return buildah.start('run', '--isolation', 'chroot', ...volumes, container, '--', ...image.Entrypoint, ...args);
  };

  it('runs the operator as nobody', () => {
    assert.equal(image.User, '65532:65532');
    assert.deepEqual(image.Entrypoint, ['node', '/app/operator.js']);
  });

  it('holds the bundles and nothing else of ours', async () => {
    const mounted = await buildah.run('mount', container);
    const files = execFileSync('find', [path.join(mounted, 'app'), '-type', 'f', '-printf', '%P\n'], {
      encoding: 'utf8',
    });
    const names = files
      .trim()
      .split('\n')
      .filter((name) => !name.endsWith('.LEGAL.txt'));
    assert.deepEqual(names.sort(), ['agent.js', 'client-node.js', 'operator.js', 'package.json']);
    await buildah.run('umount', container);
  });

  for (const program of ['operator', 'agent']) {
    it(`starts the ${program}, which knows its version`, async () => {
      const command = [container, '--', 'node', `/app/${program}.js`, '--version'];
      const say = (): Promise<string> => buildah.run('run', '--isolation', 'chroot', ...command);
      // On a busy machine buildah's own copy of a short-lived program's output is lost now and
      // then.
      let out = '';
      for (let tries = 0; out === '' && tries < 5; tries++) out = await say();
      assert.equal(out, version);
    });
  }

  it('answers /healthz while the API server is away, says what it waits for, and stops when told', async () => {
    port = await freePort();
    const kube = path.join(dir, 'kube');
    mkdirSync(kube, { mode: 0o755 });
    const kubeconfig = path.join(kube, 'config');
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigTo(`https://127.0.0.1:${await freePort()}`)));
    const child = start([`--listen=127.0.0.1:${port}`, '--kubeconfig=/kube/config'], [`${kube}:/kube:ro`]);
    const get = (what: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${what}`);
    await until(child, async () => (await get('/healthz')).status === 200);
    assert.equal((await get('/readyz')).status, 503);
    assert.match(await (await get('/readyz')).text(), /not ready: hosts/);
    assert.match(await (await get('/metrics')).text(), /^xenfleet_leader 0$/m);
    const ended = new Promise((resolve) => child.once('close', resolve));
    process.kill(operatorPid(port) ?? assert.fail('no process'), 'SIGTERM');
    await ended;
  });
});

function kubeconfigTo(server: string): unknown {
  const name = 'nobody';
  return {
    'current-context': name,
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: 'none' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

/** buildah does not hand signals on: the process is found by its own argument. */
function operatorPid(port: number): number | undefined {
  const pattern = `^[^ ]*node /app/operator.js --listen=127.0.0.1:${port}`;
  const { stdout } = spawnSync('pgrep', ['-f', pattern], { encoding: 'utf8' });
  return stdout === '' ? undefined : Number(stdout.split('\n')[0]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(child: ChildProcess, holds: () => Promise<boolean>): Promise<void> {
  let said = '';
  child.stdout?.on('data', (text: Buffer) => (said += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  for (let attempt = 0; attempt < 150; attempt++) {
    if (await holds().catch(() => false)) return;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`the operator does not answer; it said:\n${said}`);
}
