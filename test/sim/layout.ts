/**
 * A simulated host as a folder: `root/` holds the Dom0's files, `bin/` its commands (to be put
 * before PATH), `xl` and `sim` are for people.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { HostFiles } from './host-spec';

export interface LayoutOptions {
  /** Bridges that the Dom0 has. */
  readonly bridges?: readonly string[];
  /** The policy file; what is given replaces the default text. */
  readonly policy?: unknown;
}

export const defaultPolicy = {
  storagePaths: ['/var/lib/xenfleet/disks'],
  imageDir: '/var/lib/xenfleet/images',
  bridges: ['xenbr0'],
};

const commands = ['xl', 'xenstore-write', 'xenstore-read', 'xenstore-rm', 'xenstore-ls', 'xenstore-exists', 'sim'];
const MiB = 1024 * 1024;
/** Images are sparse: they have a size and take no room. */
const images = { 'debian.raw': 64 * MiB, 'windows.raw': 64 * MiB, 'freebsd.raw': 64 * MiB };

/**
 * Lays out the folder; what is there already is kept, since disks, orders and refused epochs
 * outlive a power loss.
 */
export function layOut(dir: string, client: string, options: LayoutOptions = {}): void {
  const root = join(dir, 'root');
  for (const folder of [
    'var/lib/xenfleet/disks',
    'var/lib/xenfleet/images/debian',
    'etc/xen',
    'etc/xenfleet',
    'proc/sys/kernel/random',
  ])
    mkdirSync(join(root, folder), { recursive: true });
  for (const bridge of options.bridges ?? ['xenbr0'])
    mkdirSync(join(root, 'sys/class/net', bridge, 'bridge'), { recursive: true });
  put(join(root, 'etc/xenfleet/policy.json'), `${JSON.stringify(options.policy ?? defaultPolicy, null, 2)}\n`);
  put(join(root, 'etc/xen/xl.conf'), 'autoballoon="0"\n');
  const imageDir = join(root, 'var/lib/xenfleet/images');
  put(join(imageDir, 'debian/vmlinuz'), 'a kernel\n');
  put(join(imageDir, 'debian/initrd.gz'), 'an initrd\n');
  for (const [name, size] of Object.entries(images)) {
    put(join(imageDir, name), '');
    truncateSync(join(imageDir, name), size);
  }
  mkdirSync(join(dir, 'bin'), { recursive: true });
  // A copy of the host's own: what somebody writes over it here must not reach the cache that every
  // host starts from.
  const own = join(dir, 'bin', '.client');
  rmSync(own, { force: true });
  copyFileSync(client, own);
  for (const path of [...commands.map((name) => join(dir, 'bin', name)), join(dir, 'xl'), join(dir, 'sim')])
    link(own, path);
}

/** The files of a laid-out host, as the simulated xl sees them. */
export function folderFiles(dir: string): HostFiles {
  const root = join(dir, 'root');
  return {
    exists: (path) => existsSync(within(root, path)),
    hasBridge: (name) => existsSync(join(root, 'sys/class/net', name, 'bridge')),
    readCfg: (path, cwd) => readText(resolve(cwd, path)) ?? readText(join(root, path)),
    booted(bootId) {
      endScripts(root);
      put(join(root, 'proc/sys/kernel/random/boot_id'), `${bootId}\n`, true);
      rmSync(join(root, 'run'), { recursive: true, force: true });
      mkdirSync(join(root, 'run/lock'), { recursive: true });
    },
  };
}

/**
 * A power loss ends the host's scripts, too: here those are processes of this machine, each group
 * led by the flock of a lock below the root.
 */
function endScripts(root: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [command = '', ...args] = (readText(`/proc/${pid}/cmdline`) ?? '').split('\0');
    if (!command.endsWith('flock') || !args.some((arg) => arg.startsWith(`${root}/run/lock/xenfleet/`))) continue;
    try {
      process.kill(-Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/**
 * A cfg names a path of the Dom0; where its author knows the folder, one that begins with the root
 * already.
 */
function within(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path : join(root, path);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function put(path: string, text: string, always = false): void {
  mkdirSync(dirname(path), { recursive: true });
  if (always || !existsSync(path)) writeFileSync(path, text);
}

/** Hard links, so that the client knows by its own path which host it belongs to. */
function link(client: string, path: string): void {
  rmSync(path, { force: true });
  linkSync(client, path);
}
