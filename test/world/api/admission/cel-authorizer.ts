/** The `authorizer` of policies: whether the user of a request may do something else as well. */
import type { Environment } from '@marcbachmann/cel-js';
import { decide } from './rbac';
import type { Lookup, User } from './types';

/** Any step of a question; each step answers with the next one. */
export class Authorizer {
  constructor(
    private readonly user: User,
    private readonly lookup: Lookup,
    private readonly asked: { readonly group?: string; readonly resource?: string; readonly namespace?: string } = {},
  ) {}

  with(more: { readonly group?: string; readonly resource?: string; readonly namespace?: string }): Authorizer {
    return new Authorizer(this.user, this.lookup, { ...this.asked, ...more });
  }

  check(verb: string): AuthorizerDecision {
    const { group = '', resource = '', namespace = '' } = this.asked;
    const place = namespace === '' ? {} : { namespace };
    return new AuthorizerDecision(decide({ user: this.user, verb, group, resource, ...place }, this.lookup).allowed);
  }
}

export class AuthorizerDecision {
  constructor(readonly isAllowed: boolean) {}
}

export function registerAuthorizer(env: Environment): void {
  env.registerType('Authorizer', Authorizer);
  env.registerType('Decision', AuthorizerDecision);
  env.registerFunction('Authorizer.group(string): Authorizer', (a: Authorizer, group: string) => a.with({ group }));
  env.registerFunction('Authorizer.resource(string): Authorizer', (a: Authorizer, resource: string) =>
    a.with({ resource }),
  );
  env.registerFunction('Authorizer.namespace(string): Authorizer', (a: Authorizer, namespace: string) =>
    a.with({ namespace }),
  );
  env.registerFunction('Authorizer.check(string): Decision', (a: Authorizer, verb: string) => a.check(verb));
  env.registerFunction('Decision.allowed(): bool', (decision: AuthorizerDecision) => decision.isAllowed);
}
