/** Reasons of a domain that speak of its host: what it lacks, what is there that is not ours. */
import { wordsOf } from './words';

export const HOST_SIDE_WORDS = wordsOf({
  InvalidOrder: {
    on: 'Ready',
    means:
      'The agent cannot obey the order: its UUID belongs to another XenVM there, a field is missing or cannot be written into a configuration of xl, or what the Dom0 remembers of the domain is unreadable. Nothing is touched.',
    remedy:
      'Read the message. Correct the field in the XenVM; where the UUID belongs to another one there, delete the XenVM and make it anew, without `spec.identity` or with another UUID there; or, for an unreadable record, restore the file that the message names and restart the agent.',
  },
  PolicyRefused: {
    on: 'Ready=False',
    means:
      'The policy file of the Dom0 does not allow a storage folder or a bridge of the order, or the file is missing or not understood, and then allows nothing.',
    remedy:
      'Have the administrator of the host add the folder or the bridge to `/etc/xenfleet/policy.json`, or use another pool or network. The file is read again within ten seconds.',
  },
  StateNotWritable: {
    on: 'Ready=False',
    means:
      'The agent cannot write to its state directory on the Dom0 (`/var/lib/xenfleet`). Nothing is started or given up that could not be remembered; guests run on.',
    remedy: 'See whether the file system is read-only or broken. The agent tries again by itself.',
  },
  BridgeMissing: {
    on: 'Ready=False',
    means: 'The host has no bridge of the name that the XenNetwork gives.',
    remedy:
      'Make the bridge on the host (a Linux bridge; Open vSwitch does not do), or correct `spec.bridge` of the XenNetwork.',
  },
  KernelMissing: {
    on: 'Ready=False',
    means: 'The kernel or the ramdisk is not under the image directory of the host, or is no file that Xen can boot.',
    remedy: 'Put it there under the name in `spec.boot`, or name another. The start is tried again by itself.',
  },
  OutOfMemory: {
    on: 'Ready=False',
    means: 'Xen had not enough free memory for the domain, although the ledger of the operator had counted it as free.',
    remedy:
      'Compare `status.memory` and `status.domains` of the XenAgent with `xl info` and `xl list`: a domain that is being built or dying, or a Dom0 whose memory is not fixed, takes memory. Raise `spec.reserved.memory` of the XenHost if it is short again and again.',
  },
  NameConflict: {
    on: 'Ready=False',
    means: 'The host runs another domain under the name of this one, `<namespace>.<name>`.',
    remedy: 'Look at `xl list` on the host, and rename or end the domain that is not wanted there.',
  },
  DuplicateDomain: {
    on: 'Ready=Unknown on the XenDomain; Ready, Stalled=True on the XenVM',
    means:
      'More than one domain of this UUID is there: on one host, or on another one than the host of the claim. None of them is ended by itself. If the copies are on two hosts, the owner may still halt, edit or delete the VM.',
    remedy:
      'Find out which copy is the right one, and end the other with `xl destroy` on its Dom0. Look at what started it: `xendomains`, `/etc/xen/auto`, a migration by hand.',
  },
  ForeignDomain: {
    on: 'Ready=False',
    means:
      'A domain of this UUID is on the host and is not proved to be this VM: neither its mark in xenstore nor a remembered run says so. It is not touched.',
    remedy:
      'If it is not this VM, end it with xl, or delete the XenVM and make it anew, without `spec.identity` or with another UUID there. If it is, write the mark with the command in the message.',
  },
  ZombieDomain: {
    on: 'Ready=False',
    means:
      'The domain has been dying for more than two minutes and still holds memory and devices, because a process of the Dom0 maps its memory.',
    remedy: 'End that process, mostly its QEMU (the message says how to find it), or reboot the host.',
  },
  ConfigRejected: {
    on: 'Ready=False',
    means:
      'xl does not accept the configuration, or understands it otherwise than the order means it; nothing was made.',
    remedy:
      'Read the message: it names the key or the difference. Compare the Xen version of the host with docs/hosts.md.',
  },
  DependencyMissing: {
    on: 'Ready=False',
    means: 'The Dom0 lacks a program that the agent needs, or an option of it.',
    remedy: 'Install what the message names; docs/hosts.md lists what a Dom0 needs.',
  },
  ToolstackHung: {
    on: 'Ready',
    means:
      'xl gave no answer in time, or one that makes no sense: xenstored may be stuck or broken, or an earlier call has not ended. What runs is not touched.',
    remedy:
      'Try `xl list` on the host. Without xenstored nothing can be started or ended, and it cannot be restarted under running guests: plan a reboot of the host.',
  },
  CreateFailed: {
    on: 'Ready=False',
    means:
      'A command that makes, shuts down or ends a domain failed in a way that has no reason of its own. The message holds its first error line.',
    remedy:
      'Read the message, `/var/log/xen` and the log of the agent on the host. It is tried again by itself, starts after a pause of 10 to 300 seconds.',
  },
});
