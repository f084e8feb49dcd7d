/** What the agent needs of a logger. */
import { isKubeError } from '../common/kube/errors';
import { HostError } from './host/port';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Of an error that a loop survives: what is expected in a few words, a bug with its stack. */
export function errorText(error: unknown): string {
  const isExpected = !(error instanceof Error) || isKubeError(error) || error instanceof HostError;
  return isExpected ? String(error) : (error.stack ?? String(error));
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
