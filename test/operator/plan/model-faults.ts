/** What goes wrong in the model, and what people do. */
import type { Operator } from './model-operator';
import { clone, VICTIM, type Happening } from './model-state';

export const writeIsLost: Happening = (model) => {
  model.anOperator().inFlight.splice(0, 1);
};

/** A leader that only now begins: what it wrote before may still land. */
export const newLeader: Happening = (model) => {
  const index = Math.floor(model.random() * model.operators.length);
  const before = model.operators[index] as Operator;
  model.operators[index] = { ...model.newOperator(), inFlight: before.inFlight };
  model.trail.push(`op${index} begins to lead`);
};

export const guestEnds: Happening = (model) => {
  model.dom0(model.aHost()).running = 0;
};

export const orderVanishes: Happening = (model) => {
  model.api.orders[model.aHost()] = undefined;
};

export const power: Happening = (model) => {
  const name = model.aHost();
  const dom0 = model.dom0(name);
  if (dom0.on && model.random() < 0.5) dom0.powerOff();
  else dom0.powerOn();
  model.trail.push(`${name} is ${dom0.on ? `up as ${dom0.bootID}` : 'off'}`);
};

/** Says the truth: the boot that a host last reported is over. Sometimes takes it back. */
export const administrator: Happening = (model) => {
  const name = model.aHost();
  const dom0 = model.dom0(name);
  const reported = dom0.report?.bootID;
  const isOver = reported !== undefined && (!dom0.on || reported !== dom0.bootID);
  model.api.declaredDead[name] = isOver && model.random() < 0.8 ? reported : undefined;
  if (isOver) model.trail.push(`${name}: ${reported} is declared over`);
};

export const user: Happening = (model) => {
  const dice = model.random();
  model.edit(VICTIM, (vm) => {
    if (dice < 0.1) vm.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    else vm.spec = { ...vm.spec, runPolicy: dice < 0.5 ? 'Halted' : 'Always' };
  });
};

export const backUp: Happening = (model) => {
  model.backup = clone(model.api);
};

/** etcd comes back as it was. Operators find out by their lists, begin anew, lose old writes. */
export const restore: Happening = (model) => {
  const { declaredDead } = model.api;
  // The administrator who restores takes back what is not true any more.
  model.api = { ...clone(model.backup), declaredDead };
  const { orders, vms } = model.api;
  for (const object of [...Object.values(orders), ...Object.values(vms)])
    if (object) object.metadata.resourceVersion = model.writes.nextVersion();
  model.operators.forEach((_, index) => (model.operators[index] = model.newOperator()));
  model.trail.push('etcd is restored');
};
