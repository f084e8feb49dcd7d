/**
 * A tiny fleet for the claim protocol: one VM of one tenant and, if asked for, a stranger's VM that
 * names the same UUID; an API with compare-and-swap; hosts whose agents lag, that lose power, boot
 * and are declared dead by an administrator who says the truth; two operators that both think they
 * lead, each with caches that lag kind by kind and writes that land late or never. The operators
 * run the real `planVm`; the agents are modelled by their contract. Whatever happens, the VM must
 * never run on two hosts.
 */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { planVm } from '../../../operator/plan/vm/plan';
import { vm as newVm } from './builders';
import { VouchedClaims } from '../../../operator/controllers/placement/vouched-claims';
import { Dom0 } from './model-agent';
import { ALL_RULES, factsOf, HOSTS, type Operator, type Rules } from './model-operator';
import { keyOfVm, Writes, type Api } from './model-writes';

const clone = <T>(value: T): T => structuredClone(value);
export const VICTIM = 'acme/web';
export const STRANGER = 'evil/x';

export class FleetModel {
  api: Api;
  readonly dom0s: Record<string, Dom0>;
  readonly operators: Operator[];
  readonly trail: string[] = [];
  #backup: Api;
  readonly #writes: Writes;
  #nonce = 0;

  constructor(
    readonly random: () => number,
    readonly rules: Rules = ALL_RULES,
    /** How much of what happens is a fault. */
    readonly faultRate = 0.05,
  ) {
    this.#writes = new Writes(rules.resourceVersion);
    const each = <T>(make: (name: string) => T): Record<string, T> =>
      Object.fromEntries(HOSTS.map((name) => [name, make(name)]));
    const vms = { [VICTIM]: newVm() };
    this.api = { vms, orders: each(() => undefined), nonces: each(() => ''), declaredDead: each(() => undefined) };
    this.dom0s = each((name) => new Dom0(name, rules.boots));
    this.operators = [this.#operator([VICTIM]), this.#operator()];
    this.#backup = clone(this.api);
  }

  get victim(): XenVM | undefined {
    return this.api.vms[VICTIM];
  }

  /** Hosts that run the VM now. */
  running(): string[] {
    return HOSTS.filter((name) => this.#dom0(name).running > 0);
  }

  /** One random thing happens. */
  step(faults: boolean): void {
    const things = [
      this.#operatorSees,
      this.#operatorActs,
      this.#operatorActs,
      this.#writeLands,
      this.#agentSees,
      this.#agentActs,
    ];
    const rare = [this.#agentReports, this.#operatorAsks];
    const faulty = [
      this.#writeIsLost,
      this.#newLeader,
      this.#guestEnds,
      this.#orderVanishes,
      this.backUp,
      this.restore,
      this.#user,
      this.#power,
      this.#power,
      this.#administrator,
      this.#administrator,
    ];
    const dice = this.random();
    if (faults && dice < this.faultRate) this.#pick(faulty)?.call(this);
    else if (dice < this.faultRate + 0.2) this.#pick(rare)?.call(this);
    else this.#pick(things)?.call(this);
  }

  /** The disorder is over. */
  calm(): void {
    this.operators.splice(1);
    for (const dom0 of Object.values(this.dom0s)) if (!dom0.on) dom0.powerOn();
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  #operator(fresh: readonly string[] = []): Operator {
    const { vms, orders, declaredDead } = clone(this.api);
    const term = { nonce: `n${++this.#nonce}`, fresh: new Set(fresh), vouched: new VouchedClaims() };
    return { ...term, vms, orders, declaredDead, reports: {}, inFlight: [] };
  }

  #anOperator(): Operator {
    return this.#pick(this.operators) as Operator;
  }

  #aHost(): string {
    return this.#pick(HOSTS) as string;
  }

  #log(text: string): void {
    this.trail.push(text);
  }

  #operatorSees(): void {
    const operator = this.#anOperator();
    const dice = this.random();
    if (dice < 0.35) operator.vms = clone(this.api.vms);
    else if (dice < 0.55) operator.orders = clone(this.api.orders);
    else if (dice < 0.75) operator.declaredDead = clone(this.api.declaredDead);
    else for (const name of HOSTS) operator.reports[name] = clone(this.#dom0(name).report);
  }

