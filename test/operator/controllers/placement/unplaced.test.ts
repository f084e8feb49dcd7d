/** Why a VM has no room, in words: what a tenant is told and when, and what is kept from him. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { Gains } from '../../../../operator/controllers/placement/gains';
import type { Ledger } from '../../../../operator/controllers/placement/ledger';
import { Explainer } from '../../../../operator/controllers/placement/unplaced';
import { NOTHING } from '../../../../operator/plan/vm/reservation';
import type { Counterfactual, Explanation, VmSpec } from '../../../../scheduler';
import { FakeClock } from '../../../common/kube/fake-clock';

const GIB = 2 ** 30;
const RANK = { namespace: 'acme', priority: 0, createdAtMs: 0 };
const reserved = { ...NOTHING, vcpus: 2, memoryMiB: 2048 };
const wants = (gib: number, name = 'web'): { spec: VmSpec; reserved: typeof reserved } => ({
  spec: { key: `u-${name}`, namespace: 'acme', name, type: 'pvh', vcpus: 2, memoryBytes: gib * GIB, host: 'h1' },
  reserved,
});
const short = (amount: number, over: object = {}): Explanation => ({
  hosts: 2,
  fitting: 0,
  filters: [
    {
      filter: 'Memory',
      hosts: 2,
      reason: '',
      nearest: { host: 'h1', shortfall: { resource: 'memory', amount, unit: 'MiB', ...over } },
    },
  ] as unknown as Explanation['filters'],
});

/** A scheduler that says what it is told to say, and counts the questions. */
function bench() {
  const clock = new FakeClock();
  const gains = new Gains();
  const says = { explanation: short(100), help: [] as Counterfactual[], grows: false };
  const asked = { explain: 0, help: 0, due: 0 };
  const scheduler = {
    explain: () => ((asked.explain += 1), says.explanation),
    counterfactuals: () => ((asked.help += 1), says.help),
    fitsGrown: () => ({ fits: says.grows, explanation: says.explanation }),
  };
  const explainer = new Explainer({
    ledger: { gains, scheduler } as unknown as Ledger,
    clock,
    onDue: () => (asked.due += 1),
  });
  return { clock, gains, says, asked, explainer };
}

const moves = (...vms: string[]): Counterfactual => ({
  kind: 'move',
  host: 'h1',
  moves: vms.map((vm) => ({ vm, to: 'h2' })),
});
const smaller = (mostMiB: number): Counterfactual => ({ kind: 'memory', host: 'h1', mostMiB });

describe('why a VM has no host', () => {
  it('is told with what would help, of at most three ways', () => {
    const { says, explainer } = bench();
    says.help = [smaller(1), smaller(2), smaller(3), smaller(4)];
    equal(explainer.explain('a', 'place', wants(8)), true);
    const { kind, reason = '', message } = explainer.said('a') ?? {};
    equal(kind, 'place');
    match(reason, /^0 of 2 hosts fit: .*h1 nearest, 100 MiB short/);
    const hints = [1, 2, 3].map((mib) => `fits on h1 if memory ≤ ${mib} MiB`);
    equal(message, [reason, ...hints].join('. '));
    deepEqual([...explainer.all()].length, 1);
  });

  it('names VMs of the tenant that could make way, and never those of another', () => {
    const { says, explainer } = bench();
    says.help = [
      moves('acme.old'),
      moves('acme.old', 'evil.x'),
      moves('evil.x'),
      moves('acme-corp.y'),
      moves('x.acme.'),
    ];
    explainer.explain('a', 'place', wants(8));
    const { message = '' } = explainer.said('a') ?? {};
    match(message, /after moving acme\.old to h2$/);
    equal(/evil|acme-corp|x\.acme/.test(message), false);
  });

  it('is nothing where the VM would fit by now', () => {
    const { says, explainer } = bench();
    says.explanation = { ...short(1), fitting: 1 };
    equal(explainer.explain('a', 'place', wants(8)), false);
    equal(explainer.said('a'), undefined);
  });

  it('is found once for all that ask for the same, until the fleet has changed', () => {
    const { says, asked, gains, explainer } = bench();
    const all = ['a', 'b'].map((name) => explainer.explain(name, 'place', wants(8, name)));
    deepEqual([all, asked.explain, asked.help], [[true, true], 1, 1]);
    equal(explainer.explain('c', 'place', wants(9, 'c')), true);
    equal(asked.explain, 2);
    gains.note();
    says.explanation = short(50);
    equal(explainer.explain('a', 'place', wants(8)), true, 'there is room somewhere');
    match(explainer.said('a')?.message ?? '', / 50 MiB short/);
    gains.vm(undefined, { spec: wants(1).spec, host: 'h1' });
    says.explanation = short(60);
    equal(explainer.explain('a', 'place', wants(8)), true, 'a VM has come');
    equal(asked.explain, 4);
  });

  it('is no news while it is the same, and then nobody asks again what would help', () => {
    const { asked, gains, explainer } = bench();
    explainer.explain('a', 'place', wants(8));
    gains.note();
    equal(explainer.explain('a', 'place', wants(8)), false);
    deepEqual([asked.explain, asked.help], [2, 1]);
  });

  it('is remembered for the 512 shapes that were asked about last', () => {
    const { asked, explainer } = bench();
    const ask = (gib: number): void => void explainer.explain(`v${gib}`, 'place', wants(gib));
    for (let gib = 1; gib <= 512; gib += 1) ask(gib);
    ask(1);
    equal(asked.explain, 512);
    ask(513);
    ask(2);
    ask(513);
    equal(asked.explain, 513, 'one that was found longest ago has made way');
    ask(1);
    equal(asked.explain, 514);
  });
});

