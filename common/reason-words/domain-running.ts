/**
 * Reasons of a domain that say where it is in its life. Agents say them on XenDomain, XenVMs show
 * them.
 */
import { wordsOf } from './words';

export const LIFE_WORDS = wordsOf({
  Running: {
    on: 'Ready=True',
    means: 'The domain runs on its host. It is also the reason of the Event that tells of a start.',
    remedy: 'Nothing is to be done.',
  },
  Halted: {
    on: 'Ready=True',
    means:
      'The domain is off because the order wants it off: the run policy is Halted, or Manual and the domain was off. The VM keeps its host and what is reserved there.',
    remedy:
      'Nothing is to be done. To start it, set `spec.runPolicy` to Always, or, under Manual, create a XenVMOperation of type Start (docs/operations.md).',
  },
  Starting: {
    on: 'Ready',
    means:
      'The domain is being made, or Xen shows it as paused or in a state that the agent waits out. Copying an image into a new disk is part of it and may take long.',
    remedy:
      'Wait. If it lasts, look at `xl list` on the host; `xl unpause` lets a domain go on that a person has paused.',
  },
  Stopping: {
    on: 'Ready=False',
    means:
      'The guest was asked to shut down and has until the end of `spec.shutdown.gracePeriodSeconds`; after that its domain is destroyed. Or the domain is being taken down already.',
    remedy: 'Wait. A guest that ignores the request is ended when its time is over.',
  },
  Crashed: {
    on: 'Ready=False',
    means:
      'The last run ended without a clean shutdown (the guest crashed, its watchdog fired, somebody destroyed the domain, or the host rebooted), and the run policy does not start it again.',
    remedy:
      'Read `status.lastTermination`, and the console of the guest. To run it again, set `spec.runPolicy` to Always or RerunOnFailure, or, under Manual, create a XenVMOperation of type Start (docs/operations.md). To run it once more under Once, set Halted, wait until it says so, and set the policy back.',
  },
  RestartBackOff: {
    on: 'Ready=False',
    means:
      'The guest ends again and again within ten minutes of its start, so it is started anew only after a pause, which grows from 10 to 300 seconds. The message says when.',
    remedy:
      'Find out why the guest ends: kernel, command line, root disk. An edit of the spec that changes the order starts it at once; a run of ten minutes makes the past forgotten.',
  },
  Finished: {
    on: 'Ready=False on the XenDomain, Ready=True on the XenVM',
    means:
      'The guest has shut itself down, or an operation has stopped it, and its run policy (every one but Always) leaves it off.',
    remedy:
      'Nothing is to be done. To run it again, create a XenVMOperation of type Start (docs/operations.md); under Once set `spec.runPolicy` to Halted, wait until the VM says so, and set the policy back.',
  },
  Retired: {
    on: 'Ready=True, on the XenDomain only',
    means:
      'The receipt: the host has looked for the domain, found none, and refuses every epoch up to this one for good. The VM may now leave the host.',
    remedy: 'Nothing is to be done.',
  },
  StaleEpoch: {
    on: 'Ready=False',
    means: 'The host refuses the epoch of this order, or has obeyed a newer one already.',
    remedy:
      'Wait: the operator claims the VM again with a higher epoch. If it lasts, see that the operator leads and that every host reports.',
  },
  ForeignFleet: {
    on: 'Ready=False',
    means:
      'The order is of another fleet (another cluster) than the one that the Dom0 belongs to, or the Dom0 belongs to none yet. It obeys nothing of another fleet.',
    remedy:
      'See that the agent uses the right kubeconfig. To move a host that holds no domain of its old fleet, stop the agent, remove `/var/lib/xenfleet/fleet.json` on the Dom0, and start the agent.',
  },
  AwaitingConfirmation: {
    on: 'Ready=False',
    means:
      'The Dom0 has booted, and nothing is started in this boot until the operator has named the boot in `spec.confirmedBootID` of the XenAgent and in the order.',
    remedy:
      'Wait for the operator to see the report of the host. If it lasts, see whether the API server answers the agent, whether the XenHost is declared dead, and whether every host has reported.',
  },
  Suspended: {
    on: 'Ready=Unknown',
    means:
      'The domain is suspended: somebody saves or migrates it, or the guest has suspended itself. Under its own name it counts as ended after ten minutes; under another name it is what a migration has left, and stays untouched.',
    remedy:
      'Let the save or the migration end, or wait ten minutes. After a migration look at both hosts and end the copy that is not wanted with `xl destroy`.',
  },
  HostUnreachable: {
    on: 'Ready=Unknown',
    means: 'The agent cannot run commands on its Dom0, or the Dom0 has just booted and is looked at anew.',
    remedy:
      'Over ssh: see that the Dom0 answers and that its host key is the one in `--ssh-host-key`. On the Dom0 itself: read the log of the agent.',
  },
});
