/** What the agent needs of a logger. */
import { isKubeError } from '../common/kube/errors';
import { HeldElsewhere } from '../common/kube/heartbeat';
import { HostError } from './host/port';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Text of an error that a loop survives: short if it was expected, with stack if it is a bug. */
export function errorText(error: unknown): string {
  const expected = isKubeError(error) || error instanceof HostError || error instanceof HeldElsewhere;
  return expected || !(error instanceof Error) ? String(error) : (error.stack ?? String(error));
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