describe('why a VM cannot grow', () => {
  const said = (explanation: Explanation, over: object = {}): string => {
    const { says, explainer } = bench();
    says.explanation = explanation;
    equal(explainer.explain('a', 'grow', { ...wants(8), reserved: { ...reserved, ...over } }), true);
    return explainer.said('a')?.message ?? '';
  };
  const filter = (name: string, nearest?: object) =>
    ({
      ...short(1),
      filters: [{ filter: name, hosts: 1, reason: 'it is cordoned', nearest }],
    }) as unknown as Explanation;

  it('says what it asked for, what is short, and that nothing is taken away', () =>
    equal(
      said(short(100)),
      'host h1 has no room for 2 vCPUs and 2048 MiB: 100 MiB of memory short. What was granted stays in force. It grows by itself once there is room; ask for less, or free some on that host',
    ));

  const rows: [string, Explanation, object, RegExp][] = [
    ['one vCPU', short(1), { vcpus: 1 }, /for 1 vCPU and 2048 MiB:/],
    ['a guest with a device model', short(1), { hvm: true }, /for 2 vCPUs and 2048 MiB as an hvm guest:/],
    ['a host without vCPUs to sell', short(4, { resource: 'vCPU', unit: 'vCPU' }), {}, /: 4 vCPU short\./],
    [
      'a Dom0 that is full of device models',
      short(1, { resource: 'HVM guests', limit: 9 }),
      {},
      /: its Dom0 carries no more HVM guests, 9 of at most 9\./,
    ],
    ['a host that takes nothing more', filter('HostReady'), {}, /: it is cordoned\./],
    [
      'a pool that must bear a loss: no VM of others is named',
      filter('HostFailures', { host: 'h1', shortfall: { amount: 1, unit: 'VM', resource: 'evil.x' } }),
      {},
      /: its pool could not restart the VMs of lost hosts any more\./,
    ],
  ];
  for (const [what, explanation, over, words] of rows)
    it(`tells of ${what}`, () => match(said(explanation, over), words));

  it('names all that is short', () => {
    const both = {
      ...short(1),
      filters: [...short(100).filters, ...short(4, { resource: 'vCPU', unit: 'vCPU' }).filters],
    };
    match(said(both), /: 100 MiB of memory short; 4 vCPU short\./);
  });

  it('is nothing where it could by now', () => {
    const { says, explainer } = bench();
    says.grows = true;
    equal(explainer.explain('a', 'grow', wants(8)), false);
    equal(explainer.said('a'), undefined);
  });
});

describe('a VM that was refused', () => {
  it('is explained at once the first time, and then with all others once a second', async () => {
    const { clock, asked, explainer } = bench();
    explainer.add('a', RANK);
    equal(explainer.due.take(), 'a');
    explainer.explain('a', 'place', wants(8));
    for (let times = 0; times < 3; times += 1) explainer.add('a', RANK);
    await clock.advance(999);
    deepEqual([explainer.due.size, asked.due], [0, 0]);
    await clock.advance(1);
    deepEqual([explainer.due.take(), asked.due], ['a', 1]);
    await clock.advance(5000);
    deepEqual([explainer.due.size, asked.due], [0, 1], 'nobody asked since');
    explainer.add('a', RANK);
    await clock.advance(1000);
    deepEqual([explainer.due.take(), asked.due], ['a', 2]);
  });

  it('lets one that has not had its first explanation go before', async () => {
    const { clock, explainer } = bench();
    explainer.explain('a', 'place', wants(8));
    explainer.add('a', RANK);
    await clock.advance(1000);
    explainer.add('new', { ...RANK, createdAtMs: 1 });
    deepEqual([explainer.due.take(), explainer.due.take()], ['new', 'a']);
  });

  it('is forgotten with all that was said', async () => {
    const { clock, explainer } = bench();
    explainer.add('b', RANK);
    explainer.explain('a', 'place', wants(8));
    explainer.add('a', RANK);
    explainer.forget('a');
    explainer.forget('b');
    await clock.advance(1000);
    deepEqual([explainer.due.size, explainer.said('a'), [...explainer.all()]], [0, undefined, []]);
  });

  it('is explained to nobody after the term', async () => {
    const { clock, asked, explainer } = bench();
    explainer.explain('a', 'place', wants(8));
    explainer.add('a', RANK);
    explainer.stop();
    await clock.advance(5000);
    equal(asked.due, 0);
  });
});
