/** What a XenHost is judged to be: the first rule that objects counts. And when a boot is over. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenAgent, XenHost } from '../../../../crds/generated/types';
import { showHost } from '../../../../operator/plan/host/status';
import {
  hasAnswered,
  isBelieved,
  isDeclaredDead,
  judge,
  viewHost,
  type HostFacts,
} from '../../../../operator/plan/host/view';
import { rememberedHosts } from '../../../../operator/plan/roster';
import { FLEET } from '../builders';

const NOW = '2026-01-01T00:00:00Z';
type Report = NonNullable<XenAgent['status']>;

const host = (spec: Partial<XenHost['spec']> = {}): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: { name: 'h1' },
  spec: { pool: 'default', ...spec },
});
const REPORT: Report = {
  nonce: 'n1',
  bootID: 'b1',
  fleetID: FLEET,
  dom0: { vcpus: 1, memoryMiB: 1, memoryFixed: true },
};
const known = (over: Partial<HostFacts> = {}, report: Partial<Report> | undefined = {}): HostFacts => ({
  agent: report && {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenAgent',
    metadata: { name: 'h1' },
    spec: { fleetID: FLEET },
    status: { ...REPORT, ...report },
  },
  nonce: 'n1',
  fleetID: FLEET,
  silentMs: 1000,
  watchedMs: 60_000,
  unknownAfterMs: 25_000,
  namespaceReady: true,
  ...over,
});
const trouble = { type: 'Ready', status: 'False' as const, reason: 'X', message: 'xl hangs', lastTransitionTime: NOW };
const declared = host({ declaredDead: 'b1' });
const refuted: XenHost = { ...declared, status: { refutedDeath: 'b1' } };

const ROWS: readonly [string, XenHost, HostFacts, string, string][] = [
  ['a host that reports', host(), known(), 'Ready', 'AgentReporting'],
  [
    'one that nobody has reported for',
    host(),
    known({}, { bootID: undefined } as never),
    'Pending',
    'AgentNeverReported',
  ],
  ['one without a XenAgent', host(), { ...known(), agent: undefined }, 'Pending', 'AgentNeverReported'],
  ['one that is silent', host(), known({ silentMs: 25_001 }), 'Unknown', 'AgentSilent'],
  ['one that is not silent yet', host(), known({ silentMs: 25_000 }), 'Ready', 'AgentReporting'],
  ['one that was not heard since the start', host(), known({ silentMs: undefined }), 'Unknown', 'AgentSilent'],
  ['one of another fleet', host(), known({}, { fleetID: 'other' }), 'NotReady', 'WrongFleet'],
  ['one that has not answered this leader', host(), known({}, { nonce: 'n0' }), 'NotReady', 'AwaitingReport'],
  ['one whose report is cut short', host(), known({}, { truncated: true }), 'NotReady', 'ReportTruncated'],
  [
    'one whose Dom0 has no fixed memory',
    host(),
    known({}, { dom0: { memoryFixed: false } }),
    'NotReady',
    'Dom0MemoryNotFixed',
  ],
  ['one whose agent is in trouble', host(), known({}, { conditions: [trouble] }), 'NotReady', 'AgentTrouble'],
  [
    'one that ends and holds something',
    host(),
    known({ held: { reason: 'HoldsDomains', message: '2 VMs' } }),
    'NotReady',
    'HoldsDomains',
  ],
  ['one that is quarantined', host({ quarantined: true }), known(), 'NotReady', 'Quarantined'],
  ['one that is declared dead and silent', declared, known({ silentMs: 25_001 }), 'Unknown', 'DeclaredDead'],
  ['one that is declared dead and lives', declared, known(), 'NotReady', 'DeclaredDeadButAlive'],
  ['one whose death was refuted, and that lives', refuted, known(), 'NotReady', 'DeclaredDeadButAlive'],
  ['one whose death was refuted, silent now', refuted, known({ silentMs: 99_999 }), 'Unknown', 'DeclaredDeadButAlive'],
  ['one whose former boot was declared over', host({ declaredDead: 'b0' }), known(), 'Ready', 'AgentReporting'],
];

describe('what a host is', () => {
  it('tells why the memory of a Dom0 is not fixed, if its agent says so', () => {
    const message = (memoryProblem?: string) =>
      judge(host(), known({}, { dom0: { memoryFixed: false, ...(memoryProblem !== undefined && { memoryProblem }) } }))
        .message;
    equal(message().includes('sold: set dom0_mem='), true);
    equal(message('autoballoon is on').includes('sold (autoballoon is on): set dom0_mem='), true);
  });

  for (const [name, object, facts, state, reason] of ROWS) {
    it(`${name}: ${state}, ${reason}`, () => {
      const [ready] = showHost(object, facts, undefined, NOW).conditions ?? [];
      deepEqual([viewHost(object, facts).state, ready?.reason], [state, reason]);
    });
  }

  it('is told with a remedy', () => {
    const message = (object: XenHost, facts: HostFacts) => viewHost(object, facts).message;
    match(message(declared, known()), /declared over, but its agent was heard less than 25 s ago/);
    match(message(refuted, known()), /the word is void and nothing is moved away\. Take spec\.declaredDead back/);
    equal(message(declared, known({ livedSinceDeclared: true })), message(refuted, known()));
  });

  it('that cannot tell all has not answered', () =>
    equal(viewHost(host(), known({}, { truncated: true })).answered, false));

  it('that is quarantined has not answered, whatever it wrote', () => {
    const { answered, quarantined } = viewHost(host({ quarantined: true }), known());
    deepEqual([answered, quarantined], [false, true]);
  });
});

describe('a boot counts as over', () => {
  const DEATHS: readonly [string, XenHost, HostFacts, boolean][] = [
    ['if it was declared so and the host is silent', declared, known({ silentMs: 25_001 }), true],
    ['not while its Lease is renewed', declared, known({ silentMs: 3000 }), false],
    ['not at the limit of silence', declared, known({ silentMs: 25_000 }), false],
    ['if it was never heard, and was listened for long enough', declared, known({ silentMs: undefined }), true],
    ['not right after the start of the operator', declared, known({ silentMs: undefined, watchedMs: 10 }), false],
    ['if another boot of the host renews the Lease', declared, known({ silentMs: 0, beatBootID: 'b2' }), true],
    ['not if that very boot renews the Lease', declared, known({ silentMs: 0, beatBootID: 'b1' }), false],
    ['not if it was heard after the word', declared, known({ silentMs: 99_999, livedSinceDeclared: true }), false],
    ['not if it was so in the time of another operator', refuted, known({ silentMs: 99_999 }), false],
    [
      'if what was refuted is the death of another boot',
      { ...declared, status: { refutedDeath: 'b0' } },
      known({ silentMs: 99_999 }),
      true,
    ],
    ['not even if another boot renews the Lease of a refuted one', refuted, known({ beatBootID: 'b2' }), false],
    ['not if another boot was declared over', host({ declaredDead: 'b0' }), known({ silentMs: 99_999 }), false],
    ['not if nothing was declared', host(), known({ silentMs: 99_999 }), false],
    [
      'by what the host’s own page remembers, if its XenAgent is gone',
      { ...declared, status: { bootID: 'b1' } },
      { ...known({ silentMs: 99_999 }), agent: undefined },
      true,
    ],
  ];
  for (const [name, object, facts, expected] of DEATHS) {
    it(name, () => equal(isDeclaredDead(object, facts), expected));
  }
});

describe('what refuted a declaration', () => {
  const shown = (object: XenHost, facts: HostFacts) => showHost(object, facts, undefined, NOW).refutedDeath;

  it('is kept as long as the declaration stands', () => {
    equal(shown(declared, known()), undefined);
    equal(shown(declared, known({ livedSinceDeclared: true })), 'b1');
    equal(shown(refuted, known({ silentMs: 99_999 })), 'b1');
    equal(shown({ ...host(), status: { refutedDeath: 'b1' } }, known()), undefined, 'it was taken back');
    equal(shown({ ...host({ declaredDead: 'b2' }), status: { refutedDeath: 'b1' } }, known()), undefined);
  });
});

describe('a report is believed', () => {
  it('unless the host is quarantined, dead, or of another fleet', () => {
    const silent = known({ silentMs: 99_999 });
    deepEqual(
      [
        isBelieved(host(), known()),
        isBelieved(host({ quarantined: true }), known()),
        isBelieved(declared, silent),
        isBelieved(declared, known()),
        isBelieved(host(), known({}, { fleetID: 'other' })),
      ],
      [true, false, false, true, false],
    );
  });

  it('and answers a leader by the nonce of its term, once it names its boot', () => {
    const answers = (report: Partial<Report>): boolean => hasAnswered(host(), known({}, report).agent, 'n1');
    deepEqual([answers({}), answers({ nonce: 'n0' }), answers({ bootID: undefined } as never)], [true, false, false]);
  });
});

describe('hosts that are remembered', () => {
  const roster = (at: string, ...names: string[]) => ({ host: at, names });
  const known = (name: string): boolean => ['h1', 'h2', 'h3'].includes(name);
  const ROSTERS: readonly [string, ReturnType<typeof roster>[], string[]][] = [
    ['by two reports count', [roster('h1', 'h1', 'h9'), roster('h2', 'h9', 'h8')], ['h9']],
    ['by one of several reports do not: it could be a lie', [roster('h1', 'ghost'), roster('h2', 'h1')], []],
    ['twice in one report do not either', [roster('h1', 'ghost', 'ghost'), roster('h2')], []],
    ['by the only report count', [roster('h1', 'h9')], ['h9']],
    ['by nobody are none', [], []],
  ];
  for (const [name, rosters, expected] of ROSTERS) {
    it(name, () => deepEqual(rememberedHosts(rosters, known), expected));
  }
});
