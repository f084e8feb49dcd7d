/** Making a domain on a simulated Dom0: what is made, in which order, and what forbids it. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import type { CreateCall } from '../../../agents/dom0/create';
import { HostError } from '../../../agents/host/port';
import type { CreateOutcome } from '../../../agents/reconcile/outcome';
import { UUID, order } from '../orders';
import { dom0, onDisk } from './dom0-in-memory';

type Bench = ReturnType<typeof dom0>;

const CFG = `/var/lib/xenfleet/cfg/${UUID}.cfg`;
const [root] = order().disks!;

function create({ creator, policy }: Bench, over: Partial<CreateCall> = {}): Promise<CreateOutcome> {
  const given = { ok: true, policy } as const;
  return creator.create({
    uuid: UUID,
    order: order(),
    knownDisks: [],
    policy: given,
    saved: Promise.resolve(),
    ...over,
  });
}

const reasonOf = (outcome: CreateOutcome): string =>
  outcome.kind === 'failed' ? outcome.failure.reason : outcome.kind;
const messageOf = (outcome: CreateOutcome): string => (outcome.kind === 'failed' ? outcome.failure.message : '');
/** Disks, domains, and whether there is a cfg. */
const made = ({ host }: Bench): unknown[] => [onDisk(host), host.xen.domains.size, host.files.get(CFG) !== undefined];

describe('creating a domain', () => {
  it('makes its disks, starts it, and tells what was made', async () => {
    const bench = dom0();
    deepEqual(await create(bench), { kind: 'created', disks: ['root'], diskSizes: { root: 1 << 30 } });
    deepEqual(made(bench), [['root'], 1, true]);
    const [domain] = [...bench.host.xen.domains.values()];
    deepEqual([domain?.config.uuid, domain?.config.name], [UUID, 'tenant.web']);
  });

  const { policy } = dom0();
  const refusals: [string, Partial<CreateCall>, string, RegExp][] = [
    [
      'a policy file that allows nothing',
      { policy: { ok: false, message: 'the policy file is no JSON' } },
      'PolicyRefused',
      /^the policy file is no JSON$/,
    ],
    [
      'a folder that the policy does not list',
      { policy: { ok: true, policy: { ...policy, storagePaths: ['/srv'] } } },
      'PolicyRefused',
      /disks\[root\]\.path .*allowed are \/srv/,
    ],
    [
      'an image of another tenant',
      { order: order({ disks: [{ ...root!, image: 'tenants/other/disk.raw' }] }) },
      'PolicyRefused',
      /disks\[root\]\.image is "tenants\/other\/disk.raw"/,
    ],
    [
      'a value that would change the structure of the cfg',
      { order: order({ boot: { kernel: 'debian/vmlinuz', cmdline: 'quiet"\ndisk = []' } }) },
      'InvalidOrder',
      /boot\.cmdline is .*without quotes/,
    ],
  ];
  for (const [what, over, reason, words] of refusals)
    it(`makes nothing at all for ${what}`, async () => {
      const bench = dom0();
      const outcome = await create(bench, over);
      equal(reasonOf(outcome), reason);
      match(messageOf(outcome), words);
      deepEqual(outcome.kind === 'failed' && outcome.disks, []);
      deepEqual(made(bench), [[], 0, false]);
    });

  it('starts nothing that xl understands otherwise than it was meant; its disks are there and told', async () => {
    const bench = dom0();
    const exec = bench.host.exec.bind(bench.host);
    bench.host.exec = async (argv, options) => {
      const result = await exec(argv, options);
      return { ...result, stdout: result.stdout.replace('tenant.web', 'tenant.other') };
    };
    const outcome = await create(bench);
    equal(reasonOf(outcome), 'ConfigRejected');
    deepEqual(outcome.kind === 'failed' && [outcome.disks, outcome.diskSizes], [['root'], { root: 1 << 30 }]);
    deepEqual(made(bench), [['root'], 0, true]);
  });

  it('starts nothing without all of its disks, and never makes anew one that was there before', async () => {
    const bench = dom0();
    const outcome = await create(bench, { knownDisks: ['root'] });
    equal(reasonOf(outcome), 'DiskMissing');
    deepEqual(made(bench), [[], 0, true]);
  });

  it('tells of the disk first, if the dry run fails as well', async () => {
    const bench = dom0();
    await bench.host.exec(['sim', 'fail', 'create']);
    equal(reasonOf(await create(bench, { knownDisks: ['root'] })), 'DiskMissing');
  });

  it('makes no disk before its record is durable, and none if it never is', async () => {
    const bench = dom0();
    let settle: (error?: Error) => void = () => undefined;
    const saved = new Promise<void>((done, fail) => (settle = (error) => (error ? fail(error) : done())));
    const creating = create(bench, { saved });
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    deepEqual(made(bench), [[], 0, true], 'the dry run makes nothing that lasts, and need not wait');
    settle(new HostError('EROFS'));
    await rejects(creating, /EROFS/);
    deepEqual(made(bench), [[], 0, true]);
  });
});
