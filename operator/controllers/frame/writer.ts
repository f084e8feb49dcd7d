/**
 * Writes to the API. After each the cache shows what was written until the watch has come as far,
 * and the log says what was done. Every kind carries its plans out through this.
 *
 *     write ──answer──▶ cache.assume ──▶ told to all who listen, the writer's own key among them
 *                                        (the queue drops that one: `WorkQueue.rereading`)
 *
 * Read with: runtime/store.ts (what is assumed), runtime/workqueue.ts (what is dropped).
 */
import type { ApplyOptions, DeleteOptions, KubeClient, WriteOptions } from '../../../common/kube/client';
import type { KubeObject, ObjectRef, ResourceType } from '../../../common/kube/types';
import type { Logger } from '../../adapters/types';
import type { Caches } from './caches';

/** The field manager of every status that the operator applies. A claim has its own. */
export const STATUS_MANAGER = 'xenfleet-operator';
/** Usage changes with every VM: a status that differs in it alone is written at most this often. */
export const USAGE_EVERY_MS = 10_000;

/** What the log says of a write that succeeded; nothing if absent. */
export interface Done {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly level?: 'info' | 'warn';
}

export interface WriterOptions {
  readonly caches: Caches;
  /** Guarded by leadership. */
  readonly client: KubeClient;
  readonly log: Logger;
}

export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  create<T extends KubeObject>(type: ResourceType<T>, object: T, done?: Done): Promise<T> {
    return this.#after(type, this.#options.client.create(type, object), done);
  }

  update<T extends KubeObject>(type: ResourceType<T>, object: T, done?: Done): Promise<T> {
    return this.#after(type, this.#options.client.update(type, object), done);
  }

  mergePatch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
    { done, ...options }: WriteOptions & { readonly done?: Done | undefined } = {},
  ): Promise<T> {
    return this.#after(type, this.#options.client.mergePatch(type, ref, patch, options), done);
  }

  apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: KubeObject,
    options: ApplyOptions,
    done?: Done,
  ): Promise<T> {
    return this.#after(type, this.#options.client.apply<T>(type, object, options), done);
  }

  /** Guarded by the resourceVersion of the object that it was decided on. */
  setFinalizers<T extends KubeObject>(
    type: ResourceType<T>,
    { metadata }: T,
    finalizers: readonly string[],
    done?: Done,
  ): Promise<T> {
    const { namespace, name, resourceVersion } = metadata;
    const ref = { name, ...(namespace !== undefined && { namespace }) };
    return this.mergePatch<T>(type, ref, { metadata: { resourceVersion, finalizers } }, { done });
  }

  /** The cache learns of a deletion from the watch, since the answer does not say what is left. */
  async delete<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options: DeleteOptions, done?: Done) {
    await this.#options.client.delete(type, ref, options);
    this.#say(done);
  }

  /** For an object that was written by other means than this class. */
  assumed<T extends KubeObject>(type: ResourceType<T>, object: T, done?: Done): void {
    this.#options.caches.of(type)?.assume(object);
    this.#say(done);
  }

  async #after<T extends KubeObject>(type: ResourceType<T>, write: Promise<T>, done: Done | undefined): Promise<T> {
    const written = await write;
    this.assumed(type, written, done);
    return written;
  }

  #say(done: Done | undefined): void {
    if (done !== undefined) this.#options.log[done.level ?? 'info'](done.message, done.fields);
  }
}
