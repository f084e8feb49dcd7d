/**
 * Where the API server is and how to prove who we are: from a kubeconfig file, or from inside a
 * pod.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../ports';
import { systemClock } from './clock';

export interface KubeTarget {
  /** e.g. `https://10.0.0.1:6443`. */
  readonly server: string;
  /** PEM. Without it the system's roots are trusted. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name to expect in the server's certificate, where it is not the host of `server`. */
  readonly serverName?: string;
  /**
   * The bearer token to send. `fresh` is true after a 401: what was remembered is not good any
   * more.
   */
  readonly token?: (fresh?: boolean) => Promise<string | undefined>;
  /**
   * All of it once more, as the files are now; but for `server`, which stays. Undefined if there is
   * no news. `refused`: what was read before is not good any more.
   */
  readonly reload?: (refused: boolean) => Promise<KubeTarget | undefined>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Throws if what is sent to `server`, the token first of all, could be read on the way. */
export function refuseCleartext(server: string): void {
  const { protocol, hostname } = new URL(server);
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return;
  throw new Error(
    `server ${server}: everybody on the way could read the token. Give an address that begins with https:// (http:// is for loopback addresses only)`,
  );
}

const TOKEN_REREAD_MS = 60_000;

/**
 * A token in a file that somebody else renews. Where a re-read fails, the last token stays in use.
 */
export function tokenFromFile(file: string, clock: Clock = systemClock): (fresh?: boolean) => Promise<string> {
  let token: string | undefined;
  let readAtMs = -Infinity;
  return async (fresh = false) => {
    const nowMs = clock.monotonicMs();
    if (token !== undefined && !fresh && nowMs - readAtMs < TOKEN_REREAD_MS) return token;
    try {
      token = (await readFile(file, 'utf8')).trim();
      readAtMs = nowMs;
    } catch (error) {
      if (token === undefined) throw error;
    }
    return token;
  };
}

/**
 * Reads the current context of a kubeconfig file (or `contextName`). Rejects with a clear message
 * where it asks for what we do not do.
 */
export async function loadKubeconfig(file: string, contextName?: string): Promise<KubeTarget> {
  try {
    const target = await targetOf(await parse(await readFile(file, 'utf8')), path.dirname(file), contextName);
    return { ...target, reload: () => loadKubeconfig(file, contextName) };
  } catch (cause) {
    throw new Error(`kubeconfig ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterSource {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly dir?: string;
}

/** The target of a pod, from its service account's mount. */
export async function loadInCluster(source: InClusterSource = {}): Promise<KubeTarget> {
  const { env = process.env, dir = SERVICE_ACCOUNT_DIR } = source;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === undefined || host === '') throw new Error('not in a cluster: KUBERNETES_SERVICE_HOST is not set');
  const ca = await readFile(path.join(dir, 'ca.crt'), 'utf8');
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { server, ca, token: tokenFromFile(path.join(dir, 'token')), reload: () => loadInCluster(source) };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * JSON is YAML too; the YAML parser is loaded only where it is needed, for the sake of small
 * processes.
 */
async function parse(text: string): Promise<Fields> {
  const parsed: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : (await import('yaml')).parse(text);
  return fieldsOf(parsed, 'the file');
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is missing or no object`);
  return value as Fields;
}

function stringOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Error(`${name} is no string`);
  return value;
}

/** The entry called `name` of `clusters`, `users` or `contexts`. */
function entry(config: Fields, list: string, name: string): Fields {
  const entries: unknown = config[list];
  const found: unknown = Array.isArray(entries)
    ? entries.find((e: unknown) => typeof e === 'object' && e !== null && (e as Fields).name === name)
    : undefined;
  if (found === undefined) throw new Error(`no entry "${name}" in ${list}`);
  return fieldsOf((found as Fields)[list.slice(0, -1)], `${list} "${name}"`);
}

const UNSUPPORTED_CLUSTER = ['insecure-skip-tls-verify', 'proxy-url'];
const UNSUPPORTED_USER = ['exec', 'auth-provider', 'username', 'password', 'as'];

function refuse(fields: Fields, names: readonly string[]): void {
  const asked = names.find((name) => fields[name] !== undefined && fields[name] !== false && fields[name] !== '');
  if (asked !== undefined) throw new Error(`${asked} is not supported; give a CA, and a token or a client certificate`);
}

async function targetOf(config: Fields, dir: string, contextName?: string): Promise<KubeTarget> {
  const name = contextName ?? stringOf(config, 'current-context');
  if (name === undefined) throw new Error('no current-context');
  const context = entry(config, 'contexts', name);
  const cluster = entry(config, 'clusters', stringOf(context, 'cluster') ?? '');
  const user = entry(config, 'users', stringOf(context, 'user') ?? '');
  refuse(cluster, UNSUPPORTED_CLUSTER);
  refuse(user, UNSUPPORTED_USER);
  const server = stringOf(cluster, 'server');
  if (server === undefined) throw new Error('the cluster has no server');
  const ca = await dataOrFile(cluster, 'certificate-authority', dir);
  const cert = await dataOrFile(user, 'client-certificate', dir);
  const key = await dataOrFile(user, 'client-key', dir);
  const serverName = stringOf(cluster, 'tls-server-name');
  const token = tokenOf(user, dir);
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { serverName }),
    ...(token !== undefined && { token }),
  };
}

async function dataOrFile(fields: Fields, name: string, dir: string): Promise<string | undefined> {
  const data = stringOf(fields, `${name}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const file = stringOf(fields, name);
  return file === undefined ? undefined : readFile(path.resolve(dir, file), 'utf8');
}

/** As kubectl does it: a token file wins over a token. */
function tokenOf(user: Fields, dir: string): KubeTarget['token'] {
  const file = stringOf(user, 'tokenFile');
  if (file !== undefined) return tokenFromFile(path.resolve(dir, file));
  const token = stringOf(user, 'token');
  return token === undefined ? undefined : () => Promise.resolve(token);
}
