/** The rules of metadata that all kinds share (apimachinery: validation/objectmeta.go). */
import type { KubeObject, ObjectMeta, OwnerReference } from '../../../../common/kube/types';
import { forbiddenField, invalid, required, tooLong } from './field-error';
import type { FieldError } from './field-error';
import { goQuote } from './go-text';
import { keyProblems, labelProblems, labelValueProblems } from './names';

const MAX_ANNOTATIONS_BYTES = 256 * 1024;

export type NameRule = (name: string) => readonly string[];

export function checkCreated(object: KubeObject, namespaced: boolean, nameRule: NameRule): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const why of nameRule(metadata.name)) errors.push(invalid('metadata.name', metadata.name, why));
  const { namespace = '' } = metadata;
  if (namespaced && namespace === '') errors.push(required('metadata.namespace'));
  else if (namespaced) {
    for (const why of labelProblems(namespace)) errors.push(invalid('metadata.namespace', namespace, why));
  } else if (namespace !== '') errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  return [...errors, ...checkShared(metadata), ...checkFinalizers(metadata.finalizers)];
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

export function checkUpdated({ metadata }: KubeObject, { metadata: old }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((one) => !old.finalizers?.includes(one)).sort();
    const words = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(goQuote).join(', ')}}`;
    if (added.length > 0) errors.push(forbiddenField('metadata.finalizers', words));
  }
  for (const key of IMMUTABLE) {
    const value = metadata[key];
    if (value !== old[key]) errors.push(invalid(`metadata.${key}`, value ?? null, 'field is immutable'));
  }
  return [...errors, ...checkShared(metadata)];
}

function checkShared({ labels = {}, annotations = {}, ownerReferences = [] }: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    const value = labels[key] ?? '';
    for (const why of keyProblems(key)) errors.push(invalid('metadata.labels', key, why));
    for (const why of labelValueProblems(value)) errors.push(invalid('metadata.labels', value, why));
  }
  let bytes = 0;
  for (const key in annotations) {
    for (const why of keyProblems(key.toLowerCase())) errors.push(invalid('metadata.annotations', key, why));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] ?? '');
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong('metadata.annotations', MAX_ANNOTATIONS_BYTES));
  return [...errors, ...ownerReferences.flatMap(checkOwner)];
}

function checkOwner(owner: OwnerReference): FieldError[] {
  const path = 'metadata.ownerReferences';
  const empty = (['apiVersion', 'kind', 'name', 'uid'] as const).filter((key) => !owner[key]);
  return empty.map((key) =>
    invalid(`${path}.${key}`, '', key === 'apiVersion' ? 'version must not be empty' : 'must not be empty'),
  );
}

export function checkFinalizers(finalizers: readonly string[] = []): FieldError[] {
  return finalizers.flatMap((one) => keyProblems(one).map((why) => invalid('metadata.finalizers', one, why)));
}
