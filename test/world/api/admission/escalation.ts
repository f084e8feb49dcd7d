/**
 * Nobody hands out rights that he does not hold, unless he may `bind` the role or `escalate` roles.
 */
import type { KubeObject } from '../../../../common/kube/types';
import { goQuote } from './go-text';
import { decide, isMaster } from './rbac';
import { rulesOf, visitRules } from './rbac-rules';
import type { Binding, PolicyRule, Role } from './rbac-rules';
import { forbidden, notFound } from './refusals';
import type { AdmissionRequest, Lookup, Refusal } from './types';

const RBAC = 'rbac.authorization.k8s.io';

/** Why the role or the binding may not be written by this user. */
export function escalation(request: AdmissionRequest, lookup: Lookup): Refusal | undefined {
  const { user, resource, object, namespace } = request;
  if (resource.group !== RBAC || object === undefined || isMaster(user)) return undefined;
  const isBinding = resource.plural.endsWith('bindings');
  if (isBinding ? mayBind(request, object as Binding, lookup) : mayEscalate(request, lookup)) return undefined;
  const granted = isBinding
    ? rulesOf((object as Binding).roleRef, namespace ?? '', lookup)
    : { rules: (object as Role).rules ?? [] };
  if (granted.problem !== undefined) return notFound(resource, (object as Binding).roleRef.name);
  const held: PolicyRule[] = [];
  visitRules(user, namespace, lookup, ({ rules }) => {
    held.push(...rules);
    return false;
  });
  const missing = granted.rules.flatMap(brokenDown).filter((rule) => !held.some((one) => covers(one, rule)));
  if (missing.length === 0) return undefined;
  const groups = `[${user.groups.map(goQuote).join(' ')}]`;
  const words = `user ${goQuote(user.name)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:`;
  const why = [words, ...compacted(missing).map(described).sort()].join('\n');
  return forbidden(resource, object.metadata.name, why);
}

const mayBind = ({ user, namespace }: AdmissionRequest, { roleRef }: Binding, lookup: Lookup): boolean =>
  decide(
    {
      user,
      verb: 'bind',
      group: roleRef.apiGroup,
      resource: roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles',
      name: roleRef.name,
      ...(namespace !== undefined && { namespace }),
    },
    lookup,
  ).allowed;

const mayEscalate = ({ user, resource, namespace, object }: AdmissionRequest, lookup: Lookup): boolean =>
  decide(
    {
      user,
      verb: 'escalate',
      group: RBAC,
      resource: resource.plural,
      name: (object as KubeObject).metadata.name,
      ...(namespace !== undefined && { namespace }),
    },
    lookup,
  ).allowed;

function brokenDown({ apiGroups = [], resources = [], verbs, resourceNames = [] }: PolicyRule): PolicyRule[] {
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({ apiGroups: [group], resources: [resource], verbs: [verb], resourceNames: name })),
      ),
    ),
  );
}

/** What is about the same things and the same names is one rule, of several verbs. */
function compacted(rules: readonly PolicyRule[]): PolicyRule[] {
  const byThing = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const known = byThing.get(key);
    byThing.set(key, { ...rule, verbs: [...(known?.verbs ?? []), ...rule.verbs] });
  }
  return [...byThing.values()];
}

const all = (list: readonly string[] | undefined, of: readonly string[] | undefined): boolean =>
  list?.includes('*') === true || (of ?? []).every((one) => list?.includes(one));

/** `rule` is one of brokenDown's. */
function covers(held: PolicyRule, rule: PolicyRule): boolean {
  const [resource = ''] = rule.resources ?? [];
  const ofAny = resource.includes('/') && held.resources?.includes(`*/${resource.split('/')[1] ?? ''}`) === true;
  const names = held.resourceNames ?? [];
  const [name] = rule.resourceNames ?? [];
  return (
    all(held.verbs, rule.verbs) &&
    all(held.apiGroups, rule.apiGroups) &&
    (ofAny || all(held.resources, rule.resources)) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

const described = ({ apiGroups = [], resources = [], verbs, resourceNames = [] }: PolicyRule): string => {
  const list = (name: string, of: readonly string[]): string => `${name}:[${of.map(goQuote).join(' ')}]`;
  const named = resourceNames.length === 0 ? [] : [list('ResourceNames', resourceNames)];
  const parts = [list('APIGroups', apiGroups), list('Resources', resources), ...named, list('Verbs', verbs)];
  return `{${parts.join(', ')}}`;
};
