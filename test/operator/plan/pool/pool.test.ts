/** What a pool's page says, case by case. */
import { deepEqual, equal, match, notDeepEqual, ok } from 'node:assert/strict';
import type { XenPool } from '../../../../crds/generated/types';
import { MIB } from '../../../../common/memory';
import { KIND_WORDS } from '../../../../common/reason-words/kinds';
import { gist, poolPolicy, showPool, type PoolFacts } from '../../../../operator/plan/pool/pool';
import type { HostLoss, PoolAccount } from '../../../../scheduler';

const NOW = '2026-01-01T00:00:00Z';
const GIB = 1024 * MIB;

const pool = (spec: XenPool['spec'] = {}, status?: XenPool['status']): XenPool => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenPool',
  metadata: { name: 'default', generation: 3 },
  spec,
  ...(status && { status }),
});
const loss = (over: Partial<HostLoss> = {}): HostLoss => ({
  hosts: ['h1'],
  vms: 2,
  bytes: 8 * GIB,
  held: 0,
  left: [],
  leftBytes: 0,
  headroomBytes: GIB + 1,
  ...over,
});
const account = (over: Partial<PoolAccount> = {}): PoolAccount => ({
  pool: 'default',
  vcpuRatio: 4,
  hostFailuresToTolerate: 1,
  hosts: 3,
  readyHosts: 2,
  cpus: 48,
  totalBytes: 192 * GIB,
  vms: 5,
  committedVcpus: 9,
  committedBytes: 20 * GIB + 5,
  freeVcpus: 100,
  freeBytes: 90 * GIB,
  hvmGuests: 7,
  mostHvmGuests: 168,
  freeHvmGuests: 105,
  tolerates: 'yes',
  worstLoss: loss(),
  ...over,
});
const { worstLoss: _none, ...hostless } = account({ hosts: 0 });
const facts = (over: Partial<PoolAccount> = {}, unreported: readonly string[] = []): PoolFacts => ({
  account: account(over),
  unreported,
});
const stuck = loss({ left: ['acme.a', 'acme.b'], leftBytes: 8 * GIB, headroomBytes: -GIB });

/** [case, facts, status and reason of Ready and FailuresTolerated, the message, Stalled] */
const CASES: readonly [string, PoolFacts, string, RegExp, string][] = [
  [
    'the worst loss is absorbed',
    facts(),
    'True FailuresTolerated',
    /^the worst is absorbed: the loss of h1 would have 2 VMs restarted elsewhere, after which 1024 MiB would be free in the pool$/,
    'False',
  ],
  [
    'VMs that their disks hold are not passed over',
    facts({ worstLoss: loss({ vms: 1, held: 1 }) }),
    'True FailuresTolerated',
    /1 VM restarted elsewhere, .*; 1 VM would wait there for their disks$/,
    'False',
  ],
  [
    'a loss that cannot be absorbed names who would be left, and the remedy',
    facts({ tolerates: 'no', worstLoss: stuck }),
    'False FailuresNotTolerated',
    /^the loss of h1 would leave 2 of its 2 VMs without a place \(8192 MiB\): acme\.a, acme\.b\. Nothing new is placed .*add a host/,
    'False',
  ],
  [
    'a pair of hosts',
    facts({ hostFailuresToTolerate: 2, tolerates: 'no', worstLoss: { ...stuck, hosts: ['h1', 'h2'] } }),
    'False FailuresNotTolerated',
    /^the loss of h1 and h2 would leave 2 of their 2 VMs/,
    'False',
  ],
  [
    'no more than ten names',
    facts({
      tolerates: 'no',
      worstLoss: { ...stuck, vms: 12, left: Array.from({ length: 12 }, (_, n) => `acme.v${n}`) },
    }),
    'False FailuresNotTolerated',
    /leave 12 of its 12 VMs .*: acme\.v0, .*acme\.v9 and 2 more\./,
    'False',
  ],
  [
    'too large to be judged: only another spec or fewer hosts help',
    facts({ tolerates: 'unjudged', unjudged: 'it is too large: split it' }),
    'False FailuresNotJudged',
    /^it is too large: split it\. Nothing new is placed in this pool$/,
    'True',
  ],
  [
    'hosts that have not reported: not known yet',
    facts({ tolerates: 'no', worstLoss: stuck }, ['h2']),
    'Unknown AwaitingReports',
    /^waiting for a report of h2$/,
    'False',
  ],
  [
    'hosts that have not reported: it can only get better',
    facts({}, ['h2']),
    'True FailuresTolerated',
    /^the worst is absorbed/,
    'False',
  ],
  [
    'no VMs yet',
    facts({ worstLoss: loss({ vms: 0, bytes: 0 }) }),
    'True FailuresTolerated',
    /would have no VM restarted elsewhere, after which/,
    'False',
  ],
  [
    'nothing to tolerate, whoever has reported; the loss is told all the same',
    facts({ hostFailuresToTolerate: 0, worstLoss: stuck }, ['h2']),
    'True NoFailuresToTolerate',
    /^no room is kept for the VMs of a lost host: the loss of h1 would leave 2 of its 2 VMs/,
    'False',
  ],
  [
    'no host at all',
    { account: hostless, unreported: [] },
    'True FailuresTolerated',
    /^no host is in pool default$/,
    'False',
  ],
];

