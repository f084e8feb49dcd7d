/** Who listens to the store, and how its news reach them. */
import type { StreamEnd } from '../../../common/kube/transport';
import { KubeError } from '../../../common/kube/errors';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { apiVersionOf } from '../../../common/kube/types';
import type { Clock, Random } from '../../../common/ports';
import type { Commit, Link } from './ports';
import type { Matcher } from './selectors';
import { textOf } from './text';

export interface WatchOptions {
  readonly resource: ResourceType;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  /** Nothing is told that is not newer, even where that is still to come. */
  readonly from: number;
  readonly timeoutMs: number;
  readonly idleMs: number;
  readonly link: Link;
  readonly onLine: (line: string) => boolean;
}

const BOOKMARK_MS = 60_000;
const RETRANSMIT_MS = 1000;

export class Watch {
  readonly ended: Promise<StreamEnd>;
  readonly #waiting: string[] = [];
  readonly #timers = new Map<string, { cancel(): void }>();
  #lastDueMs = 0;
  #isOver = false;
  #finish!: (end: StreamEnd) => void;
  #fail!: (error: Error) => void;

  constructor(
    readonly options: WatchOptions,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly hooks: { readonly revision: () => number; readonly onEnd: (watch: Watch) => void },
  ) {
    this.ended = new Promise((resolve, reject) => ([this.#finish, this.#fail] = [resolve, reject]));
    this.#set('timeout', options.timeoutMs, () => this.#end('closed'));
    this.#listenForSilence();
    this.#bookmarkLater();
  }

  tell({ resource, type, object, before, revision }: Commit): void {
    const { options } = this;
    if (revision <= options.from) return;
    if (resource.plural !== options.resource.plural || resource.group !== options.resource.group) return;
    if (options.namespace !== undefined && object.metadata.namespace !== options.namespace) return;
    const was = type !== 'ADDED' && options.matches(before ?? object);
    const is = type !== 'DELETED' && options.matches(object);
    if (!was && !is) return;
    const word = !is ? 'DELETED' : was ? 'MODIFIED' : 'ADDED';
    // What left by its last finalizer shows as it was.
    const shown =
      type === 'DELETED' || is
        ? object
        : {
            ...(before as KubeObject),
            metadata: {
              ...(before as KubeObject).metadata,
              resourceVersion: object.metadata.resourceVersion as string,
            },
          };
    this.send(`{"type":"${word}","object":${textOf(shown)}}`);
  }

  /** What is there already, for a watch from anywhere. */
  show(object: KubeObject): void {
    if (this.options.matches(object)) this.send(`{"type":"ADDED","object":${textOf(object)}}`);
  }

  send(line: string): void {
    if (this.#isOver) return;
    this.#waiting.push(line);
    const dueMs = Math.max(this.#lastDueMs, this.clock.monotonicMs() + (this.options.link.lineMs?.() ?? 1));
    this.#lastDueMs = dueMs;
    this.clock.setTimer(dueMs - this.clock.monotonicMs(), () => this.#deliver());
  }

  /** The connection breaks, or its reader is gone. */
  break(error = new KubeError('network', 'the connection broke')): void {
    if (this.#over()) this.#fail(error);
  }

  #deliver(): void {
    if (this.#isOver || this.#waiting.length === 0) return;
    if (this.options.link.isCut?.() === true) {
      this.#set('retransmit', RETRANSMIT_MS, () => this.#deliverAll());
      return;
    }
    this.#hear(this.#waiting.shift() as string);
  }

  #deliverAll(): void {
    if (this.options.link.isCut?.() === true) return this.#set('retransmit', RETRANSMIT_MS, () => this.#deliverAll());
    while (!this.#isOver && this.#waiting.length > 0) this.#hear(this.#waiting.shift() as string);
  }

  #hear(line: string): void {
    this.#listenForSilence();
    if (!this.options.onLine(line)) this.#end('closed');
  }

  #listenForSilence(): void {
    this.#set('silence', this.options.idleMs, () => this.#end('idle'));
  }

  #bookmarkLater(): void {
    this.#set('bookmark', BOOKMARK_MS * (0.9 + 0.2 * this.random.next()), () => {
      const { resource, from } = this.options;
      const revision = this.hooks.revision();
      const metadata = { resourceVersion: String(revision) };
      const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
      if (revision > from) this.send(JSON.stringify({ type: 'BOOKMARK', object }));
      this.#bookmarkLater();
    });
  }

  #set(name: string, delayMs: number, act: () => void): void {
    this.#timers.get(name)?.cancel();
    this.#timers.set(name, this.clock.setTimer(delayMs, act));
  }

  #end(end: StreamEnd): void {
    if (this.#over()) this.#finish(end);
  }

  #over(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.hooks.onEnd(this);
    return true;
  }
}
