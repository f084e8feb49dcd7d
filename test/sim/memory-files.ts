/**
 * A Dom0's files in memory: text, and disks that have a size and no content beyond their image's.
 */
import { posix } from 'node:path';
import { HostError } from '../../agents/host/port';
import { MountedFiles } from './mounted-files';
import type { HostFiles } from './host-spec';

export interface MemoryFile {
  readonly text: string;
  readonly bytes: number;
}

export class MemoryFiles implements HostFiles {
  readonly files = new MountedFiles<MemoryFile>();
  /** No disk can be made or grown any more. */
  full = false;
  private readonly folders = new Set<string>(['/']);
  private readonly bootListeners: (() => void)[] = [];

  constructor(readonly bridges: readonly string[] = ['xenbr0']) {
    const images = '/var/lib/xenfleet/images';
    this.makeFolder('/var/lib/xenfleet/disks');
    this.put(`${images}/debian/vmlinuz`, 'a kernel\n');
    this.put(`${images}/debian/initrd.gz`, 'an initrd\n');
    for (const image of ['debian', 'windows', 'freebsd']) this.put(`${images}/${image}.raw`, '', 64 * 1024 * 1024);
    const policy = { storagePaths: ['/var/lib/xenfleet/disks'], imageDir: images, bridges };
    this.put('/etc/xenfleet/policy.json', JSON.stringify(policy));
  }

  onBoot(listener: () => void): void {
    this.bootListeners.push(listener);
  }

  exists(path: string): boolean {
    return this.files.has(path) || this.folders.has(path);
  }

  isFolder(path: string): boolean {
    return this.folders.has(path);
  }

  hasBridge(name: string): boolean {
    return this.bridges.includes(name);
  }

  readCfg(path: string): string | undefined {
    return this.files.get(path)?.text;
  }

  booted(bootId: string): void {
    this.put('/proc/sys/kernel/random/boot_id', `${bootId}\n`);
    for (const path of this.files.keys()) if (path.startsWith('/run/')) this.files.delete(path);
    for (const listener of this.bootListeners) listener();
  }

  get(path: string): string | undefined {
    if (this.folders.has(path)) throw new HostError(`EISDIR: ${path}`);
    return this.files.get(path)?.text;
  }

  put(path: string, text: string, bytes = Buffer.byteLength(text)): void {
    if (this.folders.has(path)) throw new HostError(`EISDIR: ${path}`);
    this.makeFolder(posix.dirname(path));
    this.files.set(path, { text, bytes });
  }

  remove(path: string): boolean {
    if (this.folders.has(path)) throw new HostError(`EISDIR: ${path}`);
    return this.files.delete(path);
  }

  /** Names and sizes of the visible files and folders directly in a folder, sorted by name. */
  list(folder: string): { name: string; bytes: number }[] {
    const prefix = folder === '/' ? '/' : `${folder}/`;
    const found = new Map<string, number>();
    for (const path of [...this.folders, ...this.files.keys()]) {
      const name = path.startsWith(prefix) ? (path.slice(prefix.length).split('/')[0] ?? '') : '';
      if (name !== '' && !name.startsWith('.')) found.set(name, this.files.get(prefix + name)?.bytes ?? 0);
    }
    return [...found].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names of all that is directly in a folder, hidden or not. */
  inside(folder: string): string[] {
    const prefix = `${folder}/`;
    const below = [...this.folders, ...this.files.keys()].filter((path) => path.startsWith(prefix));
    return [...new Set(below.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))];
  }

  makeFolder(path: string): void {
    if (this.folders.has(path)) return;
    if (this.files.has(path)) throw new HostError(`ENOTDIR: ${path}`);
    this.makeFolder(posix.dirname(path));
    this.folders.add(path);
  }
}
