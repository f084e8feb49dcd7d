/** Everything that Prometheus sees, in one registry of our own. */
import type { Metrics } from './types';

/** `version` goes into `xenfleet_build_info`. */
export function createMetrics(_version = 'dev'): Metrics {
  throw new Error('to come');
}
