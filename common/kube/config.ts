/** Where the API server is and how to prove who we are: from a kubeconfig file, or from inside a pod. */

export interface KubeTarget {
  /** e.g. `https://10.0.0.1:6443`. */
  readonly server: string;
  /** PEM. Without it the system's roots are trusted. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name to expect in the server's certificate, where it is not the host of `server`. */
  readonly serverName?: string;
  /** The bearer token to send. `fresh` is true after a 401: what was remembered is not good any more. */
  readonly token?: (fresh?: boolean) => Promise<string | undefined>;
}

/** Reads the current context of a kubeconfig file (or `contextName`). Rejects with a clear message where it asks for what we do not do. */
export function loadKubeconfig(_path: string, _contextName?: string): Promise<KubeTarget> {
  throw new Error('to come');
}

/** The target of a pod, from its service account's mount. */
export function loadInCluster(): Promise<KubeTarget> {
  throw new Error('to come');
}
