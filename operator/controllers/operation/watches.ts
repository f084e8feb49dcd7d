/** Which changes lead to a look at the operations on which XenVMs. Keys are those of the XenVMs. */
import type { XenVMOperation } from '../../../crds/generated/types';
import type { Caches } from '../frame/caches';
import { sides, watch, watchViews, type Watch } from '../frame/watch';

export const vmKeyOf = ({ metadata, spec }: XenVMOperation): string => `${metadata.namespace ?? ''}/${spec.vmName}`;

/** Most VMs have no operation. */
const ifAny = (keys: readonly string[], caches: Caches): string[] =>
  keys.filter((key) => caches.vmOperations.byIndex('vm', key).length > 0);

export const OPERATION_WATCHES: readonly Watch[] = [
  watch('vmOperations', (change) => sides(change).map(vmKeyOf)),
  watch('vms', ({ key }, caches) => ifAny([key], caches)),
  watch('domains', (change, caches) =>
    ifAny(
      sides(change).map(({ spec }) => `${spec.vm.namespace}/${spec.vm.name}`),
      caches,
    ),
  ),
  watchViews((host, caches) => {
    const keys = caches.vms.byIndex('host', host).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
    return ifAny(keys, caches);
  }),
];

export const allOperations = (caches: Caches): string[] => [...new Set(caches.vmOperations.all().map(vmKeyOf))];