  #operatorAsks(): void {
    const operator = this.#anOperator();
    const name = this.#aHost();
    if (this.api.nonces[name] === operator.nonce || operator.inFlight.length > 4) return;
    operator.inFlight.push((api) => (api.nonces[name] = operator.nonce));
  }

  #operatorActs(): void {
    const index = Math.floor(this.random() * this.operators.length);
    const operator = this.operators[index] as Operator;
    const vm = this.#pick(Object.values(operator.vms).filter((known) => known !== undefined));
    if (vm === undefined || operator.inFlight.length > 4) return;
    let action = planVm(factsOf(operator, vm, this.rules));
    if (!this.rules.receipt && this.random() < 0.3)
      action = { do: 'place', epoch: (vm.status?.placement?.epoch ?? 0) + 1 };
    const chosen = this.#aHost();
    const write = this.#writes.of(action, vm, { host: chosen, bootID: operator.reports[chosen]?.bootID });
    if (write === undefined) return;
    operator.inFlight.push(write);
    this.#log(`op${index} ${keyOfVm(vm)} decides ${action.do} ${'host' in action ? action.host : ''}`);
  }

  #writeLands(): void {
    const operator = this.#anOperator();
    const [write] = operator.inFlight.splice(Math.floor(this.random() * operator.inFlight.length), 1);
    write?.(this.api);
  }

  #writeIsLost(): void {
    this.#anOperator().inFlight.splice(0, 1);
  }

  /** A leader that only now begins: lists, fresh nonce, what it wrote before may still land. */
  #newLeader(): void {
    const index = Math.floor(this.random() * this.operators.length);
    const before = this.operators[index] as Operator;
    this.operators[index] = { ...this.#operator(), inFlight: before.inFlight };
    this.#log(`op${index} begins to lead`);
  }

  #agentSees(): void {
    const name = this.#aHost();
    this.#dom0(name).see(this.api.orders[name]);
  }

  #agentActs(): void {
    const name = this.#aHost();
    const dom0 = this.#dom0(name);
    const before = dom0.running;
    const status = dom0.act(this.random() < 0.5);
    if (dom0.running > 0 && before === 0) this.#log(`${name} starts epoch ${dom0.running}`);
    if (status?.phase === 'Absent') this.#log(`${name} retires ${dom0.fence}`);
    if (status !== undefined) this.#tell(name, status);
  }

  /** A status write: about this very order or none. */
  #tell(name: string, status: NonNullable<XenDomain['status']>): void {
    const now = this.api.orders[name];
    if (now === undefined || now.metadata.resourceVersion !== this.#dom0(name).cache?.metadata.resourceVersion) return;
    if (JSON.stringify(now.status) === JSON.stringify(status)) return;
    this.api.orders[name] = this.#writes.stamped({ ...now, status }, name);
  }

  #agentReports(): void {
    const name = this.#aHost();
    this.#dom0(name).see(this.api.orders[name]);
    this.#dom0(name).answer(this.api.nonces[name] ?? '');
  }

  #dom0(name: string): Dom0 {
    return this.dom0s[name] as Dom0;
  }

  #guestEnds(): void {
    this.#dom0(this.#aHost()).running = 0;
  }

  #orderVanishes(): void {
    this.api.orders[this.#aHost()] = undefined;
  }

  #power(): void {
    const name = this.#aHost();
    const dom0 = this.#dom0(name);
    if (dom0.on && this.random() < 0.5) dom0.powerOff();
    else dom0.powerOn();
    this.#log(`${name} is ${dom0.on ? `up as ${dom0.bootID}` : 'off'}`);
  }

  /** Says the truth: the boot that a host last reported is over. Sometimes takes it back. */
  #administrator(): void {
    const name = this.#aHost();
    const dom0 = this.#dom0(name);
    const reported = dom0.report?.bootID;
    const isOver = reported !== undefined && (!dom0.on || reported !== dom0.bootID);
    this.api.declaredDead[name] = isOver && this.random() < 0.8 ? reported : undefined;
    if (isOver) this.#log(`${name}: ${reported} is declared over`);
  }

  #user(): void {
    const dice = this.random();
    this.edit(VICTIM, (vm) => {
      if (dice < 0.1) vm.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      else vm.spec = { ...vm.spec, runPolicy: dice < 0.5 ? 'Halted' : 'Always' };
    });
  }

  edit(key: string, change: (vm: XenVM) => void): void {
    const vm = this.api.vms[key];
    if (vm === undefined) return;
    change(vm);
    vm.metadata.resourceVersion = this.#writes.nextVersion();
  }

  readonly backUp = (): void => {
    this.#backup = clone(this.api);
  };

  /** etcd comes back as it was. Operators find out by their lists, begin anew, lose old writes. */
  readonly restore = (): void => {
    const { declaredDead } = this.api;
    this.api = { ...clone(this.#backup), declaredDead }; // The administrator who restores takes back what is not true any more.
    for (const order of Object.values(this.api.orders))
      if (order) order.metadata.resourceVersion = this.#writes.nextVersion();
    for (const vm of Object.values(this.api.vms)) if (vm) vm.metadata.resourceVersion = this.#writes.nextVersion();
    this.operators.forEach((_, index) => (this.operators[index] = this.#operator()));
    this.#log('etcd is restored');
  };
}
