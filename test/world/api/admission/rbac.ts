/**
 * May this user do that (kubernetes: RBAC authorizer). Members of system:masters may do everything.
 */
import { visitRules } from './rbac-rules';
import type { PolicyRule } from './rbac-rules';
import type { Lookup, User } from './types';

export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why not, where roles could not be read; else empty. */
  readonly reason: string;
}

export const isMaster = ({ groups }: User): boolean => groups.includes('system:masters');

export function decide(asked: Attributes, lookup: Lookup): Decision {
  if (isMaster(asked.user)) return { allowed: true, reason: '' };
  const problems: string[] = [];
  const allowed = visitRules(asked.user, asked.namespace, lookup, ({ rules, problem }) => {
    if (problem !== undefined) problems.push(problem);
    return rules.some((rule) => allows(rule, asked));
  });
  if (allowed || problems.length === 0) return { allowed, reason: '' };
  const all = [...new Set(problems)];
  return { allowed, reason: `RBAC: ${all.length === 1 ? all[0] : `[${all.join(', ')}]`}` };
}

const hasOrAll = (list: readonly string[] | undefined, one: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(one));

function allows({ verbs, apiGroups, resources, resourceNames = [] }: PolicyRule, asked: Attributes): boolean {
  const { subresource = '' } = asked;
  const resource = subresource === '' ? asked.resource : `${asked.resource}/${subresource}`;
  return (
    hasOrAll(verbs, asked.verb) &&
    hasOrAll(apiGroups, asked.group) &&
    (hasOrAll(resources, resource) || (subresource !== '' && resources?.includes(`*/${subresource}`) === true)) &&
    (resourceNames.length === 0 || resourceNames.includes(asked.name ?? ''))
  );
}

/** What a client reads that was not allowed. */
export function whyNot({ user, verb, group, resource, subresource, namespace }: Attributes, reason: string): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const words = `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  return reason === '' ? words : `${words}: ${reason}`;
}
