// Generated from crds/*.yaml by `npm run generate`. Do not edit.
import type * as types from './types';

/** Where objects of type T are in the API; ResourceType of common/kube has this shape. */
export interface Resource<T> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly _object?: T;
}

export const XENAGENTS: Resource<types.XenAgent> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenagents","kind":"XenAgent","namespaced":true};
export const XENDOMAINS: Resource<types.XenDomain> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xendomains","kind":"XenDomain","namespaced":true};
export const XENHOSTS: Resource<types.XenHost> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenhosts","kind":"XenHost","namespaced":false};
export const XENNETWORKS: Resource<types.XenNetwork> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xennetworks","kind":"XenNetwork","namespaced":false};
export const XENPOOLS: Resource<types.XenPool> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenpools","kind":"XenPool","namespaced":false};
export const XENSTORAGEPOOLS: Resource<types.XenStoragePool> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenstoragepools","kind":"XenStoragePool","namespaced":false};
export const XENVMS: Resource<types.XenVM> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenvms","kind":"XenVM","namespaced":true};
export const XENVMCLASSES: Resource<types.XenVMClass> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenvmclasses","kind":"XenVMClass","namespaced":false};
export const XENVMOPERATIONS: Resource<types.XenVMOperation> = {"group":"xenfleet.io","version":"v1alpha1","plural":"xenvmoperations","kind":"XenVMOperation","namespaced":true};

/** All of them. */
export const OURS = {
  agents: XENAGENTS,
  domains: XENDOMAINS,
  hosts: XENHOSTS,
  networks: XENNETWORKS,
  pools: XENPOOLS,
  storagePools: XENSTORAGEPOOLS,
  vms: XENVMS,
  vmClasses: XENVMCLASSES,
  vmOperations: XENVMOPERATIONS,
};
