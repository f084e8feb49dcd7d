/** What Kubernetes says to its own kinds, as far as clients here can get it wrong. */
import { EVENTS } from '../../../common/kube/events';
import { LEASES } from '../../../common/kube/lease';
import { NAMESPACES } from '../../../common/kube/resources';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { labelProblems } from './admission/names';
import { NO_EVENT } from './core-kinds';
import { isSame, without } from './json';
import type { Loose } from './prepare';
import { badRequest, forbidden, invalid } from './refusals';

type Rule = (type: ResourceType, object: Loose, old: KubeObject | undefined) => Loose;

const wrong = (type: ResourceType, name: string, field: string, message: string): Error =>
  invalid(type, name, [{ reason: 'FieldValueInvalid', message: `Invalid value: ${message}`, field }]);

/** A Lease's times have six digits. */
const ofLease: Rule = (_, object) => {
  const { acquireTime, renewTime } = (object.spec ?? {}) as { acquireTime?: string; renewTime?: string };
  for (const time of [acquireTime, renewTime]) {
    const [, rest = ''] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(.*)$/.exec(time ?? '') ?? [];
    if (time === undefined || /^\.\d{6}(Z|[+-]\d\d:\d\d)$/.test(rest)) continue;
    const why = `parsing time "${time}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${rest}" as ".000000"`;
    throw badRequest(`Lease in version "v1" cannot be handled as a Lease: ${why}`);
  }
  return object;
};

const ofNamespace: Rule = (type, object, old) => {
  const { name, labels } = object.metadata;
  const problems = name.includes('.') ? ['must not contain dots'] : labelProblems(name);
  if (old === undefined && problems[0] !== undefined)
    throw wrong(type, name, 'metadata.name', `${JSON.stringify(name)}: ${problems[0]}`);
  const metadata = { ...object.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } };
  return { ...object, metadata };
};

const ofEvent: Rule = (type, object) => {
  const { name, namespace } = object.metadata;
  const { involvedObject } = object as { readonly involvedObject?: { readonly namespace?: string } };
  const about = involvedObject?.namespace ?? 'default';
  if (about !== namespace)
    throw wrong(type, name, 'involvedObject.namespace', `${JSON.stringify(about)}: does not match event.namespace`);
  return { ...NO_EVENT, ...object };
};

interface Binding extends Loose {
  readonly roleRef?: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects?: readonly unknown[];
}

const ofBinding: Rule = (type, object, old) => {
  const { roleRef, subjects } = object as Binding;
  if (old !== undefined && !isSame(roleRef, (old as Binding).roleRef)) {
    const shown = JSON.stringify({ APIGroup: roleRef?.apiGroup, Kind: roleRef?.kind, Name: roleRef?.name });
    throw wrong(type, object.metadata.name, 'roleRef', `${shown}: cannot change roleRef`);
  }
  return subjects?.length === 0 ? without(object, 'subjects') : object;
};

const RULES: Readonly<Record<string, Rule>> = {
  [`${LEASES.group}/${LEASES.plural}`]: ofLease,
  [`/${NAMESPACES.plural}`]: ofNamespace,
  [`/${EVENTS.plural}`]: ofEvent,
  'rbac.authorization.k8s.io/rolebindings': ofBinding,
  'rbac.authorization.k8s.io/clusterrolebindings': ofBinding,
};

/** The object with what its kind adds to it. Throws where the kind refuses it. */
export function asKind(type: ResourceType, object: Loose, old: KubeObject | undefined): Loose {
  return RULES[`${type.group}/${type.plural}`]?.(type, object, old) ?? object;
}

const LASTING: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system']);

export function refuseLasting(type: ResourceType, name: string): void {
  if (type.plural !== NAMESPACES.plural || type.group !== NAMESPACES.group || !LASTING.has(name)) return;
  throw forbidden(type, name, 'this namespace may not be deleted');
}
