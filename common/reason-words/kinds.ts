/**
 * The reasons of each kind, with what they mean and what to do: one table. XenVM and XenDomain,
 * which share theirs, have vm.ts and domain-*.ts; XenHost has host.ts, XenVMOperation
 * operation.ts.
 */
import { HOST_WORDS } from './host';
import { OPERATION_WORDS } from './operation';
import { wordsOf } from './words';

const AGENT_WORDS = wordsOf({
  AgentReporting: {
    on: 'Ready=True',
    means: 'The agent sees its host.',
    remedy: 'Nothing is to be done.',
  },
  AgentTrouble: {
    on: 'Ready=False',
    means:
      'The agent cannot see all of its host, or cannot write to its state directory. The message says what is missing.',
    remedy: 'Put that right on the Dom0; the agent looks again by itself.',
  },
  WrongFleet: {
    on: 'Ready=False',
    means: 'The Dom0 belongs to another fleet than the one of this API server; every order of this one is refused.',
    remedy: 'As for ForeignFleet: see that the agent uses the right kubeconfig, or move the host on purpose.',
  },
});

const POOL_WORDS = wordsOf({
  NoFailuresToTolerate: {
    on: 'FailuresTolerated=True, Ready=True',
    means: '`spec.hostFailuresToTolerate` is 0: no room is kept for the VMs of a lost host.',
    remedy: 'Nothing is to be done, or set it to 1 or 2.',
  },
  FailuresTolerated: {
    on: 'FailuresTolerated=True, Ready=True',
    means: 'After any loss of as many hosts as the pool is to tolerate, every VM of theirs has a place on the others.',
    remedy: 'Nothing is to be done.',
  },
  FailuresNotTolerated: {
    on: 'FailuresTolerated=False, Ready=False; also an Event',
    means:
      'A loss of hosts could not be absorbed; the message names the one that would hurt most. What runs is not touched, and nothing new is placed in the pool.',
    remedy: 'Add a host, bring one back, delete VMs, or lower `spec.hostFailuresToTolerate`.',
  },
  FailuresNotJudged: {
    on: 'FailuresTolerated=False, Ready=False, Stalled=True; also an Event',
    means:
      'The pool has too many hosts for the failures that it is to tolerate to be judged. Nothing new is placed there.',
    remedy: 'Do what the message says: tolerate fewer failures, or split the pool.',
  },
  AwaitingReports: {
    on: 'FailuresTolerated=Unknown, Ready=Unknown',
    means: 'Hosts of the pool have not reported to this leader yet, and may give the room that is missing.',
    remedy: 'Wait, or start the agents of the hosts that the message names.',
  },
  NotStalled: {
    on: 'Stalled=False',
    means: 'Nothing waits for an act of somebody.',
    remedy: 'Nothing is to be done.',
  },
});

const CATALOG_WORDS = wordsOf({
  NameTooLong: {
    on: 'an Event only',
    means:
      'The name of a XenHost, XenNetwork or XenStoragePool is longer than agents can be told. It was created before names were bounded.',
    remedy: 'Create it anew under a name of at most 63 characters, or 55 for a XenHost.',
  },
  TooMany: {
    on: 'an Event only',
    means:
      'There are more objects of the kind than agents can be told of (4096 hosts, 2048 networks, 256 storage pools), and this one is beyond them by name.',
    remedy: 'Delete those that nobody needs.',
  },
});

/** By kind, in the order of docs/reference/reasons.md. A new kind is a line here, and its words. */
export const KIND_WORDS = {
  XenHost: HOST_WORDS,
  XenAgent: AGENT_WORDS,
  XenPool: POOL_WORDS,
  XenVMOperation: OPERATION_WORDS,
  'XenHost, XenNetwork, XenStoragePool (Events)': CATALOG_WORDS,
};
