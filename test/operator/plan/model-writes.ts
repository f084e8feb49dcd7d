/** Writes of an operator, decided on what it saw and applied by the API when they land: compare-and-swap by resourceVersion. */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { FINALIZER, hostNamespace } from '../../../common/names';
import { reservedStatus } from '../../../operator/plan/reservation';
import type { Action } from '../../../operator/plan/vm';
import { UID } from './builders';

export interface Api {
  vm: XenVM | undefined;
  orders: Record<string, XenDomain | undefined>;
  nonces: Record<string, string>;
}
export type Write = (api: Api) => void;

export class Writes {
  #version = 1;

  /** `compare: false` is the planted fault: stale writes land. */
  constructor(private readonly compare: boolean) {}

  nextVersion(): string {
    return String(++this.#version);
  }

  stamped(order: XenDomain, host: string): XenDomain {
    const metadata = { ...order.metadata, namespace: hostNamespace(host), resourceVersion: this.nextVersion() };
    return { ...structuredClone(order), metadata };
  }

  /** `choice`: the host that a scheduler would choose. */
  of(action: Action, vm: XenVM, choice: string): Write | undefined {
    switch (action.do) {
      case 'wait':
      case 'grow':
        return undefined;
      case 'shrink': {
        const { reserved } = action;
        return this.#onVm(vm, (now) => (now.status = { ...now.status, reserved: reservedStatus(reserved) }));
      }
      case 'addFinalizer':
        return this.#onVm(vm, (now) => (now.metadata.finalizers = [FINALIZER]));
      case 'clearFinalizer':
        return this.#onVm(vm, (now, api) => {
          now.metadata.finalizers = [];
          if (now.metadata.deletionTimestamp !== undefined) api.vm = undefined;
        });
      case 'place':
      case 'claim': {
        const placement = { host: action.do === 'claim' ? action.host : choice, epoch: action.epoch };
        return this.#onVm(vm, (now) => (now.status = { ...now.status, placement, domainUUID: UID }));
      }
      case 'createOrder':
        return (api) => {
          if (api.orders[action.host] === undefined) api.orders[action.host] = this.stamped(action.order, action.host);
        };
      case 'updateOrder':
        return this.#onOrder(action.host, action.order, (now) => ({ ...now, spec: action.spec }));
      case 'deleteOrder':
        return this.#onOrder(action.host, action.order, () => undefined);
    }
  }

  #onVm(seen: XenVM, change: (now: XenVM, api: Api) => void): Write {
    return (api) => {
      if (api.vm === undefined || this.#isStale(api.vm, seen)) return;
      const now = structuredClone(api.vm);
      now.metadata.resourceVersion = this.nextVersion();
      api.vm = now;
      change(now, api);
    };
  }

  #onOrder(host: string, seen: XenDomain, change: (now: XenDomain) => XenDomain | undefined): Write {
    return (api) => {
      const now = api.orders[host];
      if (now === undefined || this.#isStale(now, seen)) return;
      const next = change(structuredClone(now));
      api.orders[host] = next === undefined ? undefined : this.stamped(next, host);
    };
  }

  #isStale(now: XenVM | XenDomain, seen: XenVM | XenDomain): boolean {
    return this.compare && now.metadata.resourceVersion !== seen.metadata.resourceVersion;
  }
}
