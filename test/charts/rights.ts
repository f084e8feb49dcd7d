/** What a token may do, asked of the API server itself. */
import { KubeClient } from '../../common/kube/client';
import { createTransport } from '../../common/kube/transport';
import type { KubeObject, ResourceType } from '../../common/kube/types';
import type { ControlPlane } from '../control-plane/types';

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
interface AccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> };
  readonly status?: { readonly allowed: boolean };
}

const review = (kind: string, plural: string): ResourceType => ({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced: false,
});
const object = (kind: string): KubeObject => ({ apiVersion: 'authorization.k8s.io/v1', kind, metadata: { name: '' } });

/** Everybody may ask this; no role of ours grants it. */
const EVERYBODY = /^create selfsubject(access|rules)?reviews\.(authorization|authentication)\.k8s\.io$/;

export interface Access {
  readonly verb: string;
  /** `xenvms.xenfleet.io`, `secrets`, `xendomains/status.xenfleet.io`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

export class Rights {
  private readonly client: KubeClient;

  constructor(plane: ControlPlane, token: string) {
    const target = { server: plane.server, ca: plane.caPem, token: () => Promise.resolve(token) };
    this.client = new KubeClient(createTransport({ target, userAgent: 'rights' }));
  }

  stop(): void {
    this.client.transport.close();
  }

  /** As `kubectl auth can-i --list` has it: `patch xenvms/status.xenfleet.io`, `get leases.coordination.k8s.io=agent`; sorted. */
  async list(namespace: string): Promise<string[]> {
    const body: RulesReview = { ...object('SelfSubjectRulesReview'), spec: { namespace } };
    const type = review('SelfSubjectRulesReview', 'selfsubjectrulesreviews') as ResourceType<RulesReview>;
    const { status } = await this.client.create(type, body);
    if (status === undefined || status.incomplete) throw new Error('the review is not complete');
    const all = new Set(status.resourceRules.flatMap(spelledOut));
    return [...all].filter((right) => !EVERYBODY.test(right)).sort();
  }

  async allows({ verb, resource, namespace, name }: Access): Promise<boolean> {
    const [, plural = '', subresource, group] = /^([^/.]+)(?:\/([^.]+))?(?:\.(.+))?$/.exec(resource) ?? [];
    const resourceAttributes = {
      verb,
      resource: plural,
      ...(group !== undefined && { group }),
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
    };
    const type = review('SelfSubjectAccessReview', 'selfsubjectaccessreviews') as ResourceType<AccessReview>;
    const answer = await this.client.create(type, {
      ...object('SelfSubjectAccessReview'),
      spec: { resourceAttributes },
    });
    return answer.status?.allowed ?? false;
  }

  /** Those of all combinations that are allowed, as `verb resource`. */
  async among(
    verbs: readonly string[],
    resources: readonly string[],
    where: Omit<Access, 'verb' | 'resource'>,
  ): Promise<string[]> {
    const asked = verbs.flatMap((verb) => resources.map((resource) => ({ verb, resource, ...where })));
    const allowed = await Promise.all(asked.map((access) => this.allows(access)));
    return asked
      .filter((_, index) => allowed[index])
      .map(({ verb, resource }) => `${verb} ${resource}`)
      .sort();
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
