/** Recorded words of a real xl, taken apart. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../../agents/xl/errors';

const FOLDER = join(__dirname, '../../fixtures/xl');

export interface Recording extends Ended {
  readonly name: string;
  readonly command: string;
}

export function recording(name: string): Recording {
  const text = readFileSync(join(FOLDER, `${name}.txt`), 'utf8');
  const [, command = '', code = '', rest = ''] = /^# cmd: (.*)\n# exit: (\d+)\n([^]*)$/.exec(text) ?? [];
  const [, stdout = '', stderr = ''] = /--- stdout\n([^]*?)--- stderr\n([^]*)$/.exec(rest) ?? [];
  // 124 is the recorder's own time limit.
  const end = code === '124' ? 'deadline' : 'exited';
  return { name, command, end, code: end === 'exited' ? Number(code) : null, stdout, stderr };
}

export function recordings(pattern: RegExp): Recording[] {
  const names = ['', 'recorded/'].flatMap((folder) =>
    readdirSync(join(FOLDER, folder))
      .filter((file) => file.endsWith('.txt') && pattern.test(file))
      .map((file) => folder + file.slice(0, -'.txt'.length)),
  );
  return names.map(recording);
}
