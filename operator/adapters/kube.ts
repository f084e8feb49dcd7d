/** From client-node's KubeConfig (files, merging, exec plugins, OIDC) to the target of our own transport. */
import type { KubeTarget } from '../../common/kube/config';

export interface TargetOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Rejects with what is wrong and what to do. client-node is loaded only where a kubeconfig is read. */
export function operatorTarget(_options: TargetOptions = {}): Promise<KubeTarget> {
  throw new Error('to come');
}
