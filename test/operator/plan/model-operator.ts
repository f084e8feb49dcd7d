/**
 * What an operator of the model knows, and the rules that can be switched off to prove that the
 * model can fail.
 */
import type { XenVM } from '../../../crds/generated/types';
import type { VouchedClaims } from '../../../operator/controllers/placement/vouched-claims';
import { isOwn, type HostView, type Rival, type VmFacts } from '../../../operator/plan/vm/facts';
import { facts, host as hostView } from './builders';
import type { Report } from './model-agent';
import { keyOfVm, type Api, type Write } from './model-writes';

export const HOSTS = ['h1', 'h2', 'h3'];

export interface Rules {
  /** Switched off one by one to prove that the model can fail. */
  readonly receipt: boolean;
  readonly hostsFirst: boolean;
  readonly resourceVersion: boolean;
  /** An order starts only in the boot that its claim counts on. */
  readonly boots: boolean;
  /** Orders and sightings of another identity are not the VM's. */
  readonly ownership: boolean;
  /** What makes a claim one that is vouched for: nothing is asked, all but the boot, or all. */
  readonly vouching: 'unasked' | 'withoutBoot' | 'full';
}
export const ALL_RULES: Rules = {
  receipt: true,
  hostsFirst: true,
  resourceVersion: true,
  boots: true,
  ownership: true,
  vouching: 'full',
};

export interface Operator {
  nonce: string;
  /** Keys of VMs that it saw being created. */
  fresh: ReadonlySet<string>;
  /** Claims that were vouched for in its term. */
  vouched: VouchedClaims;
  vms: Api['vms'];
  orders: Api['orders'];
  declaredDead: Api['declaredDead'];
  reports: Record<string, Report | undefined>;
  inFlight: Write[];
}

/** As `viewHost` says it: by the last report, whatever term it was of. */
function viewOf(operator: Operator, name: string, rules: Rules): HostView {
  const report = operator.reports[name];
  const answered = !rules.hostsFirst || report?.nonce === operator.nonce;
  const dead = report !== undefined && operator.declaredDead[name] === report.bootID;
  return hostView(name, { answered, bootID: report?.bootID, dead });
}

/** Everything that the operator knows of one VM, sorted by owner unless that rule is off. */
export function factsOf(operator: Operator, vm: XenVM, rules: Rules): VmFacts {
  const own = (owner: { namespace: string; name: string }): boolean => !rules.ownership || isOwn(vm, owner);
  const views = HOSTS.map((name) => viewOf(operator, name, rules));
  const orders = HOSTS.flatMap((name) => {
    const order = operator.orders[name];
    return order === undefined ? [] : [{ host: name, order }];
  });
  const sightings = views.flatMap(({ name, dead }) => {
    const report = operator.reports[name];
    const isMemory = report !== undefined && (report.present || report.epoch > 0);
    return isMemory && report.nonce === operator.nonce && !dead ? [{ host: name, ...report }] : [];
  });
  const others = Object.values(operator.vms).filter((other) => other?.metadata.uid !== vm.metadata.uid);
  const known = facts({
    vm,
    orders: orders.filter(({ order }) => own(order.spec.vm)),
    foreignOrders: orders.filter(({ order }) => !own(order.spec.vm)),
    hosts: views,
    unreported: views.filter(({ answered, dead }) => !answered && !dead).map(({ name }) => name),
    sightings: sightings.filter(own),
    foreignSightings: sightings.filter((seen) => !own(seen)),
    rivals: others.flatMap((other) => (other === undefined ? [] : [rivalOf(other)])),
    fresh: operator.fresh.has(keyOfVm(vm)),
  });
  return { ...known, vouched: operator.vouched.isVouched(weakened(known, rules.vouching)) };
}

/** The facts as a rule that asks less would see them. */
function weakened(known: VmFacts, vouching: Rules['vouching']): VmFacts {
  const claim = known.vm.status?.placement;
  if (claim === undefined || vouching === 'full') return known;
  const view = known.hosts[claim.host];
  const says = {
    ...claim,
    namespace: 'acme',
    name: 'web',
    present: false,
    orphan: false,
    retiredEpoch: 0,
    refusedEpoch: 0,
  };
  if (vouching === 'unasked')
    return {
      ...known,
      hosts: { [claim.host]: hostView(claim.host, { bootID: claim.bootID ?? '' }) },
      sightings: [says],
      vm: { ...known.vm, status: { ...known.vm.status, placement: { ...claim, bootID: claim.bootID ?? '' } } },
    };
  return view === undefined
    ? known
    : { ...known, hosts: { ...known.hosts, [claim.host]: { ...view, bootID: claim.bootID } } };
}

function rivalOf({ metadata, status }: XenVM): Rival {
  const { namespace = '', name, uid = '', creationTimestamp: createdAt = '' } = metadata;
  return { namespace, name, uid, createdAt, placed: status?.placement !== undefined };
}
