/**
 * The real plan under every disorder that the model can make: there are never two copies, and when
 * the disorder stops, the declared state is reached.
 */
import { deepEqual, equal, fail, ok } from 'node:assert/strict';
import { UID, vm } from './builders';
import { FleetModel, STRANGER, VICTIM } from './fleet-model';
import { ALL_RULES, type Rules } from './model-operator';
import { seeded } from '../../seeded';

const FAULT_RATES = [0.02, 0.05, 0.1, 0.2];

/** The seed that shows two running copies, or undefined. */
function findTwoCopies(rules: Rules, seeds: number, steps: number): { seed: number; trail: string[] } | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const fleet = new FleetModel(seeded(seed), rules, FAULT_RATES[seed % FAULT_RATES.length]);
    for (let i = 0; i < steps; i++) {
      fleet.step(true);
      if (fleet.running().length > 1) return { seed, trail: fleet.trail };
    }
  }
  return undefined;
}

/** A host with the VM dies, is declared dead, and comes back at any moment of the move. */
function findTwoCopiesAfterDeath(rules: Rules, seeds: number): { seed: number; trail: string[] } | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const random = seeded(seed);
    const fleet = new FleetModel(random, rules);
    for (let i = 0; i < 4000 && fleet.running().length === 0; i++) fleet.step(false);
    for (let i = 0; i < 100; i++) fleet.step(false);
    const [host = ''] = fleet.running();
    const dom0 = fleet.dom0s[host];
    ok(dom0);
    dom0.powerOff();
    fleet.api.declaredDead[host] = dom0.bootID;
    const returnsAfter = Math.floor(random() * 250);
    for (let i = 0; i < 500; i++) {
      if (i === returnsAfter) dom0.powerOn();
      fleet.step(false);
      if (fleet.running().length > 1) return { seed, trail: fleet.trail };
    }
  }
  return undefined;
}

/**
 * The VM moves away from a host that died and came back. A backup from before is restored, and the
 * agent where the VM runs now is stopped.
 */
function findTwoCopiesAfterRestore(rules: Rules, seeds: number): { seed: number; trail: string[] } | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const fleet = new FleetModel(seeded(seed), rules);
    const go = (steps: number, until: () => boolean): void => {
      for (let i = 0; i < steps && !until(); i++) fleet.step(false);
    };
    go(4000, () => fleet.running().length > 0);
    go(100, () => false);
    const [before = ''] = fleet.running();
    const dom0 = fleet.dom0s[before];
    ok(dom0);
    fleet.backUp();
    dom0.powerOff();
    fleet.api.declaredDead[before] = dom0.bootID;
    go(4000, () => fleet.running().length > 0);
    const [now = ''] = fleet.running();
    dom0.powerOn();
    const there = fleet.dom0s[now];
    if (there !== undefined) there.silent = true;
    fleet.restore();
    for (let i = 0; i < 1000; i++) {
      fleet.step(false);
      if (fleet.running().length > 1) return { seed, trail: fleet.trail };
    }
  }
  return undefined;
}

