/** What a token may do, asked of the API server itself. */
import { KubeClient } from '../../common/kube/client';
import { createTransport } from '../../common/kube/https-transport';
import type { KubeObject, ResourceType } from '../../common/kube/types';
import type { AuditEvent, ControlPlane } from '../control-plane/types';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}
interface RulesReview extends KubeObject {
  readonly spec: { readonly namespace: string };
  readonly status?: { readonly resourceRules: readonly Rule[]; readonly incomplete: boolean };
}

const RULES_REVIEWS: ResourceType<RulesReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectrulesreviews',
  kind: 'SelfSubjectRulesReview',
  namespaced: false,
};

/** Everybody may ask this; no role of ours grants it. */
const EVERYBODY = /^create selfsubject(access|rules)?reviews\.(authorization|authentication)\.k8s\.io$/;

export class Rights {
  private readonly client: KubeClient;

  constructor(plane: ControlPlane, token: string) {
    const target = { server: plane.server, ca: plane.caPem, token: () => Promise.resolve(token) };
    this.client = new KubeClient(createTransport({ target, userAgent: 'rights' }));
  }

  stop(): void {
    this.client.transport.close();
  }

  /**
   * As `kubectl auth can-i --list` has it: `patch xenvms/status.xenfleet.io`, `get
   * leases.coordination.k8s.io=agent`; sorted.
   */
  async list(namespace: string): Promise<string[]> {
    const review: RulesReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: RULES_REVIEWS.kind,
      metadata: { name: '' },
      spec: { namespace },
    };
    const { status } = await this.client.create(RULES_REVIEWS, review);
    if (status === undefined || status.incomplete) throw new Error('the review is not complete');
    const all = new Set(status.resourceRules.flatMap(spelledOut));
    return [...all].filter((right) => !EVERYBODY.test(right)).sort();
  }
}

function spelledOut({ verbs, apiGroups, resources, resourceNames = [] }: Rule): string[] {
  const names = resourceNames.length === 0 ? [''] : resourceNames.map((name) => `=${name}`);
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map((name) => `${verb} ${resource}${group === '' ? '' : `.${group}`}${name}`),
      ),
    ),
  );
}

/** The right that allows a request: to all objects of the kind, or to this one by its name. */
export function rightsOf({ verb, objectRef }: AuditEvent): string[] {
  const { resource = '', subresource, apiGroup, name = '' } = objectRef ?? {};
  const right = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${apiGroup === undefined ? '' : `.${apiGroup}`}`;
  return [right, `${right}=${name}`];
}

/** To the operator, or to the agent that is there throughout. */
export function isForbidden({ user, responseStatus }: AuditEvent): boolean {
  // The second host is gone by then, and its agent's rights with it.
  return responseStatus?.code === 403 && /^system:serviceaccount:(fleet|xenhost-host-1):/.test(user.username);
}
