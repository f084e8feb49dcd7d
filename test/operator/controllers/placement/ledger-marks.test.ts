/** What the ledger brings over after a change: all that may count otherwise, and nothing else. */
import { deepEqual } from 'node:assert/strict';
import type { KubeObject } from '../../../../common/kube/types';
import { LedgerMarks } from '../../../../operator/controllers/placement/ledger-marks';
import type { Store } from '../../../../operator/runtime/store';
import { claimed, order, tombstone, UID, vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

const domain = (memoryMiB: number) => ({ uuid: UID, kind: 'ours' as const, vcpus: 1, memoryMiB });
const kept = { uuid: UID, disk: 'root', path: '/ssd', sizeBytes: 30 };

/** acme/web is claimed on h1, acme/other waits. h2 has nothing of them. */
class Rig extends FleetInMemory {
  readonly web = this.vm(vm({ status: claimed('h1', 1) }));
  readonly other = this.vm(vm({ meta: { name: 'other', uid: 'uid-other' } }));
  readonly marks: LedgerMarks;

  constructor() {
    super('h1', 'h2');
    this.marks = new LedgerMarks(this.caches);
  }

  take(): string[] {
    return (['XenPool', 'XenHost', 'XenVM'] as const).flatMap((kind) => this.marks.take(kind)).sort();
  }

  /** What `act` marks, after all that came before. */
  after(prepare: (rig: this) => unknown, act: (rig: this) => unknown): string[] {
    prepare(this);
    this.take();
    act(this);
    return this.take();
  }

  claims(host: string | undefined): void {
    const { status: _, ...rest } = this.web;
    this.vm(host === undefined ? rest : { ...rest, status: claimed(host, 2)! });
  }

  object(cache: 'pools' | 'vmClasses' | 'storagePools' | 'networks', name: string, spec: object = {}): void {
    this.put(
      this.caches[cache] as unknown as Store<KubeObject>,
      { apiVersion: 'v', kind: 'K', metadata: { name }, spec } as KubeObject,
    );
  }

  namespace(name: string, labels?: Record<string, string>): void {
    this.put(this.caches.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, uid: name, ...(labels && { labels }) },
    });
  }
}

const nothing = (): void => undefined;
const [WEB, OTHER] = ['acme/web', 'acme/other'];
const ALL = [OTHER, WEB, 'h1', 'h2'];
type Act = (rig: Rig) => unknown;
const ROWS: readonly [string, Act, Act, string[]][] = [
  ['is everything at first', nothing, (rig) => rig.marks.all(), ALL],
  ['is a VM that changes', nothing, (rig) => rig.vm({ ...rig.other }), [OTHER]],
  [
    'is a claimed VM that changes otherwise, without its host',
    (rig) => rig.order(order('h1', 1)),
    (rig) => rig.vm({ ...rig.web }),
    [WEB],
  ],
  ['is no host for a claim on one that knows nothing of the VM', nothing, (rig) => rig.claims('h2'), [WEB]],
  [
    'is a host with an order that is claimed there now',
    (rig) => rig.order(order('h2', 1)),
    (rig) => rig.claims('h2'),
    [WEB, 'h2'],
  ],
  [
    'is a host with an order that is claimed there no more',
    (rig) => rig.order(order('h1', 1)),
    (rig) => rig.claims('h2'),
    [WEB, 'h1'],
  ],
  [
    'is a host with an order whose VM is gone',
    (rig) => rig.order(order('h1', 1)),
    (rig) => rig.remove(rig.caches.vms, rig.web),
    [WEB, 'h1'],
  ],
  [
    'is a host that reports a domain which is claimed there now',
    (rig) => rig.report('h2', { domains: [domain(1)] }),
    (rig) => rig.claims('h2'),
    [WEB, 'h2'],
  ],
  [
    '… and no other that reports it',
    (rig) => (rig.report('h2', { domains: [domain(1)] }), rig.claims(undefined)),
    (rig) => rig.claims('h1'),
    [WEB],
  ],
  [
    'is a host that keeps a disk of a VM which is placed now, wherever',
    (rig) => (rig.report('h2', { retainedDisks: [kept] }), rig.claims(undefined)),
    (rig) => rig.claims('h1'),
    [WEB, 'h2'],
  ],
  [
    'is a host, and the VMs whose domains it reports in another size',
    (rig) => rig.report('h1', { domains: [domain(1024)] }),
    (rig) => rig.report('h1', { domains: [domain(2048)] }),
    [WEB, 'h1'],
  ],
  [
    '… or reports no more',
    (rig) => rig.report('h1', { domains: [domain(1024)] }),
    (rig) => rig.report('h1'),
    [WEB, 'h1'],
  ],
  [
    '… and no VM of the same size',
    (rig) => rig.report('h1', { domains: [domain(1024)] }),
    (rig) => rig.report('h1', { domains: [domain(1024)] }),
    ['h1'],
  ],
  ['is the VM of an order that is claimed there', nothing, (rig) => rig.order(order('h1', 1)), [WEB]],
  ['is the host of an order that is not, too', nothing, (rig) => rig.order(order('h2', 1)), [WEB, 'h2']],
  [
    '… and of one that is gone',
    (rig) => rig.order(order('h2', 1)),
    (rig) => rig.remove(rig.caches.domains, tombstone('h2', 1)),
    [WEB, 'h2'],
  ],
  ['is a host that changes', nothing, (rig) => rig.editHost('h2', { unschedulable: true }), ['h2']],
  [
    'is a pool that changes',
    (rig) => rig.object('pools', 'metal'),
    (rig) => rig.object('pools', 'metal', { vcpuRatio: 2 }),
    ['metal'],
  ],
  [
    'is everything where another may use a pool',
    nothing,
    (rig) => rig.object('pools', 'metal', { allowedNamespaces: { from: 'Selector' } }),
    [...ALL, 'metal'],
  ],
  ['is everything for a class', nothing, (rig) => rig.object('vmClasses', 'small'), ALL],
  ['is everything for a pool of storage', nothing, (rig) => rig.object('storagePools', 'fast'), ALL],
  ['is everything for a network', nothing, (rig) => rig.object('networks', 'lan'), ALL],
  [
    'is every VM of a namespace with other labels',
    (rig) => rig.namespace('acme'),
    (rig) => rig.namespace('acme', { tier: 'gold' }),
    [OTHER, WEB],
  ],
  [
    '… and none where other words change',
    (rig) => rig.namespace('acme', { tier: 'gold' }),
    (rig) => rig.namespace('acme', { tier: 'gold' }),
    [],
  ],
  [
    'is nothing any more after the term',
    nothing,
    (rig) => (rig.marks.stop(), rig.claims('h2'), rig.report('h1'), rig.object('vmClasses', 'x')),
    [],
  ],
];

describe('what the ledger brings over', () => {
  for (const [name, prepare, act, expected] of ROWS)
    it(name, () => deepEqual(new Rig().after(prepare, act), [...expected].sort()));
});
