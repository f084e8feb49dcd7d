/**
 * Reasons why the spec of a XenVM cannot be granted: what it names is missing, forbidden or
 * somebody else's.
 */
import { wordsOf } from './words';

const UNPLACED = 'Ready=False, Scheduled=False, Stalled=True while the VM has no order';

export const VM_SPEC_WORDS = wordsOf({
  InvalidSpec: {
    on: 'Ready=False, Stalled=True',
    means:
      'A quantity in the spec, or in the XenVMClass that it names, cannot be used: too small, too large, or no quantity. A VM that runs keeps what was granted.',
    remedy: 'Correct the field that the message names.',
  },
  ClassNotFound: {
    on: UNPLACED,
    means: 'There is no XenVMClass of the name in `spec.className`. A VM that runs keeps what was granted.',
    remedy: 'Create the class, or name one that exists (`kubectl get xvmc`).',
  },
  ClassNotAllowed: {
    on: UNPLACED,
    means: 'The XenVMClass does not allow the namespace of the VM (`spec.allowedNamespaces`). A VM that runs runs on.',
    remedy: 'Ask its administrator, or name another class (docs/tenants.md).',
  },
  PoolNotAllowed: {
    on: UNPLACED,
    means:
      'The XenPool in `spec.placement.pool` does not allow the namespace of the VM (`spec.allowedNamespaces`). A VM that runs runs on.',
    remedy: 'Ask its administrator, or name another pool or none (docs/tenants.md).',
  },
  ImageNotAllowed: {
    on: 'Ready=False, Stalled=True',
    means:
      'An image, kernel or ramdisk is under `tenants/NAME/` of the image directory, and NAME is another namespace.',
    remedy: 'Name one outside of `tenants/`, or one under the own name there (docs/tenants.md).',
  },
  NetworkNotFound: {
    on: UNPLACED,
    means: 'There is no XenNetwork of the name in `spec.networks[].network`. A VM that runs keeps what was granted.',
    remedy: 'Create the network, or name one that exists (`kubectl get xnet`).',
  },
  NetworkNotAllowed: {
    on: UNPLACED,
    means: 'The XenNetwork does not allow the namespace of the VM (`spec.allowedNamespaces`).',
    remedy: 'Ask its administrator, or name another network.',
  },
  StoragePoolNotFound: {
    on: UNPLACED,
    means: 'There is no XenStoragePool of the name in `spec.disks[].pool`. A VM that runs keeps what was granted.',
    remedy: 'Create the pool, or name one that exists (`kubectl get xsp`).',
  },
  StoragePoolNotAllowed: {
    on: UNPLACED,
    means: 'The XenStoragePool does not allow the namespace of the VM (`spec.allowedNamespaces`).',
    remedy: 'Ask its administrator, or name another pool.',
  },
  MacConflict: {
    on: 'Ready, Stalled=True',
    means: 'Another XenVM has a MAC address that this one asks for. What was granted first stays where it is.',
    remedy: 'Choose another in `spec.networks[].mac`, or leave it out to have one derived.',
  },
  IdentityConflict: {
    on: 'Ready, Stalled=True',
    means:
      'The UUID of this VM, or its name under another UUID, belongs to somebody else: another XenVM, a domain or a disk that a host keeps. Nothing of theirs is touched.',
    remedy:
      '`spec.identity` never changes, so delete the XenVM and make it anew: with the UUID that the message names, to take a domain of the same name over; else without `spec.identity`, or with another UUID there. A domain that nobody owns may also be ended on its host, and a disk that nobody owns be given an owner (docs/storage.md).',
  },
});
