/** A small catalogue of names, and a VM that asks for some of them. */
import type { XenNetwork, XenPool, XenStoragePool, XenVM, XenVMClass } from '../../../../crds/generated/types';
import { resolve, type Catalog } from '../../../../operator/plan/vm/resolve';
import { UID, vm } from '../builders';

export type Rule = XenNetwork['spec']['allowedNamespaces'];
export const all: Rule = { from: 'All' };
export const gold = (over: object = {}): XenVMClass =>
  ({ metadata: { name: 'small', uid: 'class-uid' }, spec: { vcpus: 2, memory: '1Gi', ...over } }) as XenVMClass;
export const pool = (allowedNamespaces: Rule): XenStoragePool =>
  ({
    metadata: { name: 'ssd' },
    spec: { driver: 'file', path: '/ssd', locality: 'local', allowedNamespaces },
  }) as XenStoragePool;
export const lan = (allowedNamespaces: Rule): XenNetwork =>
  ({ metadata: { name: 'lan' }, spec: { bridge: 'br0', allowedNamespaces } }) as XenNetwork;

export const hosts = (name: string, allowedNamespaces: Rule | undefined): XenPool =>
  ({ metadata: { name }, spec: { allowedNamespaces } }) as XenPool;

export interface World {
  readonly vmClass?: XenVMClass | undefined;
  /** Of the pools of hosts "arm", "gpu" and "metal"; "z-free" has none. */
  readonly hostRule?: Rule;
  readonly rule?: Rule;
  readonly labels?: Record<string, string> | undefined;
}

/** Knows class small, pool ssd and network lan, and the labels of the VM's own namespace. */
export function catalog(world: World = {}): Catalog {
  const { rule = all, hostRule, labels } = world;
  const vmClass = 'vmClass' in world ? world.vmClass : gold();
  return {
    vmClass: (name) => (name === 'small' ? vmClass : undefined),
    hostPools: () => [hosts('z-free', undefined), ...['metal', 'arm', 'gpu'].map((name) => hosts(name, hostRule))],
    storagePool: (name) => (name === 'ssd' ? pool(rule) : undefined),
    network: (name) => (name === 'lan' ? lan(rule) : undefined),
    namespaceLabels: (name) => (name === 'acme' ? labels : undefined),
  };
}

export const disks = (over: object = {}) => [{ name: 'root', device: 'xvda', size: '2Gi', pool: 'ssd', ...over }];
export const networks = (over: object = {}) => [{ name: 'eth0', network: 'lan', ...over }];
export const asking = (spec: Partial<XenVM['spec']>, world: World = {}) => resolve(vm({ spec }), UID, catalog(world));
export const chosen: Rule = { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } };
