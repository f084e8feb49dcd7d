// The words of this folder: what a control plane offers to tests and to the playground.

export type Progress = (line: string) => void;

/** Absolute paths of the executables. */
export type Assets = {
  dir: string;
  etcd: string;
  kubeApiserver: string;
  kubeControllerManager: string;
  kubectl: string;
};

export type ControlPlaneOptions = {
  /**
   * Keep etcd's data, certificates, port and kubeconfig here across runs (`make up`). Without it: a
   * temp folder, removed by stop().
   */
  dataDir?: string;
  /** Write an audit log at Metadata level, for counting writes: see auditEvents(). */
  audit?: boolean;
  /** Extra kube-apiserver flags, e.g. ['--min-request-timeout=5'] to have it end watches early. */
  apiserverArgs?: string[];
  /** Where the lines about a first-time build go; stderr by default. */
  progress?: Progress;
};

export type KubectlOptions = {
  stdin?: string;
  /** Act with this kubeconfig instead of the administrator's. */
  kubeconfig?: string;
  timeoutMs?: number;
};

export type KubectlResult = { code: number; stdout: string; stderr: string };

export type KubeconfigOptions = { name: string; token: string; namespace?: string; server?: string };

/** What one audit line says; one per finished request (watches have none until they end). */
export type AuditEvent = {
  verb: string;
  requestURI: string;
  user: { username: string; groups?: string[] };
  userAgent?: string;
  objectRef?: {
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
    apiGroup?: string;
    apiVersion?: string;
  };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
};

export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

export type ControlPlane = {
  /** https://127.0.0.1:<port> */
  server: string;
  port: number;
  caPem: string;
  /** Client certificate of an administrator (O=system:masters). */
  admin: { certPem: string; keyPem: string };
  /**
   * Bearer token of an administrator: works through the fault proxy too, where client certificates
   * cannot.
   */
  adminToken: string;
  kubeconfigPath: string;
  dir: string;
  logDir: string;
  assets: Assets;
  /** For running other tools against it (helm): KUBECONFIG, and a cache of kinds of its own. */
  env: { KUBECONFIG: string; KUBECACHEDIR: string };

  /**
   * Runs the real kubectl as administrator; resolves with stdout, rejects with its stderr in the
   * message when it fails.
   */
  kubectl(args: string[], options?: KubectlOptions): Promise<string>;
  /** The same, but a failure is a result too. */
  tryKubectl(args: string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** A token of a service account that exists. */
  tokenFor(namespace: string, serviceAccount: string, options?: { durationSeconds?: number }): Promise<string>;
  /**
   * Writes a kubeconfig with a bearer token into dir and resolves with its path; server: e.g. the
   * fault proxy's url.
   */
  writeKubeconfig(options: KubeconfigOptions): Promise<string>;

  /** The audit log so far (only with options.audit). */
  auditEvents(): Promise<AuditEvent[]>;

  apiserverPid(): number | undefined;
  pids(): { etcd?: number; apiserver?: number; controllerManager?: number };
  /** E.g. SIGSTOP for an API server that hangs, SIGCONT to wake it. */
  signalApiserver(signal: Signal): void;
  /** The API server goes away (port closed) and comes back on the same port and data. */
  stopApiserver(options?: { signal?: 'SIGTERM' | 'SIGKILL' }): Promise<void>;
  startApiserver(): Promise<void>;
  restartApiserver(options?: { signal?: 'SIGTERM' | 'SIGKILL' }): Promise<void>;

  /** Ends every process; removes dir unless options.dataDir was given. Safe to call twice. */
  stop(): Promise<void>;
};

/** Which requests a fault applies to: every field that is given must match. */
export type FaultMatch = {
  /** Against the path and query, e.g. /\/xendomains\?.*watch=/ */
  path?: RegExp;
  /** Upper case: 'GET'. */
  method?: string;
  /** Only (or only not) watches: requests with watch=true or watch=1. */
  watch?: boolean;
};

/** What goes wrong. */
export type Fault =
  /**
   * Answer without asking the server, with a metav1.Status as body; retryAfterSeconds becomes the
   * header.
   */
  | { kind: 'status'; code: number; reason?: string; retryAfterSeconds?: number }
  /**
   * Destroy the connection: at once, or afterMs the response has begun, or after that many watch
   * events.
   */
  | { kind: 'cut'; afterMs?: number; afterEvents?: number }
  /**
   * The write reaches the server and is done, but the client never hears of it: the connection is
   * cut instead of the answer.
   */
  | { kind: 'loseAnswer' }
  /**
   * Keep the connection open and send nothing: from the start, or from afterMs after the response
   * has begun.
   */
  | { kind: 'silent'; afterMs?: number }
  /** Pass the request on only after delayMs. */
  | { kind: 'delay'; delayMs: number }
  /**
   * Inside a watch stream: an ERROR event with code 410 (Expired), then the end; at once or after
   * that many events.
   */
  | { kind: 'expire'; afterEvents?: number };

export type FaultRule = {
  match: FaultMatch;
  fault: Fault;
  /** How many requests it hits before it goes by itself; without it: until removed. */
  times?: number;
};

/** A rule that was added. */
export type ActiveRule = { readonly hits: number; remove(): void };

export type ProxiedRequest = {
  method: string;
  path: string;
  /** performance.now() when it came. */
  atMs: number;
  userAgent: string;
  /** What the client was told; undefined while open, or when it was told nothing. */
  status?: number;
  fault?: Fault['kind'];
};

export type FaultProxy = {
  /** https://127.0.0.1:<port>; its certificate is of the control plane's CA. */
  url: string;
  caPem: string;
  rules: {
    /**
     * The first rule that matches wins. A rule takes effect on requests that come later; see
     * cutOpen for those under way.
     */
    add(rule: FaultRule): ActiveRule;
    clear(): void;
  };
  /** Every request so far. */
  requests: ProxiedRequest[];
  /** Cuts (or silences) every open request that matches; returns how many. */
  cutOpen(match?: FaultMatch): number;
  silenceOpen(match?: FaultMatch): number;
  stop(): Promise<void>;
};
