import type { Vm } from '../../state/demand';

/** What a host takes on or gives up. */
export interface Load {
  readonly bytes: number;
  readonly vcpus: number;
  readonly pcpus: number;
  readonly hvm: number;
}

export function loadOf(vm: Vm): Load {
  const { needBytes: bytes, dedicated, vcpus, hvm } = vm;
  return { bytes, vcpus: dedicated ? 0 : vcpus, pcpus: dedicated ? vcpus : 0, hvm };
}
