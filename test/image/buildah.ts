/**
 * Debian's buildah, without a container engine: storage in a folder of our own, processes in a
 * chroot.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Buildah {
  /** Resolves with stdout, trimmed. */
  run(...args: string[]): Promise<string>;
  /** For processes that stay: the caller ends them. */
  start(...args: string[]): ChildProcess;
  /** Containers and images, and with them what is mounted; the folder is the caller's. */
  remove(): Promise<void>;
}

/** Installs buildah where it can; otherwise says why there is none. */
export async function findBuildah(): Promise<{ missing: string } | undefined> {
  if (await works('buildah', ['--version'])) return undefined;
  if (process.getuid?.() !== 0) return { missing: 'no buildah, and not root to install it' };
  if (!(await works('apt-get', ['--version']))) return { missing: 'no buildah, and no apt-get to install it' };
  if (await works('apt-get', ['install', '-y', '--no-install-recommends', 'buildah'])) return undefined;
  return { missing: 'apt-get could not install buildah' };
}

function works(command: string, args: string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve) =>
    execFile(command, args, { env, timeout: 300_000 }, (error) => resolve(error === null)),
  );
}

export function buildahIn(dir: string): Buildah {
  const storage = ['--storage-driver', 'vfs', '--root', path.join(dir, 'storage'), '--runroot', path.join(dir, 'run')];
  const run: Buildah['run'] = (...args) =>
    new Promise((resolve, reject) => {
      execFile('buildah', [...storage, ...args], { timeout: 300_000, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout.trim());
        else reject(new Error(`buildah ${args.join(' ')}: ${stderr || error.message}`));
      });
    });
  const remove = async (): Promise<void> => {
    await run('rm', '--all').catch(() => undefined);
    await run('rmi', '--all', '--force').catch(() => undefined);
  };
  return {
    run,
    remove,
    start: (...args) => spawn('buildah', [...storage, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
  };
}

/**
 * A base image as distroless makes them: this Node and the libraries it needs, one user, no shell.
 * Nothing is downloaded.
 */
export async function makeBase(buildah: Buildah, dir: string, tag: string): Promise<void> {
  const root = path.join(dir, 'rootfs');
  const put = (from: string, to: string): void => {
    mkdirSync(path.dirname(path.join(root, to)), { recursive: true });
    copyFileSync(realpathSync(from), path.join(root, to));
  };
  put(process.execPath, '/nodejs/bin/node');
  for (const library of await librariesOf(process.execPath)) put(library, library);
  mkdirSync(path.join(root, 'etc'));
  mkdirSync(path.join(root, 'tmp'), { mode: 0o1777 });
  writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0::/:/none\nnonroot:x:65532:65532::/home/nonroot:/none\n');
  writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  writeFileSync(path.join(dir, 'Basefile'), 'FROM scratch\nCOPY rootfs/ /\n');
  await buildah.run('bud', '--isolation', 'chroot', '-t', tag, '-f', path.join(dir, 'Basefile'), dir);
  rmSync(root, { recursive: true });
}

/** What `ldd` lists: `libm.so.6 => /lib/…/libm.so.6 (0x…)`, and the loader alone. */
function librariesOf(binary: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    execFile('ldd', [binary], (error, stdout) => {
      if (error !== null) return reject(new Error('ldd failed', { cause: error }));
      resolve([...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? ''));
    });
  });
}

/** The build context as `docker build .` would see it, with bundles made for it. */
export function makeContext(repository: string, to: string, bundles: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of ['Dockerfile', '.dockerignore']) copyFileSync(path.join(repository, file), path.join(to, file));
  cpSync(bundles, path.join(to, 'dist'), { recursive: true });
  if (!existsSync(path.join(to, 'dist/operator.js'))) throw new Error('there is no bundle of the operator');
  writeFileSync(path.join(to, 'secret.txt'), 'must not get into the image');
}
