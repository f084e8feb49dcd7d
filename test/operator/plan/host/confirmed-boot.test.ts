/** The boot in which an agent may start guests, and how it is told. */
import { equal } from 'node:assert/strict';
import { agentSpec } from '../../../../operator/plan/host/objects';
import { confirmedBoot, type HostFacts } from '../../../../operator/plan/host/view';
import { catalogOf } from '../builders';
import type { XenAgent, XenHost } from '../../../../crds/generated/types';

const host = (declaredDead?: string): XenHost => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenHost',
  metadata: { name: 'h1' },
  spec: { ...(declaredDead !== undefined && { declaredDead }) },
});
const agent = (status: XenAgent['status'], named?: string): XenAgent => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenAgent',
  metadata: { name: 'h1' },
  spec: { fleetID: 'f', nonce: 'n', ...(named !== undefined && { confirmedBootID: named }) },
  ...(status && { status }),
});

const facts = (known: XenAgent | undefined, silentMs = 0): HostFacts => ({
  agent: known,
  nonce: 'n',
  fleetID: 'f',
  silentMs,
  watchedMs: 60_000,
  unknownAfterMs: 25_000,
  namespaceReady: true,
});

describe('the boot in which an agent may start guests', () => {
  it('is the one that has reported to this leader, and until it has, the one that was named before', () => {
    equal(confirmedBoot(host(), facts(undefined)), undefined);
    equal(confirmedBoot(host(), facts(agent({ bootID: 'b1', nonce: 'n' }))), 'b1');
    equal(confirmedBoot(host(), facts(agent({ bootID: 'b2', nonce: 'n' }, 'b1'))), 'b2');
    equal(confirmedBoot(host(), facts(agent({ bootID: 'b2', nonce: 'old' }, 'b1'))), 'b1');
    equal(confirmedBoot(host(), facts(agent({ bootID: 'b2', nonce: 'old' }))), undefined);
  });

  it('is the one that has reported, though its report is cut short', () =>
    equal(confirmedBoot(host(), facts(agent({ bootID: 'b1', nonce: 'n', truncated: true }))), 'b1'));

  it('is none while its last boot is declared dead', () =>
    equal(confirmedBoot(host('b1'), facts(agent({ bootID: 'b1', nonce: 'n' }, 'b1'), 30_000)), undefined));

  it('is told to the agent only if there is one', () => {
    const known = { fleetID: 'f', nonce: 'n', agent: undefined, catalog: catalogOf() };
    equal(agentSpec('h1', known, 'b1').confirmedBootID, 'b1');
    equal('confirmedBootID' in agentSpec('h1', known, undefined), false);
  });
});
