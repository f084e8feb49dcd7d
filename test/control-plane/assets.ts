// The executables of the control plane: KUBEBUILDER_ASSETS if it has them all, else the per-user
// cache, else built from the Go modules pinned in go.mod (and helm/go.mod).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools, isExecutable, toStderr } from './build';
import type { ToolSet } from './build';
import type { Assets, Progress } from './types';

/** The version that go.mod pins: the only place that names it. */
function pinned(moduleDir: string, module: string): string {
  const required = new RegExp(`^\\s*(?:require )?${module} (v\\S+)`, 'm').exec(
    readFileSync(join(moduleDir, 'go.mod'), 'utf8'),
  );
  if (!required?.[1]) throw new Error(`${moduleDir}/go.mod does not require ${module}`);
  return required[1];
}

/** Without debug information, and with these variables set. */
function linkFlags(assignments: string[]): string {
  return ['-s -w', ...assignments.map((assignment) => `-X ${assignment}`)].join(' ');
}

/** Tools of `go.mod` in this folder: sets of them share a folder of the cache. */
function kubernetesTools(label: string, tools: ToolSet['tools']): ToolSet {
  const version = pinned(__dirname, 'k8s.io/kubernetes');
  const [major = '', minor = ''] = version.slice(1).split('.');
  // Without these the server calls itself v0.0.0, and kubectl and helm complain.
  const assignments = [
    `k8s.io/component-base/version.gitVersion=${version}`,
    `k8s.io/component-base/version.gitMajor=${major}`,
    `k8s.io/component-base/version.gitMinor=${minor}`,
    `k8s.io/client-go/pkg/version.gitVersion=${version}`,
  ];
  return { label, moduleDir: __dirname, ldflags: linkFlags(assignments), tools };
}

function controlPlaneTools(): ToolSet {
  return kubernetesTools('control plane', [
    { name: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
    { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
    { name: 'kube-controller-manager', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
    { name: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl' },
  ]);
}

function helmTools(): ToolSet {
  const moduleDir = join(__dirname, 'helm');
  const version = pinned(moduleDir, 'helm.sh/helm/v3');
  const [, minor = ''] = pinned(moduleDir, 'k8s.io/client-go').split('.'); // v0.35.0 is of Kubernetes 1.35
  // Without these helm calls itself v3.20 (unreleased) and takes Kubernetes for 1.20 in lint and
  // template.
  const assignments = [
    `helm.sh/helm/v3/internal/version.version=${version}`,
    ...['lint/rules', 'chartutil'].flatMap((folder) => [
      `helm.sh/helm/v3/pkg/${folder}.k8sVersionMajor=1`,
      `helm.sh/helm/v3/pkg/${folder}.k8sVersionMinor=${minor}`,
    ]),
  ];
  return {
    label: 'helm',
    moduleDir,
    ldflags: linkFlags(assignments),
    tools: [{ name: 'helm', package: 'helm.sh/helm/v3/cmd/helm' }],
  };
}

export type EnsureOptions = { progress?: Progress };

/** Finds, or builds, the executables; quick once they are there. */
export async function ensureAssets({ progress = toStderr }: EnsureOptions = {}): Promise<Assets> {
  const tools = controlPlaneTools();
  const given = process.env['KUBEBUILDER_ASSETS'];
  if (given) {
    const missing = tools.tools.filter((tool) => !isExecutable(join(given, tool.name)));
    if (missing.length === 0) return assetsIn(given);
    const names = missing.map((tool) => tool.name).join(', ');
    progress(`control plane: KUBEBUILDER_ASSETS (${given}) has no ${names}: using our own builds`);
  }
  return assetsIn(await ensureTools(tools, progress));
}

/** The path of the real helm. */
export async function ensureHelm({ progress = toStderr }: EnsureOptions = {}): Promise<string> {
  return join(await ensureTools(helmTools(), progress), 'helm');
}

/** The path of the real kube-scheduler: no test needs it, it is there to be measured beside. */
export async function ensureKubeScheduler({ progress = toStderr }: EnsureOptions = {}): Promise<string> {
  const tool = { name: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler' };
  return join(await ensureTools(kubernetesTools('kube-scheduler', [tool]), progress), tool.name);
}

function assetsIn(dir: string): Assets {
  return {
    dir,
    etcd: join(dir, 'etcd'),
    kubeApiserver: join(dir, 'kube-apiserver'),
    kubeControllerManager: join(dir, 'kube-controller-manager'),
    kubectl: join(dir, 'kubectl'),
  };
}
