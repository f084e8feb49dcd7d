/** Metrics, log and Events that are only noted, each as one line. */
import type { EventRecord, EventRecorder } from '../../../common/kube/events';
import { keyOf, type KubeObject } from '../../../common/kube/types';
import type { LogFields, Logger, Metrics } from '../../../operator/adapters/types';

export class Recording {
  /** `vmStarted 2`, `queueDepth vm 0`. */
  readonly measured: string[] = [];
  readonly logged: { level: string; message: string; fields: LogFields }[] = [];
  /** `acme/web Warning NoRoom`. */
  readonly events: string[] = [];

  readonly metrics = new Proxy({} as Metrics, {
    get:
      (_target, name) =>
      (...args: unknown[]): void =>
        void this.measured.push([name, ...args].map(String).join(' ')),
  });

  readonly log = {
    ...Object.fromEntries(
      ['debug', 'info', 'warn', 'error'].map((level) => [
        level,
        (message: string, fields: LogFields = {}) => void this.logged.push({ level, message, fields }),
      ]),
    ),
  } as unknown as Logger;

  readonly recorder = {
    record: ({ metadata }: KubeObject, { type, reason }: EventRecord) =>
      void this.events.push(`${keyOf(metadata)} ${type} ${reason}`),
  } as unknown as EventRecorder;

  /** `info order created`, those that match. */
  lines(pattern: RegExp): string[] {
    return this.logged.map(({ level, message }) => `${level} ${message}`).filter((line) => pattern.test(line));
  }
}
