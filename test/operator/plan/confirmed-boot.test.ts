import { equal } from 'node:assert/strict';
import { agentSpec, confirmedBoot } from '../../../operator/plan/host';
import type { XenAgent, XenHost } from '../../../crds/generated/types';

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

describe('the boot in which an agent may start guests', () => {
  it('is the one that has reported to this leader, and until it has, the one that was named before', () => {
    equal(confirmedBoot(host(), undefined, 'n'), undefined);
    equal(confirmedBoot(host(), agent({ bootID: 'b1', nonce: 'n' }), 'n'), 'b1');
    equal(confirmedBoot(host(), agent({ bootID: 'b2', nonce: 'n' }, 'b1'), 'n'), 'b2');
    equal(confirmedBoot(host(), agent({ bootID: 'b2', nonce: 'old' }, 'b1'), 'n'), 'b1');
    equal(confirmedBoot(host(), agent({ bootID: 'b2', nonce: 'old' }), 'n'), undefined);
  });

  it('is none while its last boot is declared dead', () =>
    equal(confirmedBoot(host('b1'), agent({ bootID: 'b1', nonce: 'n' }, 'b1'), 'n'), undefined));

  it('is told to the agent only if there is one', () => {
    const fleet = { fleetID: 'f', nonce: 'n', roster: [], storagePools: [], networks: [] };
    equal(agentSpec(fleet, 'b1').confirmedBootID, 'b1');
    equal('confirmedBootID' in agentSpec(fleet, undefined), false);
  });
});
