/** Orders, rows and records with sane defaults, for tables. */
import type { DomainRecord } from '../../agents/reconcile/record';
import type { StepInput } from '../../agents/reconcile/types';
import type { CfgInput } from '../../agents/xl/cfg';
import type { DomainRow } from '../../agents/xl/list';
import type { Mark } from '../../agents/xl/mark';
import type { RunOrder } from '../../agents/xl/order';

export const UUID = '0b6f3f6e-51ad-4b43-9f0a-0c8f1c2d3e4f';
export const FLEET = 'fleet-1';
export const BOOT = 'boot-1';
export const NOW = 1_800_000_000_000;

/** What a create of `order()` leaves in xenstore. */
export const MARK: Mark = { fleetID: FLEET, epoch: 1, namespace: 'tenant', name: 'web' };

export function order(changes: Partial<RunOrder> = {}): RunOrder {
  return {
    fleetID: FLEET,
    vm: { namespace: 'tenant', name: 'web', uid: 'uid-1' },
    epoch: 1,
    desired: 'Running',
    type: 'pvh',
    runPolicy: 'Always',
    gracePeriodSeconds: 60,
    vcpus: { count: 2, max: 4 },
    memory: { targetMiB: 512, maxMiB: 1024 },
    boot: { kernel: 'debian/vmlinuz', ramdisk: 'debian/initrd.gz', cmdline: 'console=hvc0' },
    disks: [{ name: 'root', device: 'xvda', sizeBytes: 1 << 30, pool: 'local', path: '/var/lib/xenfleet/disks' }],
    networks: [{ name: 'eth0', bridge: 'xenbr0', mac: '02:00:00:00:00:01' }],
    ...changes,
  };
}

export function row(changes: Partial<DomainRow> = {}): DomainRow {
  return { name: 'tenant.web', domid: 7, uuid: UUID, memoryMiB: 512, vcpus: 2, state: 'running', ...changes };
}

export function record(changes: Partial<DomainRecord> = {}): DomainRecord {
  const spec = changes.order ?? order();
  return {
    version: 1,
    uuid: UUID,
    fleetID: FLEET,
    vm: spec.vm,
    epoch: spec.epoch,
    order: spec,
    confirmedBootID: BOOT,
    restarts: 0,
    failures: 0,
    disks: [],
    ...changes,
  };
}

/** A record of a domain that was started an hour ago. */
export function started(changes: Partial<DomainRecord> = {}): DomainRecord {
  const epoch = changes.order?.epoch ?? 1;
  return record({ started: { epoch, bootID: BOOT, atMs: NOW - 3_600_000 }, ...changes });
}

export function input(changes: Partial<StepInput> = {}): StepInput {
  return {
    uuid: UUID,
    order: { kind: 'given', spec: order(), confirmed: true },
    seen: { kind: 'rows', rows: [] },
    mark: MARK,
    host: { fleetID: FLEET, bootID: BOOT, confirmedBootID: BOOT, startUnconfirmed: false },
    nowMs: NOW,
    rowForMs: 0,
    askedForMs: 0,
    ...changes,
  };
}

/** What a cfg is rendered of, with the disks as files of their pools. */
export const cfgInput = (wanted: RunOrder, over: Partial<CfgInput> = {}): CfgInput => ({
  uuid: UUID,
  order: wanted,
  imageDir: '/var/lib/xenfleet/images',
  targets: new Map(
    (wanted.disks ?? []).map(({ name, path }) => [
      name,
      { format: 'raw', path: `${path}/${over.uuid ?? UUID}.${name}.raw` },
    ]),
  ),
  ...over,
});
