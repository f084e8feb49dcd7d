/**
 * Kubernetes Events for people. One per matter (object, type, reason, message): repeats within ten
 * minutes are counted and told by the first one that comes later. Nothing waits for it, and what
 * cannot be delivered is dropped: Events are a courtesy.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../ports';
import type { KubeClient } from './client';
import { microTime } from './lease';
import type { KubeObject, ResourceType } from './types';

export interface EventOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Who reports, e.g. `xenfleet-operator`. */
  readonly component: string;
  /** Which of them, e.g. the pod's name. */
  readonly instance: string;
  readonly onDropped?: (why: 'backlog' | 'failed') => void;
}

export interface EventRecord {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, of the closed set of reasons. */
  readonly reason: string;
  readonly message: string;
}

/** The core/v1 Event: it is what `kubectl describe` counts with. */
export interface CoreEvent extends KubeObject {
  readonly involvedObject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
  };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source: { readonly component: string; readonly host: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}
export const EVENTS: ResourceType<CoreEvent> = {
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

const REPEAT_MS = 10 * 60_000;
const REMEMBERED = 4096;
const BACKLOG = 256;
const DEADLINE_MS = 5000;
/** The API's limit. */
const MAX_MESSAGE = 1024;

interface Matter {
  readonly firstWallMs: number;
  toldAtMs: number;
  untold: number;
}

export class EventRecorder {
  /** In order of the last telling, oldest first. */
  private readonly matters = new Map<string, Matter>();
  private readonly backlog: CoreEvent[] = [];
  private sending: Promise<void> | undefined;

  constructor(private readonly options: EventOptions) {}

  /** Returns at once. The Event goes out in the background, or is dropped. */
  record(about: KubeObject, event: EventRecord): void {
    const { clock, onDropped } = this.options;
    const nowMs = clock.monotonicMs();
    const key = hash(about.metadata.uid ?? '', about.metadata.name, event.type, event.reason, event.message);
    const known = this.matters.get(key);
    if (known !== undefined && nowMs - known.toldAtMs < REPEAT_MS) {
      known.untold += 1;
      return;
    }
    if (this.backlog.length >= BACKLOG) return onDropped?.('backlog');
    const matter = known ?? { firstWallMs: clock.wallMs(), toldAtMs: nowMs, untold: 0 };
    this.backlog.push(this.eventOf(about, event, { key, matter }));
    matter.toldAtMs = nowMs;
    matter.untold = 0;
    this.remember(key, matter);
    this.sending ??= this.send();
  }

  /** Waits until everything is out or dropped. */
  async flush(): Promise<void> {
    await this.sending;
  }

  private remember(key: string, matter: Matter): void {
    this.matters.delete(key);
    this.matters.set(key, matter);
    const oldest = this.matters.keys().next();
    if (this.matters.size > REMEMBERED && oldest.done !== true) this.matters.delete(oldest.value);
  }

  private async send(): Promise<void> {
    for (let event = this.backlog.shift(); event !== undefined; event = this.backlog.shift()) {
      await this.options.client.create(EVENTS, event, { deadlineMs: DEADLINE_MS }).catch(() => {
        this.options.onDropped?.('failed');
      });
    }
    this.sending = undefined;
  }

  private eventOf(about: KubeObject, event: EventRecord, { key, matter }: { key: string; matter: Matter }): CoreEvent {
    const { clock, component, instance } = this.options;
    const { name, uid } = about.metadata;
    // A cluster-scoped object's Events are in `default`, where kubectl looks for them.
    const namespace = about.metadata.namespace ?? 'default';
    const seconds = (wallMs: number): string => `${microTime(wallMs).slice(0, 19)}Z`;
    const nowMs = clock.wallMs();
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, name: `${name.slice(0, 200)}.${key.slice(0, 12)}${nowMs.toString(16)}` },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(about.metadata.namespace !== undefined && { namespace }),
        ...(uid !== undefined && { uid }),
      },
      type: event.type,
      reason: event.reason,
      message: event.message.length > MAX_MESSAGE ? `${event.message.slice(0, MAX_MESSAGE - 1)}…` : event.message,
      count: matter.untold + 1,
      firstTimestamp: seconds(matter.firstWallMs),
      lastTimestamp: seconds(nowMs),
      source: { component, host: instance },
      reportingComponent: component,
      reportingInstance: instance,
    };
  }
}

const hash = (...parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