describe('the page of a pool', () => {
  for (const [what, given, verdict, says, stalled] of CASES) {
    it(what, () => {
      const { conditions = [], observedGeneration } = showPool(pool(), given, NOW);
      equal(observedGeneration, 3);
      deepEqual(
        conditions.map(({ type, status }) => `${type} ${status}`),
        [`Ready ${verdict.split(' ')[0]}`, `Stalled ${stalled}`, `FailuresTolerated ${verdict.split(' ')[0]}`],
      );
      for (const { type, status, reason, message } of conditions) {
        ok(reason in KIND_WORDS.XenPool, reason);
        if (type === 'Stalled' && status === 'False') continue;
        equal(reason, verdict.split(' ')[1]);
        match(message, says);
      }
    });
  }

  it('has the figures in whole MiB, rounded down', () => {
    const { conditions: _, ...figures } = showPool(pool(), facts(), NOW);
    deepEqual(figures, {
      observedGeneration: 3,
      rules: { vcpuRatio: 4, hostFailuresToTolerate: 1 },
      hosts: { count: 3, ready: 2 },
      capacity: { cpus: 48, vcpus: 192, memory: '196608Mi', hvmGuests: 168 },
      committed: { vms: 5, vcpus: 9, memory: '20480Mi', hvmGuests: 7 },
      free: { vcpus: 100, memory: '92160Mi', hvmGuests: 105 },
      worstLoss: { hosts: ['h1'], vms: 2, memory: '8192Mi', held: 0, headroom: '1024Mi' },
    });
  });

  it('says who would be left instead of what would be free', () => {
    const { worstLoss } = showPool(pool(), facts({ tolerates: 'no', worstLoss: stuck }), NOW);
    const left = { vms: 2, memory: '8192Mi', names: ['acme.a', 'acme.b'] };
    deepEqual(worstLoss, { hosts: ['h1'], vms: 2, memory: '8192Mi', held: 0, left });
  });

  it('is written at once for another verdict or other rules, and not for figures', () => {
    const shown = gist(showPool(pool(), facts(), NOW));
    deepEqual(gist(showPool(pool(), facts({ vms: 6, worstLoss: loss({ headroomBytes: 5 * GIB }) }), NOW)), shown);
    notDeepEqual(gist(showPool(pool(), facts({ tolerates: 'no', worstLoss: stuck }), NOW)), shown);
    notDeepEqual(gist(showPool(pool(), facts({ vcpuRatio: 2 }), NOW)), shown);
  });

  it('keeps the time of a condition that has not changed', () => {
    const before = showPool(pool(), facts(), '2025-01-01T00:00:00Z');
    const { conditions = [] } = showPool(pool({}, before), facts({ vms: 9 }), NOW);
    deepEqual([...new Set(conditions.map(({ lastTransitionTime }) => lastTransitionTime))], ['2025-01-01T00:00:00Z']);
  });
});

describe('the rules of a pool', () => {
  it('are what the spec says; what it does not say is left to the defaults', () => {
    deepEqual(poolPolicy('a', pool({ vcpuRatio: 8 })), { name: 'a', vcpuRatio: 8 });
    deepEqual(poolPolicy('a', pool({ hostFailuresToTolerate: 2 })), { name: 'a', hostFailuresToTolerate: 2 });
    deepEqual(poolPolicy('a', undefined), { name: 'a' });
  });
});
