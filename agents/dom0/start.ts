/** Starts a domain with one call, from a cfg and disks that are there. */
import { BUSY, EXISTS, RETIRED, UNKNOWN } from '../host/exit-codes';
import type { HostPort } from '../host/port';
import type { CreateOutcome, FoundDisks } from '../reconcile/outcome';
import { busy } from '../xl/busy';
import { explain } from '../xl/errors';
import { markText } from '../xl/mark';
import type { RunOrder } from '../xl/order';
import { cfgFile } from './layout';
import type { Layout } from './layout';

export interface StartCall {
  readonly uuid: string;
  readonly order: RunOrder;
  /** The disks that were made or found for it. */
  readonly found: FoundDisks;
}

/** Scrubbing and building hundreds of GiB takes minutes. */
const DEADLINE_MS = 600_000;

export async function startDomain(
  host: HostPort,
  layout: Layout,
  { uuid, order, found }: StartCall,
): Promise<CreateOutcome> {
  const { fleetID, epoch, vm } = order;
  const mark = markText({ fleetID, epoch, namespace: vm.namespace, name: vm.name });
  const args = [layout.stateDir, uuid, String(epoch), cfgFile(layout, uuid), mark];
  const result = await host.locked(uuid, 'create', args, { deadlineMs: DEADLINE_MS });
  if (result.end !== 'exited') return { kind: 'unclear' };
  switch (result.code) {
    case 0:
      return { kind: 'created', ...found };
    case RETIRED:
      return { kind: 'retired', epoch: Number(/retired (\d+)/.exec(result.stdout)?.[1] ?? order.epoch) };
    case UNKNOWN:
    case EXISTS:
      return { kind: 'unclear' };
    case BUSY:
      return { kind: 'failed', failure: busy('xl create', 'domain'), disks: [] };
    default:
      return { kind: 'failed', failure: explain('xl create', result), ...found };
  }
}
