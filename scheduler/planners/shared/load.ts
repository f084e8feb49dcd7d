import type { Vm } from '../../state/demand';

/** What a host takes on or gives up. */
export interface Load {
  readonly bytes: number;
  readonly vcpus: number;
  readonly pcpus: number;
}

export function loadOf(vm: Vm): Load {
  return { bytes: vm.needBytes, vcpus: vm.dedicated ? 0 : vm.vcpus, pcpus: vm.dedicated ? vm.vcpus : 0 };
}
