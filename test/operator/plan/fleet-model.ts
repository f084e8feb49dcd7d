/**
 * A tiny fleet for the claim protocol: one VM, an API with compare-and-swap, hosts whose agents lag, two operators that both believe they
 * lead, each with caches that lag kind by kind and with writes that land late or never. The operators run the real `planVm`; the agents are
 * modelled by their contract. Whatever happens, the VM must never run on two hosts.
 */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { planVm } from '../../../operator/plan/vm';
import type { VmWorld } from '../../../operator/plan/world';
import { FLEET, host as hostView, UID, vm as newVm, WANTED } from './builders';
import { Dom0, type Report } from './model-agent';
import { Writes, type Api, type Write } from './model-writes';

export interface Rules {
  /** Switched off one by one to prove that the model can fail. */
  readonly receipt: boolean;
  readonly hostsFirst: boolean;
  readonly resourceVersion: boolean;
}
export const ALL_RULES: Rules = { receipt: true, hostsFirst: true, resourceVersion: true };

interface Operator {
  nonce: string;
  fresh: boolean;
  vm: XenVM | undefined;
  orders: Api['orders'];
  reports: Record<string, Report | undefined>;
  inFlight: Write[];
}

const clone = <T>(value: T): T => structuredClone(value);
export const HOSTS = ['h1', 'h2', 'h3'];

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
  ) {
    this.#writes = new Writes(rules.resourceVersion);
    const each = <T>(make: () => T): Record<string, T> => Object.fromEntries(HOSTS.map((name) => [name, make()]));
    this.api = { vm: newVm(), orders: each(() => undefined), nonces: each(() => '') };
    this.dom0s = each(() => new Dom0());
    this.operators = [this.#operator(true), this.#operator(false)];
    this.#backup = clone(this.api);
  }

  /** Hosts that run the VM now. */
  running(): string[] {
    return HOSTS.filter((name) => (this.dom0s[name]?.running ?? 0) > 0);
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
      this.#backUp,
      this.#restore,
      this.#user,
    ];
    const dice = this.random();
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(this.random() * list.length)];
    if (faults && dice < 0.05) pick(faulty)?.call(this);
    else if (dice < 0.25) pick(rare)?.call(this);
    else pick(things)?.call(this);
  }

  /** The disorder is over: one operator leads. */
  calm(): void {
    this.operators.splice(1);
  }

  #operator(fresh: boolean): Operator {
    const nonce = `n${++this.#nonce}`;
    return { nonce, fresh, vm: clone(this.api.vm), orders: clone(this.api.orders), reports: {}, inFlight: [] };
  }

  #anOperator(): Operator {
    return this.operators[Math.floor(this.random() * this.operators.length)] as Operator;
  }

  #aHost(): string {
    return HOSTS[Math.floor(this.random() * HOSTS.length)] as string;
  }

  #log(text: string): void {
    this.trail.push(text);
  }

  #operatorSees(): void {
    const operator = this.#anOperator();
    const dice = this.random();
    if (dice < 0.35) operator.vm = clone(this.api.vm);
    else if (dice < 0.7) operator.orders = clone(this.api.orders);
    else for (const name of HOSTS) operator.reports[name] = clone(this.dom0s[name]?.report);
  }

  #operatorAsks(): void {
    const operator = this.#anOperator();
    const name = this.#aHost();
    if (this.api.nonces[name] === operator.nonce || operator.inFlight.length > 4) return;
    operator.inFlight.push((api) => (api.nonces[name] = operator.nonce));
  }

  #worldOf(operator: Operator, vm: XenVM): VmWorld {
    const answers = (name: string): Report | undefined => {
      const report = operator.reports[name];
      return report?.nonce === operator.nonce ? report : undefined;
    };
    const unreported = this.rules.hostsFirst ? HOSTS.filter((name) => answers(name) === undefined) : [];
    return {
      vm,
      uuid: UID,
      fleetID: FLEET,
      resolution: { wanted: WANTED },
      orders: HOSTS.flatMap((name) => {
        const order = operator.orders[name];
        return order === undefined ? [] : [{ host: name, order }];
      }),
      host: (name) => hostView(name, { answered: !this.rules.hostsFirst || answers(name) !== undefined }),
      unreported,
      sightings: HOSTS.flatMap((name) => {
        const report = answers(name);
        return report === undefined ? [] : [{ host: name, namespace: 'acme', name: 'web', ...report }];
      }),
      conflict: undefined,
      fresh: operator.fresh,
      reported: undefined,
      unplaced: undefined,
    };
  }

  #operatorActs(): void {
    const index = Math.floor(this.random() * this.operators.length);
    const operator = this.operators[index] as Operator;
    if (operator.vm === undefined || operator.inFlight.length > 4) return;
    const world = this.#worldOf(operator, operator.vm);
    let action = planVm(world);
    if (!this.rules.receipt && this.random() < 0.3)
      action = { do: 'place', epoch: (operator.vm.status?.placement?.epoch ?? 0) + 1 };
    const write = this.#writes.of(action, operator.vm, this.#aHost());
    if (write === undefined) return;
    operator.inFlight.push(write);
    this.#log(`op${index} decides ${action.do} ${'host' in action ? action.host : ''}`);
  }

  #writeLands(): void {
    const operator = this.#anOperator();
    const [write] = operator.inFlight.splice(Math.floor(this.random() * operator.inFlight.length), 1);
    write?.(this.api);
  }

  #writeIsLost(): void {
    const operator = this.#anOperator();
    operator.inFlight.splice(0, 1);
  }

  /** A leader that only now begins: lists, fresh nonce, what it wrote before may still land. */
  #newLeader(): void {
    const index = Math.floor(this.random() * this.operators.length);
    const before = this.operators[index] as Operator;
    this.operators[index] = { ...this.#operator(false), inFlight: before.inFlight };
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
    if (now === undefined || now.metadata.resourceVersion !== this.dom0s[name]?.cache?.metadata.resourceVersion) return;
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

  #user(): void {
    const { vm } = this.api;
    if (vm === undefined) return;
    const dice = this.random();
    if (dice < 0.1) vm.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    else vm.spec = { ...vm.spec, runPolicy: dice < 0.5 ? 'Halted' : 'Always' };
    vm.metadata.resourceVersion = this.#writes.nextVersion();
  }

  #backUp(): void {
    this.#backup = clone(this.api);
  }

  /** etcd comes back as it was; every operator finds out by its lists and begins anew, its old writes are gone with its connections. */
  #restore(): void {
    this.api = clone(this.#backup);
    for (const order of Object.values(this.api.orders))
      if (order) order.metadata.resourceVersion = this.#writes.nextVersion();
    if (this.api.vm) this.api.vm.metadata.resourceVersion = this.#writes.nextVersion();
    this.operators.forEach((_, index) => (this.operators[index] = this.#operator(false)));
    this.#log('etcd is restored');
  }
}
