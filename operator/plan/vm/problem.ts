/** What keeps a VM from what it asks for. Pure. */
import type { VMReason } from '../../../common/reasons';

export interface Problem {
  readonly reason: VMReason;
  readonly message: string;
  /** Only an edit helps, also while the VM still runs with what it was granted before. */
  readonly stalled?: boolean;
}
