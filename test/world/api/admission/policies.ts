/**
 * ValidatingAdmissionPolicies with their bindings, as far as ours use them (kubernetes:
 * plugin/policy/validating). They are objects like any other, asked as they are now; the real
 * server takes up new ones some seconds later.
 */
import type { KubeObject, ResourceType } from '../../../../common/kube/types';
import { CORE_POLICIES, CORE_POLICY_BINDINGS } from '../core-kinds';
import { compile, environment, problemOf } from './cel';
import type { Program } from './cel';
import { Authorizer, registerAuthorizer } from './cel-authorizer';
import { denied } from './refusals';
import type { AdmissionRequest, Lookup, Refusal } from './types';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

interface PolicySpec {
  readonly matchConstraints: { readonly resourceRules: readonly Rule[] };
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly {
    readonly expression: string;
    readonly message?: string;
    readonly messageExpression?: string;
    readonly reason?: string;
  }[];
}

interface Binding extends KubeObject {
  readonly spec: {
    readonly policyName: string;
    readonly matchResources?: { readonly namespaceSelector?: { readonly matchLabels?: Record<string, string> } };
  };
}

interface Compiled {
  readonly spec: PolicySpec;
  readonly program: (expression: string) => Program;
}

const NAMESPACES: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
const ENVIRONMENT = environment(['object', 'oldObject', 'request', 'namespaceObject', 'authorizer', 'variables']);
registerAuthorizer(ENVIRONMENT);

const compiled = new WeakMap<KubeObject, Compiled>();

function compiledOf(policy: KubeObject): Compiled {
  const known = compiled.get(policy);
  if (known !== undefined) return known;
  const programs = new Map<string, Program>();
  const program = (expression: string): Program => {
    const made = programs.get(expression) ?? compile(ENVIRONMENT, expression);
    programs.set(expression, made);
    return made;
  };
  const made = { spec: (policy as KubeObject & { spec: PolicySpec }).spec, program };
  compiled.set(policy, made);
  return made;
}

const operationOf = ({ object, oldObject }: AdmissionRequest): string =>
  object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE';

const hasOrAll = (list: readonly string[], one: string): boolean => list.includes('*') || list.includes(one);

function matches({ apiGroups, operations, resources }: Rule, request: AdmissionRequest): boolean {
  const { resource, subresource } = request;
  const asked = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return (
    hasOrAll(apiGroups, resource.group) &&
    hasOrAll(operations, operationOf(request)) &&
    (resources.includes(asked) || (subresource === undefined && resources.includes('*')))
  );
}

function isBound({ spec }: Binding, namespace: KubeObject | undefined): boolean {
  const wanted = Object.entries(spec.matchResources?.namespaceSelector?.matchLabels ?? {});
  if (wanted.length === 0) return true;
  return namespace !== undefined && wanted.every(([key, value]) => namespace.metadata.labels?.[key] === value);
}

function bindingsOf(request: AdmissionRequest, namespaceObject: KubeObject | undefined, lookup: Lookup) {
  const { user, resource, namespace, object, oldObject } = request;
  const name = request.name ?? object?.metadata.name ?? oldObject?.metadata.name ?? '';
  return {
    object: object ?? null,
    oldObject: oldObject ?? null,
    namespaceObject: namespaceObject ?? null,
    authorizer: new Authorizer(user, lookup),
    request: {
      name,
      namespace: namespace ?? '',
      operation: operationOf(request),
      resource: { group: resource.group, version: resource.version, resource: resource.plural },
      userInfo: { username: user.name, groups: user.groups, uid: user.uid ?? '' },
    },
  };
}

/** The first policy that refuses, by name, as its binding says. Ours all fail closed. */
export function refusedByPolicy(request: AdmissionRequest, lookup: Lookup): Refusal | undefined {
  const bindings = lookup.list(CORE_POLICY_BINDINGS) as readonly Binding[];
  for (const binding of bindings) {
    const policy = lookup.get(CORE_POLICIES, undefined, binding.spec.policyName);
    if (policy === undefined) continue;
    const refused = refusedBy(policy, binding, request, lookup);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function refusedBy(policy: KubeObject, binding: Binding, request: AdmissionRequest, lookup: Lookup) {
  const { spec, program } = compiledOf(policy);
  if (!spec.matchConstraints.resourceRules.some((rule) => matches(rule, request))) return undefined;
  const { namespace } = request;
  const namespaceObject = namespace === undefined ? undefined : lookup.get(NAMESPACES, undefined, namespace);
  if (!isBound(binding, namespaceObject)) return undefined;
  const values = { ...bindingsOf(request, namespaceObject, lookup), variables: {} as Record<string, unknown> };
  const denies = (why: string, reason: string): Refusal => {
    const words = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${why}`;
    return denied(request.resource, values.request.name, words, reason);
  };
  try {
    if (spec.matchConditions?.some(({ expression }) => program(expression)(values) !== true)) return undefined;
    for (const { name, expression } of spec.variables ?? []) values.variables[name] = program(expression)(values);
    for (const { expression, message, messageExpression, reason = 'Invalid' } of spec.validations) {
      if (program(expression)(values) === true) continue;
      const why = messageExpression === undefined ? message : String(program(messageExpression)(values));
      return denies(why ?? `failed expression: ${expression}`, reason);
    }
  } catch (error) {
    return denies(problemOf(error), 'Invalid');
  }
  return undefined;
}
