/** What is asked for: the same sizes, groups and rules, once as pods and once as XenVMs. Pure. */
import type { XenVM } from '../../../crds/generated/types';
import type { KubeObject } from '../../../common/kube/types';
import { TENANT, workload } from '../workload';

export const GROUP_SIZE = 10;
export const ZONE_LABEL = 'topology.kubernetes.io/zone';
export const HOST_KEY = 'kubernetes.io/hostname';
const GROUP_LABEL = 'group';

type Rules = NonNullable<XenVM['spec']['placement']>;

export interface Scene {
  readonly name: 'plain' | 'antiAffinity' | 'topologySpread';
  readonly title: string;
  /** In the shapes of Kubernetes, for members of this group. */
  readonly rules: (group: string) => Rules;
  /** Members of one group in one value of this label: no more than so many. */
  readonly atMost: { readonly key: string; readonly members: number } | undefined;
}

const membersOf = (group: string) => ({ matchLabels: { [GROUP_LABEL]: group } });

/** Groups of ten; five zones. */
export const SCENES: readonly Scene[] = [
  { name: 'plain', title: 'plain', rules: () => ({}), atMost: undefined },
  {
    name: 'antiAffinity',
    title: 'required anti-affinity',
    rules: (group) => ({
      antiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST_KEY, labelSelector: membersOf(group) }],
      },
    }),
    atMost: { key: HOST_KEY, members: 1 },
  },
  {
    name: 'topologySpread',
    title: 'topology spread',
    rules: (group) => ({
      topologySpread: [
        { topologyKey: ZONE_LABEL, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: membersOf(group) },
      ],
    }),
    atMost: { key: ZONE_LABEL, members: 2 },
  },
];

export const ZONES = 5;
export const zoneOf = (index: number): string => `z${index % ZONES}`;

export interface Batch {
  readonly scene: Scene;
  readonly count: number;
  readonly seed: number;
  readonly prefix: string;
}

/** Groups have the prefix in their names, so that batches do not keep away from each other. */
const groupOf = (prefix: string, index: number): string => `${prefix}-${Math.floor(index / GROUP_SIZE)}`;

export const groupOfObject = ({ metadata }: KubeObject): string => metadata.labels?.[GROUP_LABEL] ?? '';

export function vmsOf({ scene, count, seed, prefix }: Batch): XenVM[] {
  return workload({ vms: count, seed, prefix, disks: false }).map((vm, index) => {
    const group = groupOf(prefix, index);
    const placement = scene.rules(group);
    return {
      ...vm,
      metadata: { ...vm.metadata, labels: { [GROUP_LABEL]: group } },
      spec: { ...vm.spec, ...(Object.keys(placement).length > 0 && { placement }) },
    };
  });
}

export interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string } & Readonly<Record<string, unknown>>;
}

export function podsOf(batch: Batch): Pod[] {
  return vmsOf(batch).map(({ metadata, spec }) => {
    const { antiAffinity, topologySpread } = spec.placement ?? {};
    const requests = { cpu: String(spec.resources?.vcpus), memory: spec.resources?.memory };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: metadata.name, namespace: TENANT, labels: metadata.labels ?? {} },
      spec: {
        containers: [{ name: 'main', image: 'none', resources: { requests } }],
        automountServiceAccountToken: false,
        ...(antiAffinity && { affinity: { podAntiAffinity: antiAffinity } }),
        ...(topologySpread && { topologySpreadConstraints: topologySpread }),
      },
    };
  });
}

export interface Placed {
  readonly group: string;
  readonly host: string;
}

/** Groups that a scene's rule forbids to lie as they do, in words. */
export function violations({ atMost }: Scene, placed: readonly Placed[], zone: (host: string) => string): string[] {
  if (atMost === undefined) return [];
  const counts = new Map<string, number>();
  for (const { group, host } of placed) {
    const place = atMost.key === HOST_KEY ? host : zone(host);
    const key = `${group} in ${place}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > atMost.members).map(([key, count]) => `${count} of ${key}`);
}
