import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { explain, firstErrorLine } from '../../../agents/xl/errors';
import { recording, recordings } from './fixtures';

const cases: [string, string, RegExp][] = [
  ['fail-memory', 'OutOfMemory', /not enough free memory/],
  ['recorded/fail-create-too-much-memory', 'OutOfMemory', /not enough free memory/],
  ['fail-bridge', 'BridgeMissing', /no bridge \S+/],
  ['recorded/fail-create-missing-bridge', 'BridgeMissing', /no bridge nosuchbr/],
  ['fail-disk-file', 'DiskMissing', /disk xvda is not on the host/],
  ['fail-disk-phy', 'DiskMissing', /is not on the host/],
  ['fail-disk-spec', 'ConfigRejected', /does not accept/],
  ['fail-kernel', 'KernelMissing', /boot file \S+ is not on the host/],
  ['fail-ramdisk', 'KernelMissing', /nosuchinitrd is not on the host/],
  ['fail-not-a-kernel', 'KernelMissing', /no kernel that Xen can start/],
  ['fail-no-cfg', 'ConfigRejected', /could not read the configuration/],
  ['fail-syntax', 'ConfigRejected', /lexical error/],
  ['fail-type', 'ConfigRejected', /Invalid domain type/],
  ['fail-uuid', 'ConfigRejected', /Failed to parse UUID/],
  ['recorded/fail-create-name-exists', 'NameConflict', /another domain named tiny/],
  ['recorded/fail-create-phy-in-use', 'DiskInUse', /\/dev\/loop5 is in use/],
  ['recorded/xenstored-dead-create', 'ToolstackHung', /no answer in time/],
];

describe('failures of xl', () => {
  for (const [name, reason, words] of cases)
    it(`${name}: ${reason}`, () => {
      const failure = explain('xl create', recording(name));
      equal(failure.reason, reason, failure.message);
      match(failure.message, words);
    });

  it('every recorded failure of a create has a reason and one line of words', () => {
    const failed = recordings(/./).filter(({ command, code }) => /xl create /.test(command) && code !== 0);
    ok(failed.length > 20);
    for (const ended of failed) {
      const { message } = explain('xl create', ended);
      ok(message.length > 10, ended.name);
      doesNotMatch(message, /\n|Unable to destroy guest|Parsing config/, ended.name);
    }
  });

  it('the first error line is the cause, not the noise behind it', () => {
    match(firstErrorLine(recording('fail-kernel').stderr) ?? '', /failed to open file/);
  });

  it('xenstored that was restarted is told from a failed create by its exit code', () => {
    equal(explain('xl create', { end: 'exited', code: 6, stdout: '', stderr: '' }).reason, 'ToolstackHung');
  });

  it('a host that cannot be asked is no failed create', () => {
    const { reason, message } = explain('xl list', { end: 'disconnected', code: null, stdout: '', stderr: '' });
    deepEqual([reason, message], ['HostUnreachable', 'the host cannot be asked']);
  });

  it('a program that is missing, or lacks an option, is named', () => {
    for (const [stderr, program] of [
      ['sh: 1: xl: not found', 'xl'],
      ['bash: line 1: flock: command not found', 'flock'],
      ['flock: unrecognized option: E\nBusyBox v1.36.1 multi-call binary.', 'flock'],
      ["df: unrecognized option '--output=file,size,avail'", 'df'],
      ["flock: invalid option -- 'E'", 'flock'],
    ] as const) {
      const { reason, message } = explain('observe', { end: 'exited', code: 1, stdout: '', stderr });
      equal(reason, 'DependencyMissing', stderr);
      ok(message.includes(`the program ${program},`), message);
    }
  });

  it('what the scripts say of disks', () => {
    const said = (stderr: string): string =>
      explain('making disk root', { end: 'exited', code: 43, stdout: '', stderr }).reason;
    equal(said('no image /i/x.raw'), 'ImageMissing');
    equal(said('image /i/x.raw has 20 bytes, the disk 10'), 'ImageTooLarge');
    equal(said('no folder /pool'), 'DiskMissing');
    equal(said('cp: error writing: No space left on device'), 'DiskFull');
    equal(said('truncate: failed to truncate: Disk quota exceeded'), 'DiskFull');
  });
});
