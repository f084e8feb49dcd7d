/** Typed calls on objects of any kind, over a transport. No cache, no retry: callers know what a repeat means. */
import type { KubeTransport } from './transport';
import type { KubeObject, ListPage, ListScope, ObjectRef, ResourceType } from './types';

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}
export interface WriteOptions extends CallOptions {
  readonly subresource?: 'status';
  readonly fieldManager?: string;
}
export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields from other managers; only for fields that are ours by design. */
  readonly force?: boolean;
}
export interface DeleteOptions extends CallOptions {
  /** Preconditions: a mismatch is `conflict`. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}
/** A merge patch. Put `metadata.resourceVersion` in it to make it a compare-and-swap. */
export type MergePatch = Readonly<Record<string, unknown>>;

export class KubeClient {
  constructor(
    readonly transport: KubeTransport,
    private readonly guard?: () => void,
  ) {}

  /** The same client, whose every write calls `guard` right before it leaves (see KubeRequest.guard). */
  guarded(guard: () => void): KubeClient {
    return new KubeClient(this.transport, guard);
  }

  get<T extends KubeObject>(_type: ResourceType<T>, _ref: ObjectRef, _options?: CallOptions): Promise<T> {
    void this.guard;
    throw new Error('to come');
  }

  /** Everything, page by page (500); a list that expires half-way is begun again. */
  list<T extends KubeObject>(_type: ResourceType<T>, _scope?: ListScope, _options?: CallOptions): Promise<ListPage<T>> {
    throw new Error('to come');
  }

  create<T extends KubeObject>(_type: ResourceType<T>, _object: T, _options?: WriteOptions): Promise<T> {
    throw new Error('to come');
  }

  /** Replaces the whole object; its `metadata.resourceVersion`, where given, must be the newest. */
  update<T extends KubeObject>(_type: ResourceType<T>, _object: T, _options?: WriteOptions): Promise<T> {
    throw new Error('to come');
  }

  mergePatch<T extends KubeObject>(
    _type: ResourceType<T>,
    _ref: ObjectRef,
    _patch: MergePatch,
    _options?: WriteOptions,
  ): Promise<T> {
    throw new Error('to come');
  }

  /** Server-side apply: what the same manager applied before and leaves out now is removed. `object` needs no spec to touch `/status`. */
  apply<T extends KubeObject>(
    _type: ResourceType<T>,
    _object: KubeObject & object,
    _options: ApplyOptions,
  ): Promise<T> {
    throw new Error('to come');
  }

  /** Resolves when the server accepted the deletion; with finalizers the object is still there, and is returned. */
  delete<T extends KubeObject>(
    _type: ResourceType<T>,
    _ref: ObjectRef,
    _options?: DeleteOptions,
  ): Promise<T | undefined> {
    throw new Error('to come');
  }
}
