/**
 * An API that does compare-and-swap, on the caches of a fleet in memory: what is written there is
 * in the cache at once. Kinds that are not watched are kept here.
 */
import type { ApplyOptions, DeleteOptions, KubeClient, MergePatch, WriteOptions } from '../../../common/kube/client';
import { KubeError } from '../../../common/kube/errors';
import { keyOf, type KubeObject, type ObjectRef, type ResourceType } from '../../../common/kube/types';
import type { Caches } from '../../../operator/controllers/frame/caches';
import { Store } from '../../../operator/runtime/store';

export type Loose = KubeObject & { spec?: unknown; status?: Record<string, unknown> };

export interface Call {
  readonly verb: 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'get';
  readonly kind: string;
  readonly key: string;
  readonly body: Loose;
  readonly options: WriteOptions & ApplyOptions & DeleteOptions;
}

type Hook = (call: Call) => void | Promise<void>;
const nothing: Hook = () => undefined;

interface Fleet {
  readonly caches: Caches;
  put<T extends KubeObject>(store: Store<T>, object: T): T;
  remove<T extends KubeObject>(store: Store<T>, object: T): void;
  readonly clock: { wallMs(): number };
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result;
}

export class ApiInMemory {
  /** Every call that came through, in order. */
  readonly calls: Call[] = [];
  /** Runs before a call has an effect; what it throws refuses the call. */
  before: Hook = nothing;
  /** Runs after it; what it throws is all that the caller hears of a call that had its effect. */
  after: Hook = nothing;
  readonly #fleet: Fleet;
  #made = 0;
  readonly #unwatched = new Map<string, Store<Loose>>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** The writes in short: `create XenDomain xenhost-h1/uid`. */
  get writes(): string[] {
    return this.calls.filter(({ verb }) => verb !== 'get').map(({ verb, kind, key }) => `${verb} ${kind} ${key}`);
  }

  store(type: ResourceType): Store<Loose> {
    const watched = this.#fleet.caches.of(type) as unknown as Store<Loose> | undefined;
    const known = watched ?? this.#unwatched.get(type.kind) ?? new Store<Loose>();
    if (watched === undefined) this.#unwatched.set(type.kind, known);
    return known;
  }

  readonly client = {
    get: (type: ResourceType, ref: ObjectRef) => this.#call(type, { verb: 'get', ref }, () => this.#newest(type, ref)),
    mergePatch: (type: ResourceType, ref: ObjectRef, patch: MergePatch, options?: WriteOptions) =>
      this.#call(type, { verb: 'patch', ref, body: patch, options }, () => {
        const now = this.#newest(type, { ...ref, ...(patch['metadata'] as object) });
        return this.#put(type, merged(now, patch) as Loose);
      }),
    apply: (type: ResourceType, object: Loose, options: ApplyOptions) =>
      this.#call(type, { verb: 'apply', ref: object.metadata, body: object, options }, () => {
        const now = this.#newest(type, object.metadata);
        const { placement, domainUUID, reserved } = now.status ?? {};
        const others = JSON.parse(JSON.stringify({ placement, domainUUID, reserved })) as object;
        return this.#put(type, { ...now, status: { ...object.status, ...others } });
      }),
    create: (type: ResourceType, object: Loose) =>
      this.#call(type, { verb: 'create', ref: object.metadata, body: object }, () => {
        if (this.store(type).get(keyOf(object.metadata)) !== undefined)
          throw new KubeError('alreadyExists', 'it is there');
        const uid = `uid-${keyOf(object.metadata)}-${(this.#made += 1)}`;
        return this.#put(type, { ...object, metadata: { ...object.metadata, uid, generation: 1 } });
      }),
    update: (type: ResourceType, object: Loose) =>
      this.#call(type, { verb: 'update', ref: object.metadata, body: object }, () => {
        const { generation = 0 } = this.#newest(type, object.metadata).metadata;
        return this.#put(type, { ...object, metadata: { ...object.metadata, generation: generation + 1 } });
      }),
    delete: (type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}) =>
      this.#call(type, { verb: 'delete', ref, options }, () => {
        const { resourceVersion } = options;
        const now = this.#newest(type, { ...ref, ...(resourceVersion !== undefined && { resourceVersion }) });
        if (options.uid !== undefined && options.uid !== now.metadata.uid)
          throw new KubeError('conflict', `${type.kind} ${ref.name} is another one`);
        const deletionTimestamp = new Date(this.#fleet.clock.wallMs()).toISOString();
        // A namespace goes once it is empty, which takes its time.
        if (type.kind === 'Namespace' || (now.metadata.finalizers ?? []).length > 0)
          this.#put(type, { ...now, metadata: { ...now.metadata, deletionTimestamp } });
        else this.#fleet.remove(this.store(type), now);
        return undefined;
      }),
  } as unknown as KubeClient;

  async #call<R>(
    { kind }: ResourceType,
    {
      ref,
      body = {},
      options = {},
      verb,
    }: { ref: ObjectRef; body?: object; options?: object | undefined; verb: Call['verb'] },
    act: () => R,
  ): Promise<R> {
    const key = keyOf(ref);
    const call: Call = { verb, kind, key, body: body as Loose, options: options as Call['options'] };
    await this.before(call);
    const result = act();
    this.calls.push(call);
    await this.after(call);
    return result;
  }

  #newest(type: ResourceType, ref: ObjectRef & { resourceVersion?: string }): Loose {
    const { resourceVersion } = ref;
    const found = this.store(type).get(keyOf(ref));
    if (found === undefined) throw new KubeError('notFound', `${type.kind} ${ref.name} is gone`);
    if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion)
      throw new KubeError('conflict', `${type.kind} ${ref.name} is not what it was`);
    return found;
  }

  /** What is being deleted goes with its last finalizer. */
  #put(type: ResourceType, object: Loose): Loose {
    const put = this.#fleet.put(this.store(type), object);
    const { deletionTimestamp, finalizers = [] } = put.metadata;
    if (deletionTimestamp !== undefined && finalizers.length === 0 && type.kind !== 'Namespace')
      this.#fleet.remove(this.store(type), put);
    return put;
  }
}
