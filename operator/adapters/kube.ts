/**
 * Where the API server is and who we are. Our own reader reads the plain cases: a pod, or one
 * kubeconfig with a token or a certificate. client-node takes 0.5 s and 50 MiB, so it is loaded
 * only for what it alone knows: exec plugins, OIDC, several files to merge.
 */
import type { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../common/kube/clock';
import { loadInCluster, loadKubeconfig } from '../../common/kube/config';
import type { KubeTarget } from '../../common/kube/config';
import type { Clock } from '../../common/ports';

export interface TargetOptions {
  /** One file, or several separated as in `$PATH`, which are merged. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
}

/** Plugins answer from their own cache until a credential expires, but each answer reads files. */
const CREDENTIAL_REUSE_MS = 10_000;

/** Rejects with what is wrong and what to do. */
export async function operatorTarget(options: TargetOptions = {}): Promise<KubeTarget> {
  const { env = process.env } = options;
  const given = options.kubeconfig || env['KUBECONFIG'];
  if (!given && env['KUBERNETES_SERVICE_HOST']) return loadInCluster({ env });
  const files = given ? given.split(path.delimiter).filter(Boolean) : [await homeConfig(env)];
  return (await plainTarget(files, options.context)) ?? pluginTarget(files, options);
}

/** Undefined if our reader does not understand or finds a fault. Then client-node decides. */
async function plainTarget(files: readonly string[], context: string | undefined): Promise<KubeTarget | undefined> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) return undefined;
  return loadKubeconfig(file, context).catch(() => undefined);
}

async function pluginTarget(
  files: readonly string[],
  { context, clock = systemClock }: TargetOptions,
): Promise<KubeTarget> {
  try {
    const read = (): Promise<KubeTarget> => targetOf(() => load(files, context), clock);
    // Plugins know when to ask for a new credential, so this happens only after a refusal.
    return { ...(await read()), reload: (refused) => (refused ? read() : Promise.resolve(undefined)) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`kubeconfig ${files.join(', ')}: ${why}`, { cause });
  }
}

async function homeConfig(env: NonNullable<TargetOptions['env']>): Promise<string> {
  const file = path.join(env['HOME'] || homedir(), '.kube', 'config');
  try {
    await access(file);
    return file;
  } catch {
    throw new Error(
      `no API server to talk to: give --kubeconfig or $KUBECONFIG, or run in a pod (${file} is not there either)`,
    );
  }
}

async function load(files: readonly string[], context: string | undefined): Promise<KubeConfig> {
  const client = await import('@kubernetes/client-node');
  const [first, ...others] = files.map((file) => {
    const config = new client.KubeConfig();
    config.loadFromFile(file);
    return config;
  });
  if (first === undefined) throw new Error('no file');
  for (const other of others) first.mergeConfig(other, true);
  if (context !== undefined) first.setCurrentContext(context);
  return first;
}

async function targetOf(reload: () => Promise<KubeConfig>, clock: Clock): Promise<KubeTarget> {
  const config = await reload();
  const cluster = supportedCluster(config);
  const tls: RequestOptions = {};
  await config.applyToHTTPSOptions(tls);
  const tlsServerName = cluster.tlsServerName;
  const ca = pem(tls.ca);
  const cert = pem(tls.cert);
  const key = pem(tls.key);
  const token = await tokenSource(config, reload, clock);
  if (cert === undefined && token === undefined) {
    throw new Error(
      `user "${config.getCurrentUser()?.name ?? ''}" has neither token, plugin nor certificate that can be used`,
    );
  }
  return {
    server: cluster.server,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    ...(token !== undefined && { token }),
  };
}

/** Refuses what our transport does not do, so that nothing is left out silently. */
function supportedCluster(config: KubeConfig): NonNullable<ReturnType<KubeConfig['getCurrentCluster']>> {
  const name = config.getCurrentContext();
  if (!name) throw new Error('no current-context: set one, or give --context');
  if (!config.getContextObject(name)) {
    throw new Error(
      `no context "${name}"; there are: ${
        config
          .getContexts()
          .map((context) => context.name)
          .join(', ') || 'none'
      }`,
    );
  }
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!cluster) throw new Error(`the cluster of context "${name}" is missing`);
  if (!user) throw new Error(`the user of context "${name}" is missing`);
  if (cluster.skipTLSVerify)
    throw new Error("insecure-skip-tls-verify is not supported: give the cluster's certificate-authority");
  if (cluster.proxyUrl)
    throw new Error('proxy-url is not supported: give a context that reaches the API server directly');
  if (user.username) throw new Error('username and password are not supported: give a token or a client certificate');
  if (user.impersonateUser) throw new Error("impersonation (as) is not supported: give the user's own credentials");
  return cluster;
}

function pem(value: unknown): string | undefined {
  return typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}

/** Undefined if the user has only a certificate. `fresh` reads all anew, from the files on. */
async function tokenSource(
  first: KubeConfig,
  reload: () => Promise<KubeConfig>,
  clock: Clock,
): Promise<KubeTarget['token']> {
  const user = first.getCurrentUser();
  const varies = Boolean(user?.exec ?? user?.authProvider);
  const firstToken = await bearerOf(first);
  if (firstToken === undefined && !varies) return undefined;
  if (!varies) return async (fresh) => (fresh === true ? bearerOf(await reload()) : firstToken);
  let config = first;
  let token = firstToken;
  let askedAtMs = clock.monotonicMs();
  return async (fresh = false) => {
    if (!fresh && clock.monotonicMs() - askedAtMs < CREDENTIAL_REUSE_MS) return token;
    if (fresh) config = await reload();
    token = await bearerOf(config);
    askedAtMs = clock.monotonicMs();
    return token;
  };
}

async function bearerOf(config: KubeConfig): Promise<string | undefined> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const header = (options.headers as Record<string, unknown> | undefined)?.['Authorization'];
  return typeof header === 'string' ? header.replace(/^Bearer /, '').trim() : undefined;
}
