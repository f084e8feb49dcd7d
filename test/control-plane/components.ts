// The command line of each part, as data.
import { join } from 'node:path';

export type Layout = ReturnType<typeof layout>;

/** Where everything lies in a control plane's folder. */
export function layout(dir: string) {
  const pki = join(dir, 'pki');
  return {
    dir,
    pki,
    caCert: join(pki, 'ca.crt'),
    caKey: join(pki, 'ca.key'),
    serverCert: join(pki, 'apiserver.crt'),
    serverKey: join(pki, 'apiserver.key'),
    adminCert: join(pki, 'admin.crt'),
    adminKey: join(pki, 'admin.key'),
    serviceAccountKey: join(pki, 'sa.key'),
    serviceAccountPublicKey: join(pki, 'sa.pub'),
    tokens: join(pki, 'tokens.csv'),
    etcdData: join(dir, 'etcd'),
    etcdPid: join(dir, 'etcd.pid'),
    port: join(dir, 'port'),
    kubeconfig: join(dir, 'kubeconfig'),
    controllerManagerKubeconfig: join(dir, 'kubeconfig-controller-manager'),
    kubectlCache: join(dir, 'kubectl-cache'),
    auditPolicy: join(dir, 'audit-policy.yaml'),
    log: join(dir, 'log'),
    auditLog: join(dir, 'log', 'audit.log'),
  };
}

// etcd listens on Unix sockets in its folder (the command runs there): no port to collide on, and
// none that others could open.
const etcdClient = 'unix://client:0';
const etcdPeer = 'unix://peer:0';

export function etcdArgs(at: Layout): string[] {
  return [
    `--data-dir=${at.etcdData}`,
    `--listen-client-urls=${etcdClient}`,
    `--advertise-client-urls=${etcdClient}`,
    `--listen-peer-urls=${etcdPeer}`,
    `--initial-advertise-peer-urls=${etcdPeer}`,
    `--initial-cluster=default=${etcdPeer}`,
    '--unsafe-no-fsync', // a crash of the machine may lose this data; a crash of a process does not
    '--log-level=warn',
  ];
}

export function apiserverArgs(at: Layout, port: number, options: { audit: boolean; extra: string[] }): string[] {
  const audit = [
    `--audit-policy-file=${at.auditPolicy}`,
    `--audit-log-path=${at.auditLog}`,
    '--audit-log-mode=blocking', // a line is in the file before its answer is sent
  ];
  return [
    `--etcd-servers=${etcdClient}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1', // else it looks for a default route, which a machine without a network has not
    `--secure-port=${port}`,
    `--tls-cert-file=${at.serverCert}`,
    `--tls-private-key-file=${at.serverKey}`,
    `--client-ca-file=${at.caCert}`,
    `--token-auth-file=${at.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${at.serviceAccountKey}`,
    '--authorization-mode=Node,RBAC',
    '--service-cluster-ip-range=10.96.0.0/24',
    '--endpoint-reconciler-type=none', // a loopback address cannot be the kubernetes service's endpoint
    '--profiling=false',
    ...(options.audit ? audit : []),
    ...options.extra,
  ];
}

export function controllerManagerArgs(at: Layout): string[] {
  const controllers = [
    'namespace-controller',
    'garbage-collector-controller',
    'serviceaccount-controller',
    'serviceaccount-token-controller',
    'clusterrole-aggregation-controller', // fills the roles admin, edit and view
  ];
  return [
    `--kubeconfig=${at.controllerManagerKubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${at.serviceAccountKey}`,
    `--root-ca-file=${at.caCert}`,
    '--kube-api-qps=200', // the default of 20 makes the end of a full namespace slow
    '--kube-api-burst=400',
    '--profiling=false',
  ];
}

/** For benches; its own brake of 50 calls a second is taken off. */
export function kubeSchedulerArgs(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=5000',
    '--kube-api-burst=5000',
  ];
}

/** One line per finished request, without bodies. */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - level: Metadata
`;
