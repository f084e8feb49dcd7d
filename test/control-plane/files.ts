// What lies in a control plane's folder before anything starts: keys, certificates, tokens, port.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { auditPolicy } from './components';
import type { Layout } from './components';
import { issue, newAuthority, newKeyPair } from './pki';
import type { KeyAndCert } from './pki';

export type Identity = {
  caPem: string;
  admin: KeyAndCert;
  adminToken: string;
  /** A name of its own, so that the audit log tells its writes from the administrator's. */
  controllerManager: KeyAndCert;
};

/** Makes what is not there yet, so a kept folder keeps its authority and tokens. */
export function prepareFolder(at: Layout): Identity {
  for (const dir of [at.dir, at.etcdData]) mkdirSync(dir, { recursive: true, mode: 0o700 });
  mkdirSync(at.log, { recursive: true });
  if (!existsSync(at.pki)) makeKeys(at);
  writeFileSync(at.auditPolicy, auditPolicy);
  const read = (path: string): string => readFileSync(path, 'utf8');
  return {
    caPem: read(at.caCert),
    admin: { certPem: read(at.adminCert), keyPem: read(at.adminKey) },
    controllerManager: issue(
      { certPem: read(at.caCert), keyPem: read(at.caKey) },
      { commonName: 'kube-controller-manager', organization: 'system:masters' },
      { kind: 'client' },
    ),
    adminToken: read(at.tokens).split(',')[0] ?? '',
  };
}

function makeKeys(final: Layout): void {
  const temp = `${final.dir}/pki-new`;
  rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp, { mode: 0o700 });
  const ca = newAuthority();
  const dnsNames = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const server = issue(
    ca,
    { commonName: 'kube-apiserver' },
    { kind: 'server', dnsNames, ipv4Addresses: ['127.0.0.1'] },
  );
  const admin = issue(ca, { commonName: 'admin', organization: 'system:masters' }, { kind: 'client' });
  const serviceAccounts = newKeyPair();
  const token = randomBytes(24).toString('base64url');
  const contents: [string, string][] = [
    ['ca.crt', ca.certPem],
    ['ca.key', ca.keyPem],
    ['apiserver.crt', server.certPem],
    ['apiserver.key', server.keyPem],
    ['admin.crt', admin.certPem],
    ['admin.key', admin.keyPem],
    ['sa.key', serviceAccounts.privatePem],
    ['sa.pub', serviceAccounts.publicPem],
    ['tokens.csv', `${token},admin,admin,"system:masters"\n`],
  ];
  for (const [name, content] of contents) writeFileSync(join(temp, name), content, { mode: 0o600 });
  renameSync(temp, final.pki); // all or nothing
}

/**
 * A second etcd would take away the sockets of the first one, which may still be ending after its
 * starter was killed.
 */
export async function refuseIfInUse(at: Layout, patienceMs = 2000): Promise<void> {
  const pid = Number(readIfThere(at.etcdPid));
  for (const startedMs = performance.now(); commandLineOf(pid).includes(at.etcdData); await sleep(50)) {
    if (performance.now() - startedMs < patienceMs) continue;
    throw new Error(`control plane: ${at.dir} is in use (etcd is process ${pid}): stop that one first`);
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export type KubeconfigUser = { token: string } | KeyAndCert;

export function kubeconfigText(of: {
  server: string;
  caPem: string;
  user: KubeconfigUser;
  namespace?: string;
}): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  const user =
    'token' in of.user
      ? { token: of.user.token }
      : { 'client-certificate-data': base64(of.user.certPem), 'client-key-data': base64(of.user.keyPem) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'xen-fleet', cluster: { server: of.server, 'certificate-authority-data': base64(of.caPem) } }],
    users: [{ name: 'user', user }],
    contexts: [
      { name: 'xen-fleet', context: { cluster: 'xen-fleet', user: 'user', namespace: of.namespace ?? 'default' } },
    ],
    'current-context': 'xen-fleet',
  });
}

/** Whole or not at all: others may be reading it. */
export function writePrivate(path: string, content: string): void {
  const temp = `${path}.${process.pid}.tmp`;
  writeFileSync(temp, content, { mode: 0o600 });
  renameSync(temp, path);
}

/**
 * A free port below the ephemeral range. Inside that range a client that reconnects to a server
 * that is down can be given the server's own port as its source, and then talks to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + (randomBytes(2).readUInt16BE() % 22_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

export function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
