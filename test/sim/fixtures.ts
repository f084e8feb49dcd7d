/**
 * The recordings of a real xl in test/fixtures/xl, and how to compare a simulated answer with one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostFiles } from './host-spec';
import type { CommandResult } from './xl';

const folder = join(__dirname, '../fixtures/xl');

export function recorded(name: string): CommandResult & { command: string } {
  const text = readFileSync(join(folder, `${name}.txt`), 'utf8');
  const [, command = '', code = ''] = /^# cmd: (.*)\n# exit: (\d+)/.exec(text) ?? [];
  const [, stdout = '', stderr = ''] = /^--- stdout\n([\s\S]*?)^--- stderr\n?([\s\S]*)$/m.exec(text) ?? [];
  return { command, code: Number(code), stdout, stderr };
}

/** Domids, process IDs and processor time are not the same from host to host. */
export function comparable({ code, stdout, stderr }: CommandResult): CommandResult {
  return {
    code,
    stdout: stdout
      .replace(/"domid": (?!4294967295)[1-9]\d*/g, '"domid": N')
      .replace(/^(\S+) +[1-9]\d*(?= +\d+ +\d+ {5})/gm, '$1 N')
      .replace(/[r-][b-]([p-]---)[ \d.]{10}/g, '??$1 T')
      .replace(/(--[p-]s[rcs-]-)[ \d.]{10}/g, '$1 T'),
    stderr: stderr.replace(/(Domain |domain |domid=|\/libxl\/)\d+/g, '$1N').replace(/\[\d+\]/g, '[PID]'),
  };
}

/** The files of the lab's Dom0 as far as xl looks at them, with the recorded cfgs. */
export function labFiles(): HostFiles {
  const images = '/var/lib/xenfleet/images';
  const disks = '/var/lib/xenfleet/disks';
  const present = new Set([
    `${images}/debian/vmlinuz`,
    `${images}/debian/initrd.gz`,
    `${disks}/pvh-root.raw`,
    `${disks}/hvm-root.raw`,
  ]);
  return {
    exists: (path) => present.has(path),
    hasBridge: (name) => name === 'xenbr0',
    readCfg(path) {
      try {
        return readFileSync(join(folder, 'cfg', path), 'utf8');
      } catch {
        return undefined;
      }
    },
    booted: () => undefined,
  };
}
