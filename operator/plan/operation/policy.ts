/** What the run policy of a XenVM lets operations do, as in KubeVirt. Pure. */
import type { XenVM, XenVMOperation } from '../../../crds/generated/types';

type RunPolicy = NonNullable<XenVM['spec']['runPolicy']>;
type Refusals = Readonly<Partial<Record<RunPolicy, string>>>;

const ENDED_BY_HALTED = 'keeps the guest off: set spec.runPolicy to Always, or to Manual before a Start';

const REFUSALS: Readonly<Record<XenVMOperation['spec']['type'], Refusals>> = {
  Start: {
    Always: 'starts the guest by itself: create a Restart to start it anew',
    Once: 'runs a guest once: set spec.runPolicy to Manual or RerunOnFailure to run it again',
    Halted: ENDED_BY_HALTED,
  },
  Stop: {
    Always: 'would start the guest again at once: set spec.runPolicy to Halted, or create a Restart',
    Halted: 'keeps the guest off already',
  },
  Restart: { Halted: ENDED_BY_HALTED },
  Reset: { Halted: ENDED_BY_HALTED },
};

/** Why the operation cannot be run, with what helps. Undefined if it can. */
export function refusedBy({ spec: { runPolicy = 'Always' } }: XenVM, { spec }: XenVMOperation): string | undefined {
  const because = REFUSALS[spec.type][runPolicy];
  return because && `a ${spec.type} is refused: spec.runPolicy ${runPolicy} of XenVM ${spec.vmName} ${because}`;
}
