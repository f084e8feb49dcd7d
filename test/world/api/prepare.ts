/** The steps between what a write says and what is stored; pure. */
import type { KubeObject, ObjectMeta } from '../../../common/kube/types';
import type { Random } from '../../../common/ports';
import type { Address } from './address';
import { asSent, isObject, isSame, without } from './json';
import type { Kind } from './kinds';
import type { AdmissionRequest, User } from './ports';
import { badRequest, invalid } from './refusals';

export type Loose = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

export function objectOf(body: unknown, { type, isCustom }: Kind): Loose {
  const sent = asSent(body);
  if (!isObject(sent)) throw badRequest(`the object provided is unrecognized: want ${type.kind}`);
  const object = { ...sent, metadata: sent['metadata'] ?? {} } as unknown as Loose;
  const { kind } = object;
  if (kind === type.kind) return object;
  if (!isCustom) throw badRequest(`the object provided is unrecognized: want ${type.kind}`);
  const message = `Invalid value: ${JSON.stringify(kind)}: must be ${type.kind}`;
  const cause = { reason: 'FieldValueInvalid', message, field: 'kind' };
  throw invalid({ ...type, kind }, object.metadata.name, [cause]);
}

/** A write to one endpoint leaves what belongs to the other as it was. */
export function merged(kind: Kind, live: Loose, sent: Loose, subresource: 'status' | undefined): Loose {
  if (subresource === 'status') {
    const { status } = sent;
    const { managedFields } = sent.metadata;
    const metadata = managedFields === undefined ? live.metadata : { ...live.metadata, managedFields };
    return { ...without(live, 'status'), metadata, ...(status !== undefined && { status }) };
  }
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, namespace } = live.metadata;
  // Only a custom kind refuses another UID in words of its own.
  const uid = (kind.isCustom ? sent.metadata.uid : undefined) ?? live.metadata.uid;
  const kept = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, namespace };
  const { resourceVersion } = live.metadata;
  const metadata = { ...sent.metadata, ...(asSent(kept) as object), resourceVersion } as ObjectMeta;
  if (!kind.hasStatus) return { ...sent, metadata };
  const { status } = live;
  return { ...without(sent, 'status'), metadata, ...(status !== undefined && { status }) };
}

/**
 * What field managers look at. They see the metadata that a write to the status sends, although
 * nothing of it is kept.
 */
export function seenBy(subresource: 'status' | undefined, next: KubeObject, sent: Loose): KubeObject {
  if (subresource === undefined) return next;
  const { labels, annotations, finalizers, ownerReferences } = sent.metadata;
  const theirs = { labels, annotations, finalizers, ownerReferences };
  return { ...next, metadata: asSent({ ...next.metadata, ...theirs }) as ObjectMeta };
}

export function admissionRequest(
  user: User,
  verb: string,
  { kind, namespace, name, subresource }: Address,
  objects: Pick<AdmissionRequest, 'object' | 'oldObject'>,
): AdmissionRequest {
  const named = name ?? objects.object?.metadata.name;
  const base = { user, verb, resource: kind.type, ...(subresource && { subresource }), ...objects };
  return { ...base, ...(namespace !== undefined && { namespace }), ...(named !== undefined && { name: named }) };
}

/** All but metadata and status: what generations count. */
const contentOf = (object: Loose): object => without(without(object, 'metadata'), 'status');

/** Its last finalizer is gone, and it was waiting for that. */
export const isLetGo = ({ metadata }: KubeObject, live: KubeObject): boolean =>
  live.metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;

/** With the generation that it comes to. */
export function counted(kind: Kind, live: KubeObject, object: Loose): Loose {
  if (!kind.isCustom) return object;
  const isOther = !isSame(contentOf(object), contentOf(live));
  const generation = (live.metadata.generation ?? 0) + (isOther ? 1 : 0);
  return { ...object, metadata: { ...object.metadata, generation } };
}

/** What a write must change to count. */
export function bare(object: KubeObject): object {
  const { managedFields, resourceVersion, ...metadata } = object.metadata;
  void resourceVersion;
  return {
    ...object,
    metadata: { ...metadata, managers: (managedFields ?? []).map((m) => ({ ...(m as object), time: '' })) },
  };
}

export function withManagers(object: KubeObject, managedFields: readonly unknown[] | undefined): KubeObject {
  if (managedFields === undefined) return object;
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

export function newUid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random.next() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}
