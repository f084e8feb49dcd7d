/** What operators and agents do all day; each happening is one step of one of them. */
import type { XenDomain } from '../../../crds/generated/types';
import { planVm } from '../../../operator/plan/vm/plan';
import { factsOf, HOSTS, type Operator } from './model-operator';
import { clone, type Happening, type ModelState } from './model-state';
import { keyOfVm } from './model-writes';

/** Its caches lag, kind by kind. */
export const operatorSees: Happening = (model) => {
  const operator = model.anOperator();
  const dice = model.random();
  if (dice < 0.35) operator.vms = clone(model.api.vms);
  else if (dice < 0.55) operator.orders = clone(model.api.orders);
  else if (dice < 0.75) operator.declaredDead = clone(model.api.declaredDead);
  else for (const name of HOSTS) operator.reports[name] = clone(model.dom0(name).report);
};

export const operatorAsks: Happening = (model) => {
  const operator = model.anOperator();
  const name = model.aHost();
  if (model.api.nonces[name] === operator.nonce || operator.inFlight.length > 4) return;
  operator.inFlight.push((api) => (api.nonces[name] = operator.nonce));
};

export const operatorActs: Happening = (model) => {
  const { rules, random } = model;
  const index = Math.floor(random() * model.operators.length);
  const operator = model.operators[index] as Operator;
  const vm = model.pick(Object.values(operator.vms).filter((known) => known !== undefined));
  if (vm === undefined || operator.inFlight.length > 4) return;
  let action = planVm(factsOf(operator, vm, rules));
  if (!rules.receipt && random() < 0.3) action = { do: 'place', epoch: (vm.status?.placement?.epoch ?? 0) + 1 };
  const chosen = model.aHost();
  const write = model.writes.of(action, vm, { host: chosen, bootID: operator.reports[chosen]?.bootID });
  if (write === undefined) return;
  operator.inFlight.push(write);
  model.trail.push(`op${index} ${keyOfVm(vm)} decides ${action.do} ${'host' in action ? action.host : ''}`);
};

export const writeLands: Happening = (model) => {
  const operator = model.anOperator();
  const [write] = operator.inFlight.splice(Math.floor(model.random() * operator.inFlight.length), 1);
  write?.(model.api);
};

export const agentSees: Happening = (model) => {
  const name = model.aHost();
  model.dom0(name).see(model.api.orders[name]);
};

export const agentActs: Happening = (model) => {
  const name = model.aHost();
  const dom0 = model.dom0(name);
  const before = dom0.running;
  const status = dom0.act(model.random() < 0.5);
  if (dom0.running > 0 && before === 0) model.trail.push(`${name} starts epoch ${dom0.running}`);
  if (status?.phase === 'Absent') model.trail.push(`${name} retires ${dom0.retiredEpoch}`);
  if (status !== undefined) tell(model, name, status);
};

/** A status write: about this very order or none. */
function tell(model: ModelState, name: string, status: NonNullable<XenDomain['status']>): void {
  const now = model.api.orders[name];
  if (now === undefined || now.metadata.resourceVersion !== model.dom0(name).cache?.metadata.resourceVersion) return;
  if (JSON.stringify(now.status) === JSON.stringify(status)) return;
  model.api.orders[name] = model.writes.stamped({ ...now, status }, name);
}

export const agentReports: Happening = (model) => {
  const name = model.aHost();
  model.dom0(name).see(model.api.orders[name]);
  model.dom0(name).answer(model.api.nonces[name] ?? '');
};
