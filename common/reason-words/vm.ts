/** Reasons that the operator gives on a XenVM, beside those of its domain. */
import { VM_SPEC_WORDS } from './vm-spec';
import { wordsOf } from './words';

const WHERE_WORDS = wordsOf({
  Scheduled: {
    on: 'Scheduled=True; Ready=False while the agent has not taken the order up',
    means: 'A host is claimed for the VM.',
    remedy: 'Wait for the agent of the host. If Ready keeps this reason, see whether that agent runs.',
  },
  Pending: {
    on: 'Ready=False, Scheduled=False',
    means: 'The VM waits for its turn to be placed; nothing speaks against it yet.',
    remedy: 'Wait. If it lasts, see that an operator leads (`xenfleet_leader`).',
  },
  Unschedulable: {
    on: 'Ready=False, Scheduled=False, Stalled=True',
    means:
      'No host can take the VM. The message counts the hosts that each rule refuses, names how much is short, and says what would help.',
    remedy:
      'Do one of the things that the message names: ask for less, loosen `spec.placement`, free or add a host. `xenfleet simulate explain --vm NAMESPACE/NAME` tells more. It is placed by itself once there is room.',
  },
  NoRoom: {
    on: 'Resized=False, Stalled=True',
    means:
      'An edit makes the VM larger than what is reserved for it, and its host has no room. What was granted stays in force.',
    remedy: 'Ask for less, or free room on that host. It grows by itself once there is room.',
  },
  HostNotReporting: {
    on: 'Ready, and Scheduled=False without a host',
    means:
      'A decision waits for the report of one or more hosts that could hold the VM already: the one that is claimed, one that may keep its disks, or, after a start of a leader, every host.',
    remedy:
      'Start the agents of the hosts that the message names. For a host that is off for good, set `spec.declaredDead` of its XenHost, or delete the XenHost.',
  },
  HostUnknown: {
    on: 'Ready=Unknown; Stalled=True if the host is declared dead and holds a disk of the VM',
    means:
      'The host that is claimed is silent, has never reported, is declared dead, or is no XenHost any more; nobody knows whether the guest runs. It is started nowhere else for that alone.',
    remedy:
      'Bring the host or its agent back. If you know that the machine is off, declare that boot dead (docs/hosts.md): VMs without local disks are then started elsewhere, the others wait for the host.',
  },
  WaitingForReceipt: {
    on: 'Ready',
    means:
      'The VM is to leave a host (deleted, or claimed elsewhere) and waits until that host has ended the domain, deleted the disks that go with it, and said so.',
    remedy:
      'Wait for the grace period. If it lasts, read the Ready condition of the XenDomain in the namespace of the host; a host that is silent must come back or be declared dead.',
  },
  ReportImplausible: {
    on: 'Ready, Stalled=True',
    means:
      'A host reports an epoch of this VM that no claim can have reached: its agent lies or is broken. The claim is not raised after it.',
    remedy: 'Set `spec.quarantined` of the XenHost, and look at the host.',
  },
  Terminating: {
    on: 'Ready=False',
    means:
      'The VM is being deleted: its domain is being ended, or the operator waits a moment to see whether it is one of many deletions.',
    remedy: 'Wait. What holds a deletion up for longer has a reason of its own.',
  },
  BrakeClosed: {
    on: 'Ready=False, Stalled=True',
    means:
      'So many XenVMs were deleted at once that none of their guests is ended, and no disk deleted, before an administrator says that it is meant.',
    remedy:
      'If it is meant, lift the brake with the annotation in the message. If not, follow docs/deletion.md: the guests run and their disks are there.',
  },
  SpecChanged: {
    on: 'RestartRequired=True',
    means: 'An edit takes effect only at the next start of the domain. The message names the fields of the order.',
    remedy:
      'Create a XenVMOperation of type Restart (docs/operations.md), or shut the guest down and let its run policy start it.',
  },
  UpToDate: {
    on: 'RestartRequired=False',
    means: 'No edit waits for a restart.',
    remedy: 'Nothing is to be done.',
  },
  PoolPathChanged: {
    on: 'PoolPathChanged=True',
    means:
      'The XenStoragePool of a disk was made anew with another path, and the disk stays in the folder that it was made in.',
    remedy: 'Keep it so, or move the files while the VM is halted and put the pool back (docs/storage.md).',
  },
  NotStalled: {
    on: 'Stalled=False',
    means: 'Nothing waits for an act of somebody.',
    remedy: 'Nothing is to be done.',
  },
});

export const VM_WORDS = { ...WHERE_WORDS, ...VM_SPEC_WORDS };

export const VM_EVENT_WORDS = wordsOf({
  Terminated: {
    on: 'an Event only',
    means: 'A run of the guest has ended otherwise than by order; the message and `status.lastTermination` say how.',
    remedy: 'Nothing, if it was meant. Its run policy says whether it is started again.',
  },
});
