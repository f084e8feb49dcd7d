/** Log lines on stdout: JSON for machines, or calm text for people. */
import type { LogFormat, LogLevel, Logger } from './types';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Default: stdout. */
  readonly write?: (line: string) => void;
}

export function createLogger(_options: LoggerOptions): Logger {
  throw new Error('to come');
}
