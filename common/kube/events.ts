/** Kubernetes Events for people: one per matter, repeats counted, never in the way of the work. */
import type { Clock } from '../ports';
import type { KubeClient } from './client';
import type { KubeObject } from './types';

export interface EventOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Who reports, e.g. `xenfleet-operator`. */
  readonly component: string;
  /** Which of them, e.g. the pod's name. */
  readonly instance: string;
  readonly onDropped?: (reason: string) => void;
}

export interface EventRecord {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, of the closed set of reasons. */
  readonly reason: string;
  readonly message: string;
  /** What was being done; default: the reason. */
  readonly action?: string;
}

export class EventRecorder {
  constructor(readonly options: EventOptions) {}

  /** Returns at once. The Event goes out in the background, or is dropped. */
  record(_about: KubeObject, _event: EventRecord): void {
    throw new Error('to come');
  }

  /** Waits for what is under way, for at most `deadlineMs`. */
  flush(_deadlineMs: number): Promise<void> {
    throw new Error('to come');
  }
}
