/** What tests of cfg files use: an order with changes, and the line or the refusal that follows. */
import { renderCfg } from '../../../agents/xl/cfg';
import type { RunOrder } from '../../../agents/xl/order';
import { UUID, cfgInput, order } from '../orders';

export const render = (changes: Partial<RunOrder> = {}, uuid = UUID) => renderCfg(cfgInput(order(changes), { uuid }));
export const MAC = '02:00:00:00:00:01';
export const disk = (over: object = {}) => ({
  name: 'root',
  device: 'xvda',
  sizeBytes: 1,
  pool: 'p',
  path: '/pool',
  ...over,
});
export const nic = (over: object = {}) => ({ name: 'eth0', mac: MAC, bridge: 'xenbr0', ...over });
export const hvm = (boot: object = {}): Partial<RunOrder> => ({ type: 'hvm', boot });

/** The field that is refused, or the line of this key. */
export function said(changes: Partial<RunOrder>, key = 'name', uuid = UUID): string {
  const result = render(changes, uuid);
  if (!result.ok) return `refused ${result.refusal.field}`;
  return result.text.split('\n').find((line) => line.startsWith(`${key} = `)) ?? 'no line';
}
