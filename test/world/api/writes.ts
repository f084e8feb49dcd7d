/** What a write makes of an object, as Kubernetes' registry does it. */
import type { KubeObject, ObjectMeta } from '../../../common/kube/types';
import type { Random } from '../../../common/ports';
import type { Address } from './address';
import { asSent, isSame, mergePatched, without, type Json } from './json';
import type { Kind } from './kinds';
import { deleted, marked, refuseAnother } from './deletes';
import { afterUpdate, applied, isoSeconds, type Author } from './managers';
import { admissionRequest, bare, counted, isLetGo, merged, newUid, objectOf, seenBy, withManagers } from './prepare';
import type { Loose } from './prepare';
import {
  Refused,
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  isRefusal,
  managerNeeded,
  namespaceTerminating,
  notFound,
  otherUid,
  unforeseen,
  versionNeeded,
} from './refusals';
import { asKind, refuseLasting } from './core-rules';
import type { Admission, AdmissionRequest, User } from './ports';
import type { ObjectStore } from './store';
import { notTyped, nullsIn } from './undeclared';
import { NAMESPACES } from '../../../common/kube/resources';
import { apiVersionOf } from '../../../common/kube/types';

export interface Write {
  readonly user: User;
  readonly address: Address;
  readonly fieldManager: string | undefined;
  readonly wallMs: number;
  /** Throws unless the user may do that as well. */
  readonly need: (verb: 'create') => void;
}

type Verb = 'apply' | 'patch' | 'update';

export class Writes {
  /** Whose defaults are shown and not stored yet: the next write stores them, whatever it says. */
  readonly #unsettled = new WeakSet<KubeObject>();

  constructor(
    private readonly store: ObjectStore,
    private readonly admission: Admission,
    private readonly random: Random,
  ) {}

  create(write: Write, body: unknown): KubeObject {
    const { kind, namespace } = write.address;
    const sent = objectOf(body, kind);
    if (namespace !== undefined && (sent.metadata.namespace ?? namespace) !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    return this.#createSent(write, sent);
  }

  update(write: Write, body: unknown): KubeObject {
    const { kind, name = '' } = write.address;
    const sent = objectOf(body, kind);
    if (sent.metadata.name !== name)
      throw badRequest(`the name of the object (${sent.metadata.name}) does not match the name on the URL (${name})`);
    const live = this.#find(write.address);
    if (live === undefined && !kind.isMadeByUpdate) throw notFound(kind.type, name);
    const { uid } = sent.metadata;
    if (uid !== undefined && uid !== live?.metadata.uid)
      throw otherUid(kind.type, storageKey(write.address), name, [uid, live?.metadata.uid ?? '']);
    if (live !== undefined) return this.#update(write, live, sent, 'update');
    write.need('create');
    return this.#createSent(write, { ...sent, metadata: without(sent.metadata, 'resourceVersion') });
  }

  mergePatch(write: Write, patch: unknown): KubeObject {
    const live = this.#live(write.address);
    const next = mergePatched(live, asSent(patch)) as Loose;
    return this.#update(write, live, next, 'patch');
  }

  apply(write: Write, config: unknown, force: boolean): KubeObject {
    const { kind, namespace, name = '', subresource } = write.address;
    if (write.fieldManager === undefined) throw managerNeeded();
    const sent = objectOf(config, kind);
    const live = this.#find(write.address);
    if (live === undefined && subresource !== undefined) throw notFound(kind.type, name);
    if (sent.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
    refuseUntyped(write.address, sent);
    const named = { ...sent.metadata, ...(namespace !== undefined && { namespace }), name };
    const { resourceVersion } = sent.metadata;
    const next = applied(
      kind,
      (live ?? {}) as unknown as Json,
      { ...sent, metadata: without(named, 'resourceVersion') },
      { author: authorOf(write), force },
    ) as unknown as Loose;
    if (kind.isCustom) refuseNulls(kind, name, next);
    if (live === undefined) {
      const { uid } = sent.metadata;
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      if (uid !== undefined) throw conflict(kind.type, name, why);
      write.need('create');
      const { managedFields } = next.metadata;
      return this.#create(write, kind.hasStatus ? without(next, 'status') : next, managedFields);
    }
    const metadata = { ...next.metadata, resourceVersion: resourceVersion ?? live.metadata.resourceVersion };
    return this.#update(write, live, { ...next, metadata } as Loose, 'apply');
  }

  delete(write: Write, options: unknown): object {
    const { kind } = write.address;
    refuseLasting(kind.type, write.address.name ?? '');
    const live = this.#live(write.address);
    refuseAnother(write.address, live, options);
    this.#admitted(write, 'delete', { oldObject: live });
    if ((live.metadata.finalizers ?? []).length === 0 && !isNamespace(kind)) {
      this.#commit(write, 'delete', undefined, live);
      return deleted(write.address, live);
    }
    if (live.metadata.deletionTimestamp !== undefined) return live;
    return this.#commit(write, 'delete', marked(live, write.wallMs, isNamespace(kind)), live);
  }

  #createSent(write: Write, sent: Loose): KubeObject {
    const { kind, namespace } = write.address;
    const metadata = { ...sent.metadata, ...(namespace !== undefined && { namespace }) };
    return this.#create(write, { ...(kind.hasStatus ? without(sent, 'status') : sent), metadata }, undefined);
  }

  #create(write: Write, object: Loose, managed: readonly unknown[] | undefined): KubeObject {
    const { kind, namespace } = write.address;
    const { name, resourceVersion = '' } = object.metadata;
    this.#needNamespace(kind, namespace, name);
    const admitted = this.#admitted(write, 'create', { object: asKind(kind.type, object, undefined) });
    if (resourceVersion !== '') throw unforeseen('resourceVersion should not be set on objects to be created');
    const there = this.store.get(kind.type, namespace, name);
    if (there !== undefined) throw alreadyExists(kind.type, name, there.metadata.deletionTimestamp !== undefined);
    const metadata: ObjectMeta = {
      ...admitted.metadata,
      uid: newUid(this.random),
      creationTimestamp: isoSeconds(write.wallMs),
      ...(kind.isCustom && { generation: 1 }),
    };
    const ofNamespace = { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    const next = { ...admitted, metadata, ...(isNamespace(kind) && ofNamespace) } as Loose;
    const sent = isNamespace(kind) ? { ...admitted, metadata, ...kind.blank } : without(next, 'status');
    const fields = managed ?? afterUpdate(kind, undefined, kind.hasStatus ? sent : next, authorOf(write));
    const made = this.#commit(write, 'create', withManagers(next, fields), undefined);
    if (kind.isCustom && next.status !== undefined) this.#unsettled.add(made);
    return made;
  }

  #update(write: Write, live: KubeObject, sent: Loose, verb: Verb): KubeObject {
    const { kind, subresource } = write.address;
    refuseOther(write.address, sent, live);
    const object = asKind(kind.type, merged(kind, live, sent, subresource), live);
    const admitted = this.#admitted(write, verb === 'update' ? 'update' : 'patch', { object, oldObject: live });
    const next = counted(kind, live, admitted);
    const managedFields =
      verb === 'apply'
        ? sent.metadata.managedFields
        : afterUpdate(kind, live, seenBy(subresource, next, sent), authorOf(write));
    const whole = withManagers(next, managedFields);
    if (isLetGo(whole, live) && !isNamespace(kind)) {
      this.#commit(write, verb, undefined, live);
      return whole;
    }
    if (isSame(bare(whole), bare(live)) && !this.#unsettled.has(live)) return live;
    return this.#commit(write, verb, whole, live);
  }

  #commit(write: Write, verb: string, object: KubeObject | undefined, before: KubeObject | undefined): KubeObject {
    return this.store.commit({ user: write.user, verb, resource: write.address.kind.type, object, before });
  }

