/**
 * Where a fleet is read from: a fleet file, manifests, a live cluster. All input of the tool that
 * is not its command line.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { KubeClient } from '../common/kube/client';
import { loadKubeconfig } from '../common/kube/config';
import { createTransport } from '../common/kube/https-transport';
import * as resources from '../common/kube/resources';
import type { ResourceType } from '../common/kube/types';
import type { Manifest } from './cluster';
import { InputError } from './fleet';

const NEEDED = [
  resources.NAMESPACES,
  resources.XENVMCLASSES,
  resources.XENSTORAGEPOOLS,
  resources.XENNETWORKS,
  resources.XENHOSTS,
  resources.XENPOOLS,
  resources.XENAGENTS,
  resources.XENDOMAINS,
  resources.XENVMS,
] as readonly ResourceType[];

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

export function readText(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`${option}: cannot read ${path} (${codeOf(error)}); give the path of a file that is there`);
  }
}

export function readJson(path: string): unknown {
  const text = readText(path, '--fleet');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(
      `--fleet: ${path} is not JSON (${(error as Error).message}); give a fleet file, e.g. {"nodes": […], "vms": […]}`,
    );
  }
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    throw new InputError(`-f: cannot read ${path} (${codeOf(error)}); give a manifest or a folder of manifests`);
  }
}

/** Every object in the YAML and JSON files of a folder; lists are taken apart. */
export function readManifests(path: string): Manifest[] {
  return filesOf(path).flatMap((file) =>
    parseAllDocuments(readText(file, '-f')).flatMap((document) => {
      const [error] = document.errors;
      if (error) throw new InputError(`-f: ${file}: ${error.message.split('\n')[0] ?? 'is not YAML'}`);
      return flatten(document.toJS() as unknown, file);
    }),
  );
}

function flatten(value: unknown, file: string): Manifest[] {
  if (value === null || value === undefined) return [];
  const object = value as Partial<Manifest> & { items?: unknown[] };
  if (Array.isArray(object.items)) return object.items.flatMap((item) => flatten(item, file));
  if (typeof object.kind !== 'string' || typeof object.metadata?.name !== 'string') {
    throw new InputError(
      `-f: ${file}: an object without kind or metadata.name; every document must be a Kubernetes object`,
    );
  }
  const { kind, metadata } = object;
  const namespace = kind === 'XenVM' ? { namespace: metadata.namespace ?? 'default' } : {};
  return [{ ...object, kind, metadata: { ...metadata, ...namespace } }];
}

/** What is there now, by the current context of a kubeconfig. */
export async function readCluster(kubeconfig: string | undefined): Promise<Manifest[]> {
  const file = kubeconfig ?? process.env.KUBECONFIG ?? join(homedir(), '.kube/config');
  let transport: ReturnType<typeof createTransport> | undefined;
  try {
    transport = createTransport({ target: await loadKubeconfig(file) });
    const client = new KubeClient(transport);
    const lists = await Promise.all(NEEDED.map((type) => client.list(type)));
    return lists.flatMap(({ items }) => items as Manifest[]);
  } catch (error) {
    const remedy = 'set KUBECONFIG or --kubeconfig, or give --fleet, or --offline with -f';
    throw new InputError(`cannot read the cluster: ${(error as Error).message}; ${remedy}`);
  } finally {
    transport?.close();
  }
}