describe('the claim protocol under disorder', function () {
  this.timeout(240_000);

  it('never runs two copies', () => {
    const found = findTwoCopies(ALL_RULES, 3000, 400);
    if (found) fail(`seed ${found.seed}:\n  ${found.trail.slice(-40).join('\n  ')}`);
  });

  it('never runs two copies when a host that was declared dead comes back in the midst of the move', () => {
    const found = findTwoCopiesAfterDeath(ALL_RULES, 2000);
    if (found) fail(`seed ${found.seed}:\n  ${found.trail.slice(-40).join('\n  ')}`);
  });

  it('the model can fail: without the boot in claims two copies run', () => {
    ok(findTwoCopiesAfterDeath({ ...ALL_RULES, boots: false }, 2000), 'no seed found two copies');
  });

  for (const rule of ['receipt', 'hostsFirst', 'resourceVersion'] as const) {
    it(`the model can fail: without ${rule} two copies run`, () => {
      ok(findTwoCopies({ ...ALL_RULES, [rule]: false }, 3000, 400), 'no seed found two copies');
    });
  }

  it('never runs two copies when the backup is older than the move and the host that has the VM is silent', () => {
    const found = findTwoCopiesAfterRestore(ALL_RULES, 1000);
    if (found) fail(`seed ${found.seed}:\n  ${found.trail.slice(-40).join('\n  ')}`);
  });

  for (const vouching of ['unasked', 'withoutBoot'] as const) {
    it(`the model can fail: if a claim is vouched for ${vouching}, two copies run`, () => {
      ok(findTwoCopiesAfterRestore({ ...ALL_RULES, vouching }, 1000), 'no seed found two copies');
    });
  }

  it('settles once the disorder stops: the declared state, on one host', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const fleet = new FleetModel(seeded(seed));
      for (let i = 0; i < 200; i++) fleet.step(true);
      fleet.calm();
      for (let i = 0; i < 4000; i++) fleet.step(false);
      const victim = fleet.victim;
      const wanted = victim?.metadata.deletionTimestamp === undefined && victim?.spec.runPolicy === 'Always';
      equal(
        fleet.running().length,
        wanted ? 1 : 0,
        `seed ${seed}: ${JSON.stringify(victim?.status)} ${fleet.trail.slice(-12).join('; ')}`,
      );
      if (wanted) equal(fleet.running()[0], victim.status?.placement?.host, `seed ${seed}`);
    }
  });
});

/** A stranger's manifest that names the victim's UUID, and a disk that is to go with the VM. */
const strangers = vm({
  meta: { namespace: 'evil', name: 'x', uid: 'uid-of-the-stranger', creationTimestamp: '2026-06-01T00:00:00Z' },
  spec: {
    identity: { uuid: UID },
    disks: [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'local', deletionPolicy: 'Delete' }],
  },
});

/**
 * What happens to the victim's guest at every step, while a stranger creates and deletes a VM of
 * its UUID.
 */
function victimBesideStranger(seed: number, rules: Rules): { ended: boolean; leftBehind: boolean; disks: string[] } {
  const fleet = new FleetModel(seeded(seed), rules);
  for (let i = 0; i < 4000 && fleet.running().length === 0; i++) fleet.step(false);
  const before = fleet.running();
  equal(before.length, 1, `seed ${seed}: the victim runs`);
  let ended = false;
  const disks = new Set<string>();
  const go = (steps: number): void => {
    for (let i = 0; i < steps; i++) {
      fleet.step(false);
      ended ||= fleet.running().join() !== before.join();
      for (const order of Object.values(fleet.api.orders))
        for (const { name } of order?.spec.deleteDisks ?? []) disks.add(name);
    }
  };
  fleet.api.vms[STRANGER] = structuredClone(strangers);
  go(600);
  fleet.edit(STRANGER, (doomed) => (doomed.metadata.deletionTimestamp = '2026-06-02T00:00:00Z'));
  go(4000);
  ok(fleet.api.vms[VICTIM], `seed ${seed}`);
  return { ended, leftBehind: fleet.api.vms[STRANGER] !== undefined, disks: [...disks] };
}

describe('two tenants and one UUID', function () {
  this.timeout(60_000);

  it('the stranger goes as he came: the guest of the other runs on, no disk is named, nothing is left behind', () => {
    for (let seed = 1; seed <= 100; seed++)
      deepEqual(victimBesideStranger(seed, ALL_RULES), { ended: false, leftBehind: false, disks: [] }, `seed ${seed}`);
  });

  it('the model can fail: without ownership the guest of the other is ended', () => {
    const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
    ok(seeds.some((seed) => victimBesideStranger(seed, { ...ALL_RULES, ownership: false }).ended));
  });
});
