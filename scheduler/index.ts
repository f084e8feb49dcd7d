/** The only door of the scheduler library: plain data in, plain data out. */
// Also for allowedNamespaces: one meaning of a selector.
export { matchesSelector } from './state/labels';
export { counterfactualText } from './planners/place/counterfactuals';
export type { Counterfactual } from './planners/place/counterfactuals';
export { message, ofAtMost } from './explain';
export { MOST_HOSTS_FOR_PAIRS } from './failover/planned-losses';
export type { Growth } from './growth';
export { Planner } from './planners/planner';
export type { Plan, PlacementPlan, PlannedMove } from './planners/planner';
export type { Capacity } from './planners/place/capacity';
export type { ObjectiveName } from './planners/shared/objective';
export type { PlaceOptions, Strategy } from './planners/place/place';
export type { PlacedVm } from './planners/place/queue';
export { isReached } from './planners/rebalance/rebalance';
export type { RebalanceOptions } from './planners/rebalance/rebalance';
export { Scheduler, byUrgency, schedule } from './scheduler';
export { DEFAULT_POOL, DEFAULT_VCPU_RATIO, HOSTNAME_KEY } from './types';
export type * from './types';
