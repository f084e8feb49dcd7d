/** The operator's options: flag, else environment, else default; checked once, here. One row per option. */
import type { OperatorConfig } from './types';

/** Name of the operator's Lease; the chart's Role names it too. */
export const LEADER_LEASE = 'xen-fleet-operator';

export type ConfigOutcome =
  | { readonly kind: 'run'; readonly config: OperatorConfig }
  /** Help and version (code 0, to stdout) or what is wrong and how to put it right (code 2, to stderr). */
  | { readonly kind: 'exit'; readonly code: 0 | 2; readonly text: string };

/** `args` without node and script: `process.argv.slice(2)`. */
export function readConfig(
  _args: readonly string[],
  _env: Readonly<Record<string, string | undefined>>,
): ConfigOutcome {
  throw new Error('to come');
}
