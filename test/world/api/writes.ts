/** What a write makes of an object, as Kubernetes' registry does it. */
import type { KubeObject, ObjectMeta } from '../../../common/kube/types';
import type { Random } from '../../../common/ports';
import type { Address } from './address';
import { asSent, isObject, isSame, mergePatched, without, type Json } from './json';
import type { Kind } from './kinds';
import { afterUpdate, applied, isoSeconds, type Author } from './managers';
import {
  isRefusal,
  Refused,
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  namespaceTerminating,
  notFound,
} from './refusals';
import type { Admission, AdmissionRequest, User } from './ports';
import type { ObjectStore } from './store';
import { NAMESPACES } from '../../../common/kube/resources';

export interface Write {
  readonly user: User;
  readonly address: Address;
  readonly fieldManager: string | undefined;
  readonly wallMs: number;
}

type Meta = { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] };
type Loose = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

export class Writes {
  constructor(
    private readonly store: ObjectStore,
    private readonly admission: Admission,
    private readonly random: Random,
  ) {}

  create(write: Write, body: unknown): KubeObject {
    const { kind, namespace } = write.address;
    const sent = objectOf(body, kind);
    const metadata: Meta = { ...sent.metadata, ...(namespace !== undefined && { namespace }) };
    if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '')
      throw badRequest('resourceVersion should not be set on objects to be created');
    if (metadata.name === undefined || metadata.name === '')
      throw invalid(kind.type, '', [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: name or generateName is required',
          field: 'metadata.name',
        },
      ]);
    const object = { ...(kind.hasStatus ? without(sent, 'status') : sent), metadata } as Loose;
    return this.#create(write, object, undefined);
  }

  update(write: Write, body: unknown): KubeObject {
    const { kind, name } = write.address;
    const sent = objectOf(body, kind);
    if (sent.metadata.name !== name)
      throw badRequest(`the name of the object (${sent.metadata.name}) does not match the name on the URL (${name})`);
    const live = this.#live(write.address);
    const version = sent.metadata.resourceVersion ?? '';
    if (version === '' && kind.isCustom)
      throw invalid(kind.type, name ?? '', [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0x0: must be specified for an update',
          field: 'metadata.resourceVersion',
        },
      ]);
    return this.#update(write, live, sent, 'update');
  }

  mergePatch(write: Write, patch: unknown): KubeObject {
    const live = this.#live(write.address);
    const sent = asSent(patch) as { metadata?: { resourceVersion?: string } };
    const next = mergePatched(live, sent) as Loose;
    return this.#update(write, live, next, 'patch');
  }

  apply(write: Write, config: unknown, force: boolean): KubeObject {
    const { kind, namespace, name, subresource } = write.address;
    const { fieldManager } = write;
    if (fieldManager === undefined)
      throw badRequest(
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    const sent = objectOf(config, kind);
    const live = this.store.get(kind.type, namespace, name ?? '');
    if (live === undefined && subresource !== undefined) throw notFound(kind.type, name ?? '');
    const author = this.#author(write);
    const named = { ...sent.metadata, ...(namespace !== undefined && { namespace }), name };
    const { resourceVersion } = sent.metadata;
    const next = applied(
      kind,
      (live ?? {}) as unknown as Json,
      { ...sent, metadata: without(named, 'resourceVersion') } as unknown as Json,
      { author, force },
    ) as unknown as Loose;
    if (live === undefined) {
      if (resourceVersion !== undefined) throw conflict(kind.type, name ?? '');
      const { managedFields } = next.metadata;
      return this.#create(write, kind.hasStatus ? (without(next, 'status') as Loose) : next, managedFields);
    }
    const metadata = { ...next.metadata, resourceVersion: resourceVersion ?? live.metadata.resourceVersion };
    return this.#update(write, live, { ...next, metadata } as Loose, 'apply');
  }

  delete(write: Write, options: unknown): KubeObject | undefined {
    const { kind, name } = write.address;
    const live = this.#live(write.address);
    const { preconditions } = (asSent(options ?? {}) ?? {}) as {
      preconditions?: { uid?: string; resourceVersion?: string };
    };
    if (preconditions?.uid !== undefined && preconditions.uid !== live.metadata.uid)
      throw conflict(
        kind.type,
        name ?? '',
        `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${live.metadata.uid}`,
      );
    if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== live.metadata.resourceVersion)
      throw conflict(
        kind.type,
        name ?? '',
        `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ResourceVersion in object meta: ${live.metadata.resourceVersion}`,
      );
    this.#authorized(write, 'delete', { oldObject: live });
    const isNamespace = kind.type.plural === NAMESPACES.plural && kind.type.group === '';
    if ((live.metadata.finalizers ?? []).length === 0 && !isNamespace) {
      this.store.commit({ user: write.user, verb: 'delete', resource: kind.type, object: undefined, before: live });
      return undefined;
    }
    if (live.metadata.deletionTimestamp !== undefined) return live;
    const { generation } = live.metadata;
    const metadata = {
      ...live.metadata,
      deletionTimestamp: isoSeconds(write.wallMs),
      deletionGracePeriodSeconds: 0,
      ...(generation !== undefined && { generation: generation + 1 }),
    };
    const object = { ...live, metadata, ...(isNamespace && { status: { phase: 'Terminating' } }) } as KubeObject;
    return this.store.commit({ user: write.user, verb: 'delete', resource: kind.type, object, before: live });
  }

  #create(write: Write, object: Loose, managed: readonly unknown[] | undefined): KubeObject {
    const { kind, namespace } = write.address;
    const { name } = object.metadata;
    this.#needNamespace(kind, namespace, name);
    const admitted = this.#authorized(write, 'create', { object });
    if (this.store.get(kind.type, namespace, name) !== undefined) throw alreadyExists(kind.type, name);
    const isNamespace = kind.type.plural === NAMESPACES.plural && kind.type.group === '';
    const metadata: Meta = {
      ...admitted.metadata,
      uid: newUid(this.random),
      creationTimestamp: isoSeconds(write.wallMs),
      ...(kind.isCustom && { generation: 1 }),
      ...(isNamespace && { labels: { ...admitted.metadata.labels, 'kubernetes.io/metadata.name': name } }),
    };
    const next = { ...admitted, metadata, ...(isNamespace && { status: { phase: 'Active' } }) } as KubeObject;
    const fields = managed ?? afterUpdate(kind, undefined, next, this.#author(write));
    return this.#commit(write, 'create', withManagers(next, fields), undefined);
  }

  #update(write: Write, live: KubeObject, sent: Loose, verb: 'apply' | 'patch' | 'update'): KubeObject {
    const { kind, subresource } = write.address;
    const { name, uid, resourceVersion = '' } = sent.metadata;
    if (uid !== undefined && uid !== live.metadata.uid)
      throw conflict(
        kind.type,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
      );
    if (resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) throw conflict(kind.type, name);
    const asked = this.#merged(kind, live as Loose, sent, subresource);
    const admitted = this.#authorized(write, verb === 'update' ? 'update' : 'patch', {
      object: asked,
      oldObject: live,
    });
    const isOtherSpec = kind.isCustom && !isSame(contentOf(admitted), contentOf(live));
    const generation = (live.metadata.generation ?? 0) + (isOtherSpec ? 1 : 0);
    const next = {
      ...admitted,
      metadata: { ...admitted.metadata, ...(kind.isCustom && { generation }) },
    } as KubeObject;
    const fields = verb === 'apply' ? sent.metadata.managedFields : afterUpdate(kind, live, next, this.#author(write));
    const whole = withManagers(next, fields);
    if (isSame(bare(whole), bare(live))) return live;
    const isLast = live.metadata.deletionTimestamp !== undefined && (whole.metadata.finalizers ?? []).length === 0;
    const isNamespace = kind.type.plural === NAMESPACES.plural && kind.type.group === '';
    if (!isLast || isNamespace) return this.#commit(write, verb, whole, live);
    this.store.commit({ user: write.user, verb, resource: kind.type, object: undefined, before: live });
    return whole;
  }

  /** A write to one endpoint leaves what belongs to the other as it was. */
  #merged(kind: Kind, live: Loose, sent: Loose, subresource: 'status' | undefined): Loose {
    if (subresource === 'status') {
      const { status } = sent;
      const { managedFields } = sent.metadata;
      const metadata = managedFields === undefined ? live.metadata : { ...live.metadata, managedFields };
      return { ...(without(live, 'status') as Loose), metadata, ...(status !== undefined && { status }) };
    }
    const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, namespace } =
      live.metadata;
    const kept = asSent({
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generation,
      namespace,
    }) as object;
    const metadata = { ...sent.metadata, ...kept, resourceVersion: live.metadata.resourceVersion } as ObjectMeta;
    if (!kind.hasStatus) return { ...sent, metadata };
    const { status } = live;
    return { ...(without(sent, 'status') as Loose), metadata, ...(status !== undefined && { status }) };
  }

  #commit(write: Write, verb: string, object: KubeObject, before: KubeObject | undefined): KubeObject {
    return this.store.commit({ user: write.user, verb, resource: write.address.kind.type, object, before });
  }

  #authorized(write: Write, verb: string, objects: Pick<AdmissionRequest, 'object' | 'oldObject'>): Loose {
    const { kind, namespace, name, subresource } = write.address;
    const request: AdmissionRequest = {
      user: write.user,
      verb,
      resource: kind.type,
      ...(subresource && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...((name ?? objects.object?.metadata.name) !== undefined && {
        name: name ?? (objects.object?.metadata.name as string),
      }),
      ...objects,
    };
    const refused = this.admission.authorize(request, this.store);
    if (refused !== undefined) throw new Refused(refused.code, refused.status);
    const answer = this.admission.admit(request, this.store);
    if (isRefusal(answer)) throw new Refused(answer.code, answer.status);
    return answer.object;
  }

  #live({ kind, namespace, name = '' }: Address): KubeObject {
    const live = this.store.get(kind.type, namespace, name);
    if (live === undefined) throw notFound(kind.type, name);
    return live;
  }

  #needNamespace({ type }: Kind, namespace: string | undefined, name: string): void {
    if (!type.namespaced) return;
    const found = this.store.get(NAMESPACES, undefined, namespace ?? '');
    if (found === undefined) throw notFound(NAMESPACES, namespace ?? '');
    if (found.metadata.deletionTimestamp !== undefined) throw namespaceTerminating(type, name, namespace ?? '');
  }

  #author({ user, fieldManager, wallMs, address }: Write): Author {
    const { subresource } = address;
    return { manager: fieldManager ?? user.agent ?? user.name, wallMs, ...(subresource && { subresource }) };
  }
}

function objectOf(body: unknown, { type }: Kind): Loose {
  const sent = asSent(body);
  if (!isObject(sent) || sent['kind'] !== type.kind)
    throw badRequest(`the object provided is unrecognized: want ${type.kind}`);
  return { ...sent, metadata: sent['metadata'] ?? {} } as unknown as Loose;
}

/** All but metadata and status: what generations count. */
const contentOf = (object: Loose): object => without(without(object, 'metadata'), 'status');

function bare(object: KubeObject): object {
  const { managedFields, resourceVersion, ...metadata } = object.metadata;
  void resourceVersion;
  return {
    ...object,
    metadata: { ...metadata, managers: (managedFields ?? []).map((m) => ({ ...(m as object), time: '' })) },
  };
}

function withManagers(object: KubeObject, managedFields: readonly unknown[] | undefined): KubeObject {
  if (managedFields === undefined) return object;
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

export function newUid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random.next() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}
