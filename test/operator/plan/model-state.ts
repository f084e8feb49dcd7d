/** What there is in the model: the API, the hosts, the operators, and the dice. */
import type { XenVM } from '../../../crds/generated/types';
import { VouchedClaims } from '../../../operator/controllers/placement/vouched-claims';
import { vm as newVm } from './builders';
import { Dom0 } from './model-agent';
import { ALL_RULES, HOSTS, type Operator, type Rules } from './model-operator';
import { Writes, type Api } from './model-writes';

export const clone = <T>(value: T): T => structuredClone(value);
export const VICTIM = 'acme/web';
export const STRANGER = 'evil/x';

export class ModelState {
  api: Api;
  backup: Api;
  readonly dom0s: Record<string, Dom0>;
  readonly operators: Operator[];
  readonly trail: string[] = [];
  readonly writes: Writes;
  #nonce = 0;

  constructor(
    readonly random: () => number,
    readonly rules: Rules = ALL_RULES,
  ) {
    this.writes = new Writes(rules.resourceVersion);
    const each = <T>(make: (name: string) => T): Record<string, T> =>
      Object.fromEntries(HOSTS.map((name) => [name, make(name)]));
    const vms = { [VICTIM]: newVm() };
    this.api = { vms, orders: each(() => undefined), nonces: each(() => ''), declaredDead: each(() => undefined) };
    this.dom0s = each((name) => new Dom0(name, rules.boots));
    this.operators = [this.newOperator([VICTIM]), this.newOperator()];
    this.backup = clone(this.api);
  }

  /** One that begins now: it lists, and makes up a fresh nonce. */
  newOperator(fresh: readonly string[] = []): Operator {
    const { vms, orders, declaredDead } = clone(this.api);
    const term = { nonce: `n${++this.#nonce}`, fresh: new Set(fresh), vouched: new VouchedClaims() };
    return { ...term, vms, orders, declaredDead, reports: {}, inFlight: [] };
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  anOperator(): Operator {
    return this.pick(this.operators) as Operator;
  }

  aHost(): string {
    return this.pick(HOSTS) as string;
  }

  dom0(name: string): Dom0 {
    return this.dom0s[name] as Dom0;
  }

  edit(key: string, change: (vm: XenVM) => void): void {
    const vm = this.api.vms[key];
    if (vm === undefined) return;
    change(vm);
    vm.metadata.resourceVersion = this.writes.nextVersion();
  }
}

/** Something that may happen. */
export type Happening = (model: ModelState) => void;
