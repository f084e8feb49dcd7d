/** What the page of a XenHost shows beside its condition. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenAgent, XenHost } from '../../../../crds/generated/types';
import { showHost, type HostUsage } from '../../../../operator/plan/host/status';
import {
  hasAnswered,
  isBelieved,
  isDeclaredDead,
  isOtherMachine,
  machineOf,
  viewHost,
  type HostFacts,
} from '../../../../operator/plan/host/view';
import { rememberedHosts } from '../../../../operator/plan/roster';

const NOW = '2026-01-01T00:00:00Z';
const host = (over: { meta?: object; spec?: object; status?: XenHost['status'] } = {}): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: { name: 'h1', ...over.meta },
  spec: { ...over.spec },
  ...(over.status && { status: over.status }),
});
const known = (status: XenAgent['status'] | undefined, over: Partial<HostFacts> = {}): HostFacts => ({
  agent: {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenAgent',
    metadata: { name: 'h1' },
    spec: { fleetID: 'f' },
    ...(status && { status }),
  },
  nonce: 'n',
  fleetID: 'f',
  silentMs: 1000,
  watchedMs: 60_000,
  unknownAfterMs: 25_000,
  namespaceReady: true,
  ...over,
});
const report: XenAgent['status'] = { nonce: 'n', bootID: 'b1', dom0: { memoryFixed: true } };
const show = (of: XenHost, facts: HostFacts, figures?: HostUsage) => showHost(of, facts, figures, NOW);

describe('the page of a host', () => {
  it('shows what was reported', () => {
    const full = {
      ...report,
      cpus: 8,
      memory: { totalMiB: 1024, freeMiB: 1 },
      xen: { version: '4.17' },
      machineID: 'm1',
    };
    const { conditions: _conditions, ...shown } = show(host({ meta: { generation: 3 } }), known(full));
    deepEqual(shown, {
      observedGeneration: 3,
      phase: 'Ready',
      bootID: 'b1',
      machineID: 'm1',
      xenVersion: '4.17',
      capacity: { cpus: 8, memory: '1024Mi' },
    });
  });

  it('shows nothing that was not', () => {
    const { conditions, ...shown } = show(host(), known(undefined));
    deepEqual(shown, { observedGeneration: 0, phase: 'Pending', capacity: {} });
    deepEqual(
      conditions?.map(({ status, observedGeneration }) => [status, observedGeneration]),
      [['False', 0]],
    );
    equal(show(host(), { ...known(report), agent: undefined }).phase, 'Pending');
  });

  it('shows what the ledger holds there, in whole MiB', () => {
    const { capacity, committed, free } = show(host(), known(report), {
      vms: 2,
      vcpus: 3,
      committedBytes: 5 * 2 ** 20 + 1,
      freeBytes: 7 * 2 ** 20 - 1,
      hvmGuests: 1,
      mostHvmGuests: 56,
    });
    deepEqual([committed, free], [{ vms: 2, vcpus: 3, memory: '5Mi', hvmGuests: 1 }, { memory: '6Mi' }]);
    deepEqual(capacity, { hvmGuests: 56 });
    const none = show(host(), known(report));
    deepEqual([none.committed, none.free], [undefined, undefined]);
  });

  it('says that it ends', () => {
    equal(show(host({ meta: { deletionTimestamp: NOW } }), known(report)).phase, 'Terminating');
  });

  it('keeps the boot that it knew last', () =>
    equal(show(host({ status: { bootID: 'b0' } }), known(undefined)).bootID, 'b0'));

  it('says for how long nothing was heard', () => {
    const words = (silentMs: number | undefined) => viewHost(host(), known(report, { silentMs })).message;
    match(words(30_000), /has not renewed its Lease for 25 s or more/);
    match(words(undefined), /has not renewed its Lease since the operator started/);
  });

  it('says what to do about the memory of Dom0', () => {
    for (const dom0 of [undefined, {}, { memoryFixed: false }])
      match(viewHost(host(), known({ ...report, dom0 } as never)).message, /set dom0_mem=SIZE,max:SIZE/);
  });

  it('is Ready if its agent says so', () => {
    const word = (status: 'True' | 'False' | 'Unknown') => ({
      ...report,
      conditions: [{ type: 'Ready', status, reason: 'X', message: 'w', lastTransitionTime: NOW }],
    });
    deepEqual(
      (['True', 'False', 'Unknown'] as const).map((status) => viewHost(host(), known(word(status))).state),
      ['Ready', 'NotReady', 'NotReady'],
    );
  });
});

describe('a host of which little is known', () => {
  it('is believed, is not dead, has not answered', () => {
    const none = { ...known(report), agent: undefined };
    deepEqual(
      [
        isBelieved(host(), none),
        isDeclaredDead(host(), none),
        hasAnswered(undefined, undefined, 'n'),
        hasAnswered(host(), known(undefined).agent, 'n'),
      ],
      [true, false, false, false],
    );
    equal(viewHost(host(), none).bootID, undefined);
    equal(viewHost(host(), known(undefined)).bootID, undefined);
    equal(isDeclaredDead(host(), known(undefined, { silentMs: 90_000 })), false, 'nothing was declared');
  });

  it('counts as dead by the boot that its page shows', () =>
    equal(
      isDeclaredDead(
        host({ spec: { declaredDead: 'b0' }, status: { bootID: 'b0' } }),
        known(undefined, { silentMs: 90_000 }),
      ),
      true,
    ));

  it('is no other machine', () => {
    deepEqual([machineOf(undefined), machineOf(host())], [undefined, undefined]);
    deepEqual(
      [
        isOtherMachine('m1', undefined),
        isOtherMachine(undefined, { machineID: 'm1' }),
        isOtherMachine('m1', { machineID: 'm2' }),
      ],
      [false, false, true],
    );
  });
});

describe('hosts that only rosters remember', () => {
  const roster = (host: string, ...names: string[]) => ({ host, names });
  const ROWS: readonly [string, Parameters<typeof rememberedHosts>[0], string[]][] = [
    ['none without a report', [], []],
    ['those of the only report', [roster('h1', 'h1', 'x')], ['x']],
    ['those that two name, by name', [roster('h1', 'h1', 'y', 'x'), roster('h2', 'x', 'y', 'z')], ['x', 'y']],
    ['not one that one report names twice', [roster('h1', 'x', 'x'), roster('h2')], []],
  ];
  for (const [name, rosters, expected] of ROWS)
    it(name, () =>
      deepEqual(
        rememberedHosts(rosters, (known) => known === 'h1'),
        expected,
      ),
    );
});
