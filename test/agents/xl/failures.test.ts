/** What a failure of xl says, pattern by pattern. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { explain, type Ended } from '../../../agents/xl/errors';

const ended = (over: Partial<Ended>): Ended => ({ end: 'exited', code: 1, stdout: '', stderr: '', ...over });

describe('a failure says', () => {
  const ROWS: readonly [string, string, RegExp][] = [
    ['Domain with name "a.b" already exists', 'NameConflict', /^the host runs another domain named a\.b \(/],
    ["can't allocate low memory for domain", 'OutOfMemory', /^the host has not enough free memory/],
    ['xc: error: Out of memory', 'OutOfMemory', /./],
    ['Cannot allocate memory', 'OutOfMemory', /./],
    ['failed to claim memory', 'OutOfMemory', /./],
    ['not enough free memory', 'OutOfMemory', /./],
    ['not enough memory', 'OutOfMemory', /./],
    ['freeing 1024 MiB', 'OutOfMemory', /./],
    ["failed to open file '/i/k': No such file", 'KernelMissing', /^the boot file \/i\/k is not on the host/],
    ['xc: error: panic: no loader found', 'KernelMissing', /^the boot file is no kernel that Xen can start/],
    ['Invalid kernel', 'KernelMissing', /./],
    ['vdev=xvda failed to stat: /d/x: No such file', 'DiskMissing', /^the file \/d\/x of disk xvda is not on the host/],
    ['Could not find bridge device br9', 'BridgeMissing', /^the host has no bridge br9 /],
    [
      'Device /dev/x is mounted in a guest domain, and so cannot be mounted now.',
      'DiskInUse',
      /^the disk \/dev\/x is in use already/,
    ],
    ['File /d/x is in use', 'DiskInUse', /./],
    ['File /d/x is used', 'DiskInUse', /./],
    ['cp: No space left on device', 'DiskFull', /^the host has no space left for it/],
    ['image /i/x has 20 bytes, the disk 10', 'ImageTooLarge', /^the image \/i\/x has 20 bytes, the disk only 10 /],
    ['no image /i/x.raw', 'ImageMissing', /^the image \/i\/x\.raw is not on the host/],
    ['no folder /pool', 'DiskMissing', /^the folder \/pool of the storage pool is not on the host/],
    ['config parsing error near line 1', 'ConfigRejected', /^xl does not accept the configuration/],
    ['Failed to parse config', 'ConfigRejected', /./],
    ['"x" is not a valid number', 'ConfigRejected', /./],
    ['Invalid domain type', 'ConfigRejected', /./],
    ['Failed to parse UUID', 'ConfigRejected', /./],
    ['neither kernel nor bootloader specified', 'ConfigRejected', /./],
    [
      'Failed to read config file: /x: No such file',
      'ConfigRejected',
      /^xl could not read the configuration: \/x: No such file \(/,
    ],
    ['vm is an invalid domain identifier (rc=-6)', 'CreateFailed', /^the domain is not there/],
    ['No such domain', 'CreateFailed', /^the domain is not there/],
    ['Non-existant domain', 'CreateFailed', /^the domain is not there/],
    ['cannot open xenstore', 'ToolstackHung', /^xenstored does not work; the host needs a reboot/],
    ['xs_transaction_start', 'ToolstackHung', /./],
    ['xs_open failed', 'ToolstackHung', /./],
    ['libxl_ctx_alloc', 'ToolstackHung', /./],
    ['something else', 'CreateFailed', /^xl create failed with exit code 1 \(xl create: something else\)$/],
  ];
  for (const [stderr, reason, words] of ROWS)
    it(`${stderr}: ${reason}`, () => {
      const failure = explain('xl create', ended({ stderr }));
      equal(failure.reason, reason);
      match(failure.message, words);
    });

  const ENDS: readonly [Partial<Ended>, string, string][] = [
    [{ end: 'signalled', code: null }, 'CreateFailed', 'xl create was killed on the host'],
    [
      { end: 'deadline', code: null },
      'ToolstackHung',
      'xl create gave no answer in time; xenstored may be stuck on the host',
    ],
    [
      { end: 'not-started', code: null, stderr: 'spawn ENOENT' },
      'HostUnreachable',
      'the host cannot be asked (xl create: spawn ENOENT)',
    ],
    [{ end: 'disconnected', code: null }, 'HostUnreachable', 'the host cannot be asked'],
    [{ code: null }, 'CreateFailed', 'xl create failed with exit code none'],
    [{ code: 6 }, 'ToolstackHung', 'xl create failed with exit code 6'],
    [
      { stdout: 'no folder /p' },
      'DiskMissing',
      'the folder /p of the storage pool is not on the host (xl create: no folder /p)',
    ],
  ];
  for (const [over, reason, message] of ENDS)
    it(JSON.stringify(over), () => deepEqual(explain('xl create', ended(over)), { reason, message }));
});
