/**
 * Who holds which rights, from the roles and bindings as they are (kubernetes:
 * registry/rbac/validation).
 */
import type { KubeObject, ResourceType } from '../../../../common/kube/types';
import type { Lookup, User } from './types';

export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

export interface Role extends KubeObject {
  readonly rules?: readonly PolicyRule[];
  /** The rules are those of all roles that one of these selects. */
  readonly aggregationRule?: {
    readonly clusterRoleSelectors?: readonly { readonly matchLabels?: Readonly<Record<string, string>> }[];
  };
}

export interface Binding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

const RBAC = 'rbac.authorization.k8s.io';
const kind = <T extends KubeObject>(name: string, namespaced: boolean): ResourceType<T> => ({
  group: RBAC,
  version: 'v1',
  plural: `${name.toLowerCase()}s`,
  kind: name,
  namespaced,
});
export const ROLES = kind<Role>('Role', true);
export const CLUSTERROLES = kind<Role>('ClusterRole', false);
export const ROLEBINDINGS = kind<Binding>('RoleBinding', true);
export const CLUSTERROLEBINDINGS = kind<Binding>('ClusterRoleBinding', false);

function isSubject({ name, groups }: User, { subjects = [] }: Binding, namespace: string): boolean {
  return subjects.some((subject) => {
    if (subject.kind === 'User') return subject.name === name;
    if (subject.kind === 'Group') return groups.includes(subject.name);
    return name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
  });
}

const NO_RULES: readonly PolicyRule[] = [];

export interface Found {
  readonly rules: readonly PolicyRule[];
  /** Why a role could not be read. */
  readonly problem?: string;
}

export function rulesOf(ref: RoleRef, namespace: string, lookup: Lookup): Found {
  const type = ref.kind === 'ClusterRole' ? CLUSTERROLES : ROLES;
  const role = lookup.get(type, type.namespaced ? namespace : undefined, ref.name) as Role | undefined;
  if (role === undefined) {
    const problem = `${type.kind.toLowerCase()}.${RBAC} "${ref.name}" not found`;
    return { rules: NO_RULES, problem };
  }
  return { rules: role.aggregationRule === undefined ? (role.rules ?? NO_RULES) : aggregated(role, lookup) };
}

/** As the controller would have written them by and by; here at once. */
function aggregated(role: Role, lookup: Lookup): PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const all = lookup.list(CLUSTERROLES) as readonly Role[];
  const chosen = all.filter(
    ({ metadata: { name, labels = {} } }) =>
      name !== role.metadata.name &&
      selectors.some(({ matchLabels = {} }) =>
        Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
      ),
  );
  return chosen.flatMap((one) => (one.aggregationRule === undefined ? (one.rules ?? []) : aggregated(one, lookup)));
}

/**
 * Until `visit` says that it has seen enough: those of the whole cluster, then those of the
 * namespace.
 */
export function visitRules(
  user: User,
  namespace: string | undefined,
  lookup: Lookup,
  visit: (found: Found) => boolean,
): boolean {
  const held = (binding: Binding): boolean => isSubject(user, binding, namespace ?? '');
  for (const binding of lookup.list(CLUSTERROLEBINDINGS) as readonly Binding[]) {
    if (held(binding) && visit(rulesOf(binding.roleRef, '', lookup))) return true;
  }
  if (namespace === undefined) return false;
  for (const binding of lookup.list(ROLEBINDINGS, namespace) as readonly Binding[]) {
    if (held(binding) && visit(rulesOf(binding.roleRef, namespace, lookup))) return true;
  }
  return false;
}
