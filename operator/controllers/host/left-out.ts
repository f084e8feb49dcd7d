/**
 * Tells of objects that no agent can be told of: once each as an Event and in the log, and in a
 * metric for as long as it lasts.
 */
import type { EventRecorder } from '../../../common/kube/events';
import type { KubeObject } from '../../../common/kube/types';
import type { Logger, Metrics } from '../../adapters/types';
import type { LeftOut } from '../../plan/agent-catalog';
import type { Caches } from '../frame/caches';

export interface LeftOutOptions {
  readonly caches: Pick<Caches, 'hosts' | 'networks' | 'storagePools'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly metrics: Pick<Metrics, 'leftOut'>;
  readonly log: Pick<Logger, 'warn'>;
}

const KINDS: readonly LeftOut['kind'][] = ['XenHost', 'XenStoragePool', 'XenNetwork'];

export class LeftOutTeller {
  readonly #options: LeftOutOptions;
  readonly #told = new Set<string>();

  constructor(options: LeftOutOptions) {
    this.#options = options;
  }

  /** `leftOut`: all objects that are left out now. */
  tell(leftOut: readonly LeftOut[]): void {
    const { events, metrics, log } = this.#options;
    for (const kind of KINDS) metrics.leftOut(kind, leftOut.filter((one) => one.kind === kind).length);
    const present = new Set(leftOut.map(keyOf));
    for (const key of this.#told) if (!present.has(key)) this.#told.delete(key);
    for (const one of leftOut) {
      if (this.#told.has(keyOf(one))) continue;
      this.#told.add(keyOf(one));
      const { kind, name, reason, message } = one;
      log.warn('agents are not told of an object', { kind, name, reason });
      const object = this.#find(one);
      if (object !== undefined) events.record(object, { type: 'Warning', reason, message });
    }
  }

  #find({ kind, name }: LeftOut): KubeObject | undefined {
    const { hosts, networks, storagePools } = this.#options.caches;
    return { XenHost: hosts, XenStoragePool: storagePools, XenNetwork: networks }[kind].get(name);
  }
}

const keyOf = ({ kind, name, reason }: LeftOut): string => `${kind}/${name}/${reason}`;
