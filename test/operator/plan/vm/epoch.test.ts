/** Epochs, the rule that hosts come first, and the VM whose host is dead. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { hostsFirst, implausible, lastEpoch, nextEpoch } from '../../../../operator/plan/vm/epoch';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, facts, host, order, seen, vm, WANTED } from '../builders';

type Facts = Parameters<typeof facts>[0];
const onH1 = vm({ status: claimed('h1', 2) });
const at = (name: string, made: XenDomain) => ({ host: name, order: made });
const problem = { problem: { reason: 'ClassNotFound', message: 'no class' } } as const;

describe('epochs', () => {
  const refused = (name: string, refusedEpoch: number) => at(name, order(name, 1, {}, { epoch: 1, refusedEpoch }));
  it('are above what the very host refuses, and not above what another does', () => {
    const f = facts({ orders: [refused('h1', 4), refused('h2', 8)] });
    deepEqual([nextEpoch(f, 'h1'), nextEpoch(f, 'h2'), nextEpoch(f, 'h3')], [5, 9, 2]);
  });

  it('are believed up to a thousand million, that included', () => {
    const f = (epoch: number) => facts({ sightings: [seen('h1', { epoch })] });
    deepEqual([nextEpoch(f(10 ** 9), 'h1'), nextEpoch(f(10 ** 9 + 1), 'h1')], [10 ** 9 + 1, 1]);
    equal(implausible(f(10 ** 9), 'h1'), undefined);
    const lie = implausible(f(10 ** 9 + 1), 'h1');
    ok(lie?.do === 'wait' && lie.because?.stalled === true);
  });

  it('that a host obeyed last are its own, and believed', () => {
    const f = facts({
      sightings: [seen('h1', { epoch: 3 }), seen('h2', { epoch: 9 }), seen('h3', { epoch: 10 ** 12 })],
    });
    deepEqual(
      ['h1', 'h3', 'h4'].map((name) => lastEpoch(f, name)),
      [3, 0, 0],
    );
  });

  it('wait for hosts, of which five are named', () => {
    const words = (unreported: string[]): string => {
      const held = hostsFirst(facts({ unreported }));
      return (held?.do === 'wait' && held.because?.message) || '';
    };
    match(words(['a']), /^waiting for a report of a: it could/);
    match(words(['a', 'b', 'c', 'd', 'e']), /^waiting for a report of a, b, c, d, e: it could/);
    match(words(['a', 'b', 'c', 'd', 'e', 'f']), /^waiting for a report of a, b, c, d, e, …: it could/);
  });
});

describe('a VM whose host is dead', () => {
  const deadH1 = host('h1', { dead: true, answered: false });
  const disk = (over: object = {}) => ({
    name: 'root',
    device: 'xvda',
    sizeBytes: 1,
    pool: 'local',
    path: '/d',
    driver: 'file' as const,
    locality: 'local' as const,
    readOnly: false,
    ...over,
  });
  const wanting = (over: object) => ({ resolution: { wanted: { ...WANTED, disks: [disk(over)] } } });
  const made = (name: string) => at(name, order(name, 1, {}, { epoch: 1, madeDisks: ['root'] }));
  const rival = { namespace: 'evil', name: 'x', uid: '0', createdAt: '', placed: true };
  /** Its guest is off, and its host has said why. */
  const off = (runPolicy: 'Always' | 'Once' | 'RerunOnFailure' | 'Manual', reason = 'Finished', epoch = 2): Facts => {
    const word = { type: 'Ready', status: 'False' as const, reason, message: '', lastTransitionTime: '' };
    const said = order('h1', 2, {}, { epoch, phase: 'Stopped', conditions: [word] });
    return { vm: { ...onH1, spec: { ...onH1.spec, runPolicy } }, orders: [at('h1', said)] };
  };
  const ROWS: readonly [string, Facts, string][] = [
    ['moves', {}, 'place ≥3'],
    ['does not run again elsewhere what was to run once, and did', off('Once'), 'wait HostUnknown'],
    ['… or until it ends well, and did', off('RerunOnFailure'), 'wait HostUnknown'],
    ['… but what was off for another reason', off('Once', 'Halted'), 'place ≥3'],
    ['… or in an older epoch', off('Once', 'Finished', 1), 'place ≥3'],
    ['… or is to run always, or by hand', off('Always'), 'place ≥3'],
    ['… by hand', off('Manual'), 'place ≥3'],
    ['moves if its disk was never made', wanting({}), 'place ≥3'],
    ['waits for its disk there', wanting({ madeOn: 'h1' }), 'wait HostUnknown'],
    ['moves to a disk elsewhere', wanting({ madeOn: 'h2' }), 'place ≥3'],
    ['waits for a disk that its order made', { ...wanting({}), orders: [made('h1')] }, 'wait HostUnknown'],
    ['… not for one that another host’s order made', { ...wanting({}), orders: [made('h2')] }, 'place ≥3'],
    [
      'waits for a disk of which nobody has heard',
      { ...wanting({}), orders: [at('h1', order('h1', 1))] },
      'wait HostUnknown',
    ],
    [
      '… or that a guest may have had that was being made',
      { ...wanting({}), orders: [at('h1', order('h1', 1, {}, { epoch: 1, phase: 'Starting' }))] },
      'wait HostUnknown',
    ],
    [
      'moves if the host has said that it did not start it',
      { ...wanting({}), orders: [at('h1', order('h1', 1, {}, { epoch: 1, phase: 'Failed' }))] },
      'place ≥3',
    ],
    ['… or was never to', { ...wanting({}), orders: [at('h1', order('h1', 1, { desired: 'Absent' }))] }, 'place ≥3'],
    [
      'moves to a disk elsewhere, whatever it may have made',
      { ...wanting({ madeOn: 'h2' }), orders: [at('h1', order('h1', 1))] },
      'place ≥3',
    ],
    ['moves with a shared disk', wanting({ madeOn: 'h1', locality: 'shared' }), 'place ≥3'],
    ['moves away from a disk that is only read', wanting({ madeOn: 'h1', readOnly: true }), 'place ≥3'],
    ['does not move if its UUID is another’s', { rivals: [rival] }, 'wait IdentityConflict'],
    ['does not move while a name means nothing', { resolution: problem }, 'wait ClassNotFound'],
    ['does not move before hosts have reported', { unreported: ['h9'] }, 'wait HostNotReporting'],
  ];
  for (const [name, over, expected] of ROWS)
    it(`${name}: ${expected}`, () => {
      equal(brief(planVm(facts({ vm: onH1, hosts: [deadH1, host('h2')], ...over }))), expected);
    });

  it('says so if only somebody’s act helps', () => {
    const held = planVm(facts({ vm: onH1, hosts: [deadH1], resolution: problem }));
    deepEqual(held.do === 'wait' && held.because, { reason: 'ClassNotFound', message: 'no class', stalled: true });
  });
});

describe('a VM whose host', () => {
  const ROWS: readonly [string, Facts, string][] = [
    ['is no more waits for it', { hosts: [] }, 'wait HostNotReporting'],
    ['has no namespace waits for it', { hosts: [host('h1', { namespaceReady: false })] }, 'wait HostNotReporting'],
    ['has not answered waits for it', { hosts: [host('h1', { answered: false })] }, 'wait HostNotReporting'],
  ];
  for (const [name, over, expected] of ROWS)
    it(`${name}: ${expected}`, () => equal(brief(planVm(facts({ vm: onH1, ...over }))), expected));
});
