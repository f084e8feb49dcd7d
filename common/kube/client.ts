/**
 * Typed calls on objects of any kind, over a transport. No cache, no retry: callers know what a
 * repeat means.
 */
import { isKubeError } from './errors';
import { PAGE_SIZE, PageLimit } from './page-limit';
import { listPath, objectPath, resourceLabel } from './paths';
import type { KubeRequest, KubeTransport, StreamEnd } from './transport';
import { apiVersionOf } from './types';
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

/** For the watcher; everybody else lists whole and gets events from a store. */
export interface WatchCall {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly idleMs: number;
  readonly onLine: (line: string) => boolean;
  readonly signal?: AbortSignal;
}

const LIST_ATTEMPTS = 3;

interface ListAnswer<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: T[] | null;
}

export class KubeClient {
  constructor(
    readonly transport: KubeTransport,
    private readonly guard?: () => void,
  ) {}

  /**
   * The same client, whose every write calls `guard` right before it leaves (see
   * KubeRequest.guard).
   */
  guarded(guard: () => void): KubeClient {
    return new KubeClient(this.transport, guard);
  }

  async get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    const path = objectPath(type, ref);
    return (await this.transport.request({ method: 'GET', verb: 'get', resource: type.plural, path, ...options })) as T;
  }

  /**
   * Everything, page by page (500, fewer if they are too long); a list that expires half-way is
   * begun again.
   */
  async list<T extends KubeObject>(
    type: ResourceType<T>,
    scope: ListScope = {},
    options?: CallOptions,
  ): Promise<ListPage<T>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.listOnce(type, scope, options);
      } catch (error) {
        if (attempt >= LIST_ATTEMPTS || !isKubeError(error, 'gone')) throw error;
      }
    }
  }

  /** One page, with apiVersion and kind in every item (servers leave them out of lists). */
  async listPage<T extends KubeObject>(
    type: ResourceType<T>,
    query: ListScope & { readonly limit?: number; readonly continueToken?: string },
    options?: CallOptions,
  ): Promise<ListPage<T>> {
    const answer = (await this.transport.request({
      method: 'GET',
      verb: 'list',
      resource: type.plural,
      path: listPath(type, query.namespace),
      query: { ...selectorsOf(query), limit: query.limit ?? PAGE_SIZE, continue: query.continueToken },
      ...options,
    })) as ListAnswer<T>;
    const apiVersion = apiVersionOf(type);
    const items = (answer.items ?? []).map((item) =>
      (item as Partial<T>).kind === undefined ? { ...item, apiVersion, kind: type.kind } : item,
    );
    const token = answer.metadata.continue;
    const { resourceVersion } = answer.metadata;
    return { items, resourceVersion, ...(token !== undefined && token !== '' && { continueToken: token }) };
  }

  watch(type: ResourceType, scope: ListScope, call: WatchCall): Promise<StreamEnd> {
    return this.transport.stream({
      method: 'GET',
      verb: 'watch',
      resource: type.plural,
      path: listPath(type, scope.namespace),
      query: {
        ...selectorsOf(scope),
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: call.resourceVersion,
        timeoutSeconds: call.timeoutSeconds,
      },
      idleMs: call.idleMs,
      onLine: call.onLine,
      ...(call.signal !== undefined && { signal: call.signal }),
    });
  }

  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T> {
    const path = listPath(type, namespaceFor(type, object.metadata));
    return this.write({ method: 'POST', verb: 'create', path, body: object }, type, options);
  }

  /** Replaces the whole object; its `metadata.resourceVersion`, where given, must be the newest. */
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T> {
    const path = objectPath(type, object.metadata, options?.subresource);
    return this.write({ method: 'PUT', verb: 'update', path, body: object }, type, options);
  }

  mergePatch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: MergePatch,
    options?: WriteOptions,
  ): Promise<T> {
    const path = objectPath(type, ref, options?.subresource);
    const contentType = 'application/merge-patch+json';
    return this.write({ method: 'PATCH', verb: 'patch', path, body: patch, contentType }, type, options);
  }

  /**
   * Server-side apply: what the same manager applied before and leaves out now is removed. `object`
   * needs no spec to touch `/status`.
   */
  apply<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options: ApplyOptions): Promise<T> {
    const path = objectPath(type, object.metadata, options.subresource);
    const contentType = 'application/apply-patch+yaml';
    const query = { force: options.force === true ? true : undefined };
    return this.write({ method: 'PATCH', verb: 'apply', path, body: object, contentType, query }, type, options);
  }

  /**
   * Resolves when the server accepted the deletion; with finalizers the object is still there, and
   * is returned.
   */
  async delete<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    options: DeleteOptions = {},
  ): Promise<T | undefined> {
    const { uid, resourceVersion, propagationPolicy } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...((uid !== undefined || resourceVersion !== undefined) && { preconditions: { uid, resourceVersion } }),
      ...(propagationPolicy !== undefined && { propagationPolicy }),
    };
    const call = { method: 'DELETE', verb: 'delete', path: objectPath(type, ref), body } as const;
    const answer = await this.write<T>(call, type, options);
    return answer.kind === 'Status' ? undefined : answer;
  }

  private async write<T extends KubeObject>(
    call: Omit<KubeRequest, 'resource'>,
    type: ResourceType<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    const { subresource, fieldManager, deadlineMs, signal } = options;
    const answer = await this.transport.request({
      ...call,
      query: { ...call.query, fieldManager },
      resource: resourceLabel(type, subresource),
      ...(this.guard !== undefined && { guard: this.guard }),
      ...(deadlineMs !== undefined && { deadlineMs }),
      ...(signal !== undefined && { signal }),
    });
    return answer as T;
  }

  private async listOnce<T extends KubeObject>(
    type: ResourceType<T>,
    scope: ListScope,
    options?: CallOptions,
  ): Promise<ListPage<T>> {
    const items: T[] = [];
    const limit = new PageLimit();
    for (let continueToken: string | undefined; ;) {
      const query = { ...scope, limit: limit.current, ...(continueToken !== undefined && { continueToken }) };
      try {
        const page: ListPage<T> = await this.listPage(type, query, options);
        items.push(...page.items);
        if (page.continueToken === undefined) return { items, resourceVersion: page.resourceVersion };
        continueToken = page.continueToken;
      } catch (error) {
        if (!limit.shrink(error)) throw error;
      }
    }
  }
}

function namespaceFor(type: ResourceType, meta: ObjectRef): string | undefined {
  if (type.namespaced && meta.namespace === undefined)
    throw new RangeError(`${type.kind} ${meta.name} needs a namespace`);
  return meta.namespace;
}

const selectorsOf = (scope: ListScope): Record<string, string | undefined> => ({
  labelSelector: scope.labelSelector,
  fieldSelector: scope.fieldSelector,
});
