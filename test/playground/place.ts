/** Where everything lies in a playground's folder (`.local/` for make). */
import { join, resolve } from 'node:path';

export const projectDir = resolve(__dirname, '../..');

export type Place = ReturnType<typeof placeAt>;

export function placeAt(folder: string) {
  const dir = resolve(folder);
  const access = join(dir, 'access');
  const run = join(dir, 'run');
  return {
    dir,
    controlPlane: join(dir, 'control-plane'),
    kubeconfig: join(dir, 'kubeconfig'),
    kubectl: join(dir, 'bin', 'kubectl'),
    programs: join(dir, 'programs'),
    hosts: join(dir, 'hosts'),
    record: join(dir, 'hosts', 'record.jsonl'),
    /** Kubeconfigs and tokens of operator and agents. */
    access,
    kubeconfigOf: (name: string) => join(access, `${name}.kubeconfig`),
    tokenOf: (name: string) => join(access, `${name}.token`),
    log: join(dir, 'log'),
    logOf: (name: string) => join(dir, 'log', `${name}.log`),
    run,
    pidOf: (name: string) => join(run, `${name}.pid`),
    keeperPid: join(run, 'playground.pid'),
  };
}

/**
 * What a playground makes anew each time: not the build cache, which others share, and not its
 * logs.
 */
export const ephemeral = (place: Place): readonly string[] => [
  place.controlPlane,
  place.hosts,
  place.access,
  place.programs,
  place.kubeconfig,
];
