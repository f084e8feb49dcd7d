/** Kubernetes' own shapes of labels, taints, affinity and spread. */

export type Labels = Readonly<Record<string, string>>;

export interface Expression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Expression[];
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: 'Equal' | 'Exists';
  readonly value?: string;
  readonly effect?: Taint['effect'];
}

/** Kubernetes' PodAffinityTerm; the selector sees the VMs of the VM's own namespace only. */
export interface AffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly topologyKey: string;
}

/** Kubernetes' PodAffinity and PodAntiAffinity. */
export interface VmAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly AffinityTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number;
    readonly podAffinityTerm: AffinityTerm;
  }[];
}

export interface HostSelectorTerm {
  readonly matchExpressions?: readonly Expression[];
}

/** Kubernetes' NodeAffinity. */
export interface HostAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly HostSelectorTerm[] };
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number;
    readonly preference: HostSelectorTerm;
  }[];
}

export interface TopologySpread {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable?: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly labelSelector?: LabelSelector;
}
