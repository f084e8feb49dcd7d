/** The placement loop alone, with a plan and an API that say what a test wants. */
import type { KubeClient } from '../../../../common/kube/client';
import type { XenVM } from '../../../../crds/generated/types';
import type { Logger, Metrics } from '../../../../operator/adapters/types';
import type { Action } from '../../../../operator/plan/vm/action';
import { Writer } from '../../../../operator/controllers/frame/writer';
import { Placement } from '../../../../operator/controllers/placement/placement';
import { settle } from '../../../common/kube/fake-clock';
import { vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

export const KEY = 'acme/web';
export const asksFor = (memory: string, vcpus = 1): XenVM =>
  vm({ spec: { className: undefined, resources: { vcpus, memory } } as never });

/** Placement on two hosts of 16 GiB, with claims that end when the test says so. */
export class Rig extends FleetInMemory {
  readonly claims: { host: string; placement: object; end: (error?: Error) => void }[] = [];
  readonly outcomes: string[] = [];
  /** By default whoever hears of an outcome asks again at once. */
  onOutcome: (key: string) => unknown = (key) =>
    this.outcomes.push(`${key} ${this.placement.request(key, this.object, 1)}`);
  readonly object: XenVM;
  readonly placement: Placement;
  /** What the plan says when it is asked. */
  action: Action | undefined = { do: 'place', epoch: 1 };
  /** What is told of each decision. */
  readonly results: string[] = [];

  constructor() {
    super('h1', 'h2');
    this.object = this.vm(asksFor('1Gi'));
    const mergePatch = (_type: unknown, _ref: unknown, patch: { status: XenVM['status'] }): Promise<XenVM> =>
      new Promise((resolve, reject) => {
        const claimedVm = { ...this.object, status: patch.status };
        const end = (error?: Error): void =>
          error === undefined ? resolve(this.vm(claimedVm as XenVM)) : reject(error);
        const { placement = { host: '', epoch: 0 } } = patch.status ?? {};
        this.claims.push({ host: placement.host, placement, end });
      });
    const silent = (): void => undefined;
    const client = { mergePatch } as unknown as KubeClient;
    const log = { info: silent, warn: silent, debug: silent } as unknown as Logger;
    this.placement = new Placement({
      caches: this.caches,
      ledger: this.ledger,
      client,
      writer: new Writer({ caches: this.caches, client, log }),
      clock: this.clock,
      metrics: { placement: (result: string) => void this.results.push(result) } as unknown as Metrics,
      log,
      plan: () => this.action,
      onOutcome: (key) => this.onOutcome(key),
      defer: (run) => void setImmediate(run),
      pause: settle,
      onClaimed: () => undefined,
      bootOf: (host) => `boot-${host}`,
    });
  }

  /** Some turns of the event loop. */
  async turns(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await settle();
  }
}
