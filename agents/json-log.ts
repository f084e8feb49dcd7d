/**
 * Log lines as JSON, in pino's shape (level 20 to 50, time, msg), so that the same tools read them.
 * Not pino itself: it costs a Dom0 4 MiB of memory, and nothing here needs more than this.
 */
import type { Log } from './log';

const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;
export type LogLevel = keyof typeof LEVELS;
export const LOG_LEVELS = Object.keys(LEVELS);

export interface JsonLogOptions {
  readonly level: LogLevel;
  /** Fields of every line. */
  readonly base: object;
  readonly write: (line: string) => void;
  readonly wallMs: () => number;
}

export function jsonLog({ level, base, write, wallMs }: JsonLogOptions): Log {
  const at = (name: 'debug' | 'info' | 'warn' | 'error'): Log['info'] => {
    if (LEVELS[name] < LEVELS[level]) return () => undefined;
    return (fields, msg) =>
      write(`${JSON.stringify({ level: LEVELS[name], time: wallMs(), ...base, ...fields, msg })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
