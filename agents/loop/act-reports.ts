/** What is said of a domain because of an act: before it has its turn, and if it fails. Pure. */
import type { CreateOutcome } from '../reconcile/outcome';
import type { Act, Report } from '../reconcile/types';
import type { Failure } from '../xl/errors';

const STARTING: Report = {
  phase: 'Starting',
  ready: 'False',
  reason: 'Starting',
  message: 'the domain is being made',
  transient: true,
};
const STOPPING: Report = {
  phase: 'Stopping',
  ready: 'False',
  reason: 'Stopping',
  message: 'the guest is to be asked to shut down',
  transient: true,
};

/**
 * Said before the act has its turn, since the domain is not as it was. `asked`: the guest was asked
 * to shut down before, and then it is said already that it is stopping.
 */
export function whileWaiting(act: Act['do'], asked: boolean): Report | undefined {
  if (act === 'create') return STARTING;
  return act === 'shutdown' && !asked ? STOPPING : undefined;
}

/** An act that was to end the domain has failed. */
export const notEnded = (failure: Failure): Report => ({ phase: 'Stopping', ready: 'False', ...failure });

/** Why no domain was made. Undefined if only a new look at the domain can tell. */
export function whyNotCreated(outcome: Exclude<CreateOutcome, { kind: 'created' }>): Failure | undefined {
  if (outcome.kind === 'unclear') return undefined;
  if (outcome.kind === 'failed') return outcome.failure;
  return { reason: 'StaleEpoch', message: `every epoch up to ${outcome.epoch} is refused on the host` };
}