  #admitted(write: Write, verb: string, objects: Pick<AdmissionRequest, 'object' | 'oldObject'>): Loose {
    const request = admissionRequest(write.user, verb, write.address, objects);
    const answer = this.admission.admit(request, this.store);
    if (isRefusal(answer)) throw new Refused(answer.code, answer.status);
    return answer.object;
  }

  #find({ kind, namespace, name = '' }: Address): KubeObject | undefined {
    return this.store.get(kind.type, namespace, name);
  }

  #live(address: Address): KubeObject {
    const live = this.#find(address);
    if (live === undefined) throw notFound(address.kind.type, address.name ?? '');
    return live;
  }

  #needNamespace({ type }: Kind, namespace: string | undefined, name: string): void {
    if (!type.namespaced) return;
    const found = this.store.get(NAMESPACES, undefined, namespace ?? '');
    if (found === undefined) throw notFound(NAMESPACES, namespace ?? '');
    if (found.metadata.deletionTimestamp !== undefined) throw namespaceTerminating(type, name, namespace ?? '');
  }
}

function refuseUntyped({ kind, namespace = '', name = '' }: Address, sent: Loose): void {
  const wrong = kind.isCustom ? notTyped(sent, kind.schema) : undefined;
  if (wrong === undefined) return;
  const what = `${namespace}/${name}; ${apiVersionOf(kind.type)}, Kind=${kind.type.kind}`;
  throw unforeseen(`failed to create typed patch object (${what}): ${wrong}`);
}

const isNamespace = ({ type }: Kind): boolean => type.plural === NAMESPACES.plural && type.group === '';

/** Another object than the one that was read. */
function refuseOther({ kind, name = '' }: Address, { metadata }: Loose, live: KubeObject): void {
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  const { resourceVersion: version = '' } = metadata;
  if (!/^\d*$/.test(version)) throw unforeseen(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  const resourceVersion = version === '0' ? '' : version;
  if (resourceVersion === '' && kind.needsVersion) throw versionNeeded(kind.type, name);
  if (resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) throw conflict(kind.type, name);
}

/** Where an applier took the last field out of an object or a list that others still hold. */
function refuseNulls({ type, schema }: Kind, name: string, object: Loose): void {
  const parts = (['spec', 'status'] as const).flatMap((part) => {
    const of = schema.fields[part];
    return of === undefined || object[part] === null ? [] : nullsIn(object[part], of, part);
  });
  const causes = parts.map(({ field, type: word }) => {
    const [last] = field.split('.').slice(-1);
    const message = `Invalid value: "null": ${last} in body must be of type ${word}: "null"`;
    return { reason: 'FieldValueTypeInvalid', message, field };
  });
  if (causes.length > 0) throw invalid(type, name, causes);
}

function authorOf({ user, fieldManager, wallMs, address }: Write): Author {
  const { subresource } = address;
  return { manager: fieldManager ?? user.agent ?? user.name, wallMs, ...(subresource && { subresource }) };
}

/** Where etcd has it. */
function storageKey({ kind, namespace, name }: Address): string {
  const { group, plural } = kind.type;
  const parts = ['', 'registry', ...(kind.isCustom ? [group] : []), plural, namespace, name];
  return parts.filter((part) => part !== undefined).join('/');
}
