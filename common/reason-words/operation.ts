/**
 * Reasons of a XenVMOperation. One that failed because its guest could not be started has the
 * reason of the domain.
 */
import { wordsOf } from './words';

export const OPERATION_WORDS = wordsOf({
  WaitingForTurn: {
    on: 'Ready=False',
    means: 'Another operation of the same XenVM was created before, and is not over.',
    remedy: 'Wait, or delete the operation that is not wanted; what a host has begun it ends all the same.',
  },
  WaitingForVM: {
    on: 'Ready=False',
    means:
      'There is no XenVM of that name yet, it has no host yet, or its host has not taken up the order in force. The message says which.',
    remedy: 'See the conditions of the XenVM. The operation is handed to the host as soon as the order is obeyed.',
  },
  HandedOver: {
    on: 'Ready=False',
    means: 'The host has the operation, and has not said yet how it ended.',
    remedy:
      'Wait. A guest has its grace period to shut down, and a disk that is made first may take long. If it lasts, see the conditions of the XenVM.',
  },
  Done: {
    on: 'Ready=True, Finished=True',
    means: 'The guest was started, stopped or both, as the operation asked.',
    remedy: 'Nothing is to be done.',
  },
  VMNotFound: {
    on: 'Stalled=True, Finished=True',
    means: 'There is no XenVM of that name in the namespace of the operation.',
    remedy: 'Create an operation that names a XenVM of its own namespace.',
  },
  VMDeleted: {
    on: 'Stalled=True, Finished=True',
    means: 'The XenVM is being deleted, or is gone; one that was made anew under the same name is another one.',
    remedy: 'Create an operation for the XenVM that is there now.',
  },
  RunPolicyForbids: {
    on: 'Stalled=True, Finished=True',
    means: 'The run policy of the XenVM says otherwise; the message says what to do instead.',
    remedy: 'Edit `spec.runPolicy`, or create another type of operation (docs/operations.md has the table).',
  },
  AlreadyRunning: {
    on: 'Stalled=True, Finished=True',
    means: 'A Start came when the guest ran already. Nothing was done.',
    remedy: 'Nothing is to be done, or a Restart.',
  },
  NotRunning: {
    on: 'Stalled=True, Finished=True',
    means: 'A Stop, Restart or Reset came when the guest was off. Nothing was done.',
    remedy: 'Nothing is to be done, or a Start.',
  },
  Overtaken: {
    on: 'Stalled=True, Finished=True',
    means:
      'While it was under way the run policy became Halted, the XenVM was deleted, or another operation reached the host. What it had done is done.',
    remedy: 'Look at the XenVM; create another operation if it is still wanted.',
  },
  HostLost: {
    on: 'Stalled=True, Finished=True',
    means:
      'The XenVM has left the host that the operation was handed to before that host said how it ended. It is handed to no other host, since it may have run.',
    remedy: 'Look at the XenVM; create another operation if it is still wanted.',
  },
  Forgotten: {
    on: 'Stalled=True, Finished=True',
    means:
      'It is older than all the operations that its host remembers, as after a restore of the API from a backup: it may have run already, and is not run again.',
    remedy: 'Create another operation if it is still wanted.',
  },
  RecordLost: {
    on: 'Stalled=True, Finished=True',
    means: 'The Dom0 has lost its memory of the domain while the operation was under way; nobody knows whether it ran.',
    remedy: 'Look at the XenVM; create another operation if it is still wanted.',
  },
  NotStalled: {
    on: 'Stalled=False',
    means: 'Nothing waits for an act of somebody.',
    remedy: 'Nothing is to be done.',
  },
});
