/** What may happen to a fleet, one step at a time, by chance. */
import * as fc from 'fast-check';
import type { XenVM } from '../../../crds/generated/types';
import { hostNamespace } from '../../../common/names';
import { claimed, order, tombstone, UID, vm } from '../plan/builders';
import { NONCE } from './fleet-in-memory';
import type { WatchedFleet } from './watched-fleet';

export const NOW = '2026-01-01T00:00:00Z';
export const HOSTS = ['h1', 'h2', 'h3'] as const;
const STEPS = 25;

export interface Doubtful extends WatchedFleet {
  /** Every host is asked anew. */
  doubt(nonce: string): Promise<void>;
}

type Step = (world: Doubtful) => void | Promise<void>;

export const namespace = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid: `uid-${name}` },
});

const host = fc.constantFrom(...HOSTS);
const epoch = fc.integer({ min: 1, max: 4 });
const orNot = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

/** A VM called web, another that wants the same UUID, and one of its own. */
const uid = fc.constantFrom(UID, 'uid-other', 'uid-third');
const names: Record<string, string> = { [UID]: 'web', 'uid-other': 'other', 'uid-third': 'third' };
const vmStep = fc
  .record({ uid, host, epoch, isClaimed: fc.boolean(), boot: fc.boolean(), isDeleted: fc.nat(4), halted: fc.nat(3) })
  .map(({ uid, host, epoch, isClaimed, boot, isDeleted, halted }): Step => {
    const status: XenVM['status'] = isClaimed
      ? {
          ...claimed(host, epoch),
          domainUUID: uid === 'uid-other' ? UID : uid,
          ...(boot && { placement: { host, epoch, bootID: 'boot-old' } }),
        }
      : undefined;
    const made = vm({
      meta: { name: names[uid] ?? '', uid, ...(isDeleted === 0 && { deletionTimestamp: NOW }) },
      spec: {
        className: undefined as never,
        resources: { vcpus: 1, memory: '1Gi' },
        ...(halted === 0 && { runPolicy: 'Halted' }),
        ...(uid === 'uid-other' && { identity: { uuid: UID } }),
      },
      ...(status && { status }),
    });
    return (world) => void world.vm(made);
  });
const vmGoes = uid.map((uid): Step => {
  return (world) => {
    const known = world.caches.vms.get(`acme/${names[uid]}`);
    if (known !== undefined) world.remove(world.caches.vms, known);
  };
});

const report = fc
  .record({
    host,
    isAnswer: fc.nat(3).map((chance) => chance > 0),
    boot: fc.constantFrom('', '-old', '-2'),
    roster: orNot(fc.subarray([...HOSTS, 'h9'], { minLength: 1 })),
    present: fc.boolean(),
    record: orNot(fc.record({ epoch, retiredEpoch: epoch, refusedEpoch: epoch })),
    whose: uid,
    kept: fc.boolean(),
  })
  .map(({ host, isAnswer, boot, roster, present, record, whose, kept }): Step => {
    const owner = { uuid: whose === 'uid-other' ? UID : whose, namespace: 'acme' };
    const name = names[whose] ?? '';
    return (world) =>
      world.report(host, {
        nonce: isAnswer ? world.directory.nonce : 'other',
        bootID: boot === '-old' ? 'boot-old' : `boot-${host}${boot}`,
        ...(roster && { roster }),
        domains: present ? [{ ...owner, vmName: name, kind: 'ours', domid: 1, memoryMiB: 1024 }] : [],
        records: record === undefined ? [] : [{ ...owner, name, ...record }],
        retainedDisks: kept ? [{ ...owner, vmName: name, disk: 'root', path: '/p' }] : [],
      });
  });

const orderStep = fc
  .record({ host, epoch, boot: fc.boolean(), isRunning: fc.boolean(), retired: orNot(epoch), refused: orNot(epoch) })
  .map(({ host, epoch, boot, isRunning, retired, refused }): Step => {
    const status = {
      epoch,
      phase: isRunning ? ('Running' as const) : ('Stopped' as const),
      ...(refused !== undefined && { refusedEpoch: refused }),
    };
    const bootID = boot ? `boot-${host}` : 'boot-old';
    const made = retired === undefined ? order(host, epoch, { bootID }, status) : tombstone(host, epoch, retired);
    return (world) => void world.order(made);
  });
const orderGoes = host.map((host): Step => {
  return (world) => {
    const known = world.caches.domains.get(`${hostNamespace(host)}/${UID}`);
    if (known !== undefined) world.remove(world.caches.domains, known);
  };
});

const hostStep = fc
  .record({ host, quarantined: fc.nat(3), declaredDead: fc.nat(2), goes: fc.nat(5) })
  .map(({ host, quarantined, declaredDead, goes }): Step => {
    return (world) => {
      const known = world.caches.hosts.get(host);
      if (known === undefined) return void world.host(host);
      if (goes === 0) return world.remove(world.caches.hosts, known);
      const { quarantined: _quarantined, declaredDead: _declaredDead, ...spec } = known.spec;
      world.put(world.caches.hosts, {
        ...known,
        spec: {
          ...spec,
          ...(quarantined === 0 && { quarantined: true }),
          ...(declaredDead === 0 && { declaredDead: world.directory.agent(host)?.status?.bootID ?? 'none' }),
        },
      });
    };
  });
const namespaceStep = fc.record({ host, isThere: fc.boolean() }).map(({ host, isThere }): Step => {
  const object = namespace(hostNamespace(host));
  return (world) =>
    isThere ? void world.put(world.caches.namespaces, object) : world.remove(world.caches.namespaces, object);
});
const dies = host.map((host): Step => {
  return async (world) => {
    const known = world.caches.hosts.get(host);
    const declaredDead = world.directory.agent(host)?.status?.bootID ?? 'none';
    if (known !== undefined) world.put(world.caches.hosts, { ...known, spec: { ...known.spec, declaredDead } });
    await world.clock.advance(27_000);
  };
});
const silence = fc.constantFrom(1000, 27_000).map(
  (ms): Step =>
    (world) =>
      world.clock.advance(ms),
);
const doubt = fc.constantFrom(NONCE, 'n2', 'n3').map((nonce): Step => {
  return (world) => world.doubt(nonce);
});

export const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: vmStep },
    { weight: 8, arbitrary: report },
    { weight: 4, arbitrary: orderStep },
    { weight: 2, arbitrary: hostStep },
    { weight: 1, arbitrary: vmGoes },
    { weight: 1, arbitrary: orderGoes },
    { weight: 1, arbitrary: namespaceStep },
    { weight: 1, arbitrary: dies },
    { weight: 1, arbitrary: silence },
    { weight: 1, arbitrary: doubt },
  ),
  { maxLength: STEPS },
);
