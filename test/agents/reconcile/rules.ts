/** What must hold of every step, whatever happened before. */
import { MAX_GAP_MS } from '../../../agents/reconcile/lasting';
import type { DomainRecord, Operation } from '../../../agents/reconcile/record';
import type { Act, OrderView } from '../../../agents/reconcile/types';
import type { DomainRow } from '../../../agents/xl/list';

/** The world that a step is taken in. */
export interface Around {
  readonly rows: readonly DomainRow[];
  readonly boot: number;
  readonly confirmed: number;
  readonly api: OrderView;
  readonly blind: boolean;
  readonly refused: number;
  /** The domain was looked for after this was refused, and was gone. */
  readonly receipt: number;
  readonly ranAtEpoch: ReadonlySet<number>;
  readonly monotonicMs: number;
  /** Monotonic time since when the guest is asked to shut down, and the agent's deaths since. */
  readonly asked: { readonly sinceMs: number; readonly deaths: number } | undefined;
}

type Rule = readonly [string, (act: Act, world: Around, held: DomainRecord | undefined) => boolean];

const running = (held: DomainRecord | undefined): Operation | undefined =>
  held?.operations?.find(({ phase }) => phase === 'Running');

/** The time that an operation gives is for its own end of the guest only. */
function graceSeconds(held: DomainRecord | undefined): number {
  const { desired, runPolicy, gracePeriodSeconds = 60 } = held?.order ?? {};
  const isOrdered = desired === 'Absent' || (desired === 'Stopped' && runPolicy !== 'Manual');
  return (isOrdered ? undefined : running(held)?.gracePeriodSeconds) ?? gracePeriodSeconds;
}

/** Under Manual the Dom0 knows better than an order. */
const isOn = (held: DomainRecord | undefined): boolean =>
  held?.order.desired !== 'Absent' &&
  (held?.order.runPolicy === 'Manual' ? held.kept : held?.order.desired) === 'Running';

export const RULES: readonly Rule[] = [
  ['acts only on what it sees', (act, { blind }) => !blind || act.do === 'report' || act.do === 'idle'],
  ['leaves alone what vanished', (act, { api }) => api.kind !== 'vanished' || act.do === 'idle'],
  ['creates beside nothing only', (act, { rows }) => act.do !== 'create' || rows.length === 0],
  ['creates no retired epoch', (act, { refused }) => act.do !== 'create' || act.epoch > refused],
  ['creates what is ordered', (act, _world, held) => act.do !== 'create' || (isOn(held) && held?.epoch === act.epoch)],
  [
    'creates what this boot has confirmed',
    (act, { boot }, held) => act.do !== 'create' || held?.confirmedBootID === `boot-${boot}`,
  ],
  [
    'creates by an order only in the boot that the API names',
    (act, { boot, confirmed, api }) => act.do !== 'create' || api.kind !== 'given' || confirmed === boot,
  ],
  [
    'Once is once',
    (act, { ranAtEpoch }, held) =>
      act.do !== 'create' ||
      held?.order.runPolicy !== 'Once' ||
      !held.ended ||
      held.stopping !== undefined ||
      !ranAtEpoch.has(act.epoch) ||
      running(held) !== undefined ||
      ['reboot', 'ordered', 'restarted'].includes(held.ended.how),
  ],
  [
    'ends a guest by order only',
    (act, { api }, held) =>
      (act.do !== 'shutdown' && act.do !== 'destroy') ||
      !isOn(held) ||
      (api.kind === 'given' && api.spec.desired === 'Absent') ||
      (running(held) !== undefined && running(held)?.type !== 'Start'),
  ],
  [
    'gives a guest its grace period, whatever the wall clock says',
    (act, { rows, asked, monotonicMs }, held) =>
      act.do !== 'destroy' ||
      rows.every((one) => one.state !== 'running') ||
      // An agent that has died may count a little of what it did not see.
      monotonicMs - (asked?.sinceMs ?? monotonicMs) >= graceSeconds(held) * 1000 - (asked?.deaths ?? 0) * MAX_GAP_MS,
  ],
  ['reaps what has ended', (act, { rows }) => act.do !== 'reap' || rows.every((one) => one.state !== 'running')],
  ['retires what is not there', (act, { rows }) => act.do !== 'retire' || rows.length === 0],
  [
    'a receipt is durable',
    (act, { receipt }, held) =>
      act.do !== 'report' || act.report.phase !== 'Absent' || receipt >= (held?.order.epoch ?? 0),
  ],
];
