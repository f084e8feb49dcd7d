/**
 * Writes of an operator: decided on what it saw, and applied by the API when they land, with
 * compare-and-swap by resourceVersion.
 */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { FINALIZER, hostNamespace } from '../../../common/names';
import { reservedStatus } from '../../../operator/plan/vm/reservation';
import type { Action } from '../../../operator/plan/vm/action';
import { UID } from './builders';

export interface Api {
  /** By namespace/name. */
  vms: Record<string, XenVM | undefined>;
  /** By host: the name of an order is the UUID, and the model has one UUID. */
  orders: Record<string, XenDomain | undefined>;
  nonces: Record<string, string>;
  /** XenHost.spec.declaredDead. */
  declaredDead: Record<string, string | undefined>;
}
export type Write = (api: Api) => void;

export const keyOfVm = ({ metadata }: XenVM): string => `${metadata.namespace}/${metadata.name}`;

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

  /** `choice`: the host that a scheduler would choose, and the boot in which it last reported. */
  of(action: Action, vm: XenVM, choice: { host: string; bootID: string | undefined }): Write | undefined {
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
          if (now.metadata.deletionTimestamp !== undefined) api.vms[keyOfVm(now)] = undefined;
        });
      case 'place':
      case 'claim': {
        const { host, bootID } = action.do === 'claim' ? action : choice;
        const placement = { host, epoch: action.epoch, ...(bootID !== undefined && { bootID }) };
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
      const there = api.vms[keyOfVm(seen)];
      if (there === undefined || this.#isStale(there, seen)) return;
      const now = structuredClone(there);
      now.metadata.resourceVersion = this.nextVersion();
      api.vms[keyOfVm(seen)] = now;
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
