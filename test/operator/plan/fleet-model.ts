/**
 * A tiny fleet for the claim protocol: one VM of one tenant and, if asked for, a stranger's VM that
 * names the same UUID; an API with compare-and-swap; hosts whose agents lag, that lose power, boot
 * and are declared dead by an administrator who says the truth; two operators that both think they
 * lead, each with caches that lag kind by kind and writes that land late or never. The operators
 * run the real `planVm`; the agents are modelled by their contract. Whatever happens, the VM must
 * never run on two hosts.
 */
import type { XenVM } from '../../../crds/generated/types';
import * as faults from './model-faults';
import { HOSTS, type Rules } from './model-operator';
import { ModelState, VICTIM, type Happening } from './model-state';
import * as work from './model-work';

export { STRANGER, VICTIM } from './model-state';

const OFTEN: readonly Happening[] = [
  work.operatorSees,
  work.operatorActs,
  work.operatorActs,
  work.writeLands,
  work.agentSees,
  work.agentActs,
];
const RARE: readonly Happening[] = [work.agentReports, work.operatorAsks];
const FAULTS: readonly Happening[] = [
  faults.writeIsLost,
  faults.newLeader,
  faults.guestEnds,
  faults.orderVanishes,
  faults.backUp,
  faults.restore,
  faults.user,
  faults.power,
  faults.power,
  faults.administrator,
  faults.administrator,
];

export class FleetModel extends ModelState {
  constructor(
    random: () => number,
    rules?: Rules,
    /** How much of what happens is a fault. */
    readonly faultRate = 0.05,
  ) {
    super(random, rules);
  }

  get victim(): XenVM | undefined {
    return this.api.vms[VICTIM];
  }

  /** Hosts that run the VM now. */
  running(): string[] {
    return HOSTS.filter((name) => this.dom0(name).running > 0);
  }

  /** One random thing happens. */
  step(withFaults: boolean): void {
    const dice = this.random();
    if (withFaults && dice < this.faultRate) this.pick(FAULTS)?.(this);
    else if (dice < this.faultRate + 0.2) this.pick(RARE)?.(this);
    else this.pick(OFTEN)?.(this);
  }

  /** The disorder is over. */
  calm(): void {
    this.operators.splice(1);
    for (const dom0 of Object.values(this.dom0s)) if (!dom0.on) dom0.powerOn();
  }

  backUp(): void {
    faults.backUp(this);
  }

  restore(): void {
    faults.restore(this);
  }
}
