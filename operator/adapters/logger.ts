/** Log lines on stdout: JSON for machines, or calm text for people. */
import { pino, stdSerializers } from 'pino';
import type { DestinationStream, Logger as Pino } from 'pino';
import type { LogFields, LogFormat, LogLevel, Logger } from './types';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Gets whole lines. Default: stdout. */
  readonly write?: (line: string) => void;
}

export function createLogger({ level, format, write }: LoggerOptions): Logger {
  const put = write ?? toStdout();
  const destination: DestinationStream = { write: format === 'json' ? put : (line) => put(textLine(line)) };
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: stdSerializers.errWithCause },
  };
  return wrap(pino(options, destination));
}

/** Whoever reads our lines may go away; that must not end the operator. */
function toStdout(): (line: string) => void {
  if (!process.stdout.listeners('error').includes(ignore)) process.stdout.on('error', ignore);
  return (line) => void process.stdout.write(line);
}

const ignore = (): void => undefined;

function wrap(inner: Pino): Logger {
  return {
    debug: (message, fields = {}) => inner.debug(fields, message),
    info: (message, fields = {}) => inner.info(fields, message),
    warn: (message, fields = {}) => inner.warn(fields, message),
    error: (message, fields = {}) => inner.error(fields, message),
    child: (fields) => wrap(inner.child(fields)),
  };
}

/** `20:15:03.120 WARN  host went silent  host=alpha seconds=25`. */
function textLine(json: string): string {
  const { level, time, message, ...fields } = JSON.parse(json) as LogFields;
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${textValue(value)}`);
  const clock = String(time).slice(11, 23);
  return `${clock} ${String(level).toUpperCase().padEnd(5)} ${String(message)}${pairs.length > 0 ? ' ' : ''}${pairs.join('')}\n`;
}

function textValue(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value) {
    return JSON.stringify(value.message);
  }
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
}
