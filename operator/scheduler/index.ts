/** The only door of the scheduler library: plain data in, plain data out. */
export { message } from './explain';
export { matchesSelector } from './labels';
export { Scheduler, byUrgency, schedule } from './scheduler';
export { DEFAULT_POOL, DEFAULT_VCPU_RATIO, HOSTNAME_KEY } from './types';
export type * from './types';
