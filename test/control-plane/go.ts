// Finds a Go that is new enough, or says what to do.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { homedir } from 'node:os';

const minimum = { major: 1, minor: 25 };

type GoFound = { path: string; version: string };

export function isNewEnough(version: string): boolean {
  const [, major = '0', minor = '0'] = /go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > minimum.major || (Number(major) === minimum.major && Number(minor) >= minimum.minor);
}

/** Also beside PATH: where go.dev's tarball and Debian's versioned packages put it. */
function candidates(): string[] {
  const versioned = ['1.27', '1.26', '1.25'].map((version) => `/usr/lib/go-${version}/bin/go`);
  return ['go', '/usr/local/go/bin/go', ...versioned, join(homedir(), 'go', 'bin', 'go')];
}

function versionOf(go: string): string | undefined {
  const result = spawnSync(go, ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** The path of a Go ≥ 1.25; throws with the next step when there is none. */
export function findGo(label: string, paths = candidates()): string {
  const found: GoFound[] = [];
  for (const path of paths) {
    const version = versionOf(path);
    if (version !== undefined && isNewEnough(version)) return path;
    if (version !== undefined) found.push({ path, version });
  }
  const wanted = `Go ${minimum.major}.${minimum.minor} or newer`;
  const seen = found.map(({ path, version }) => `${path} is ${version}`).join(', ') || 'no go was found';
  throw new Error(
    `${label}: ${wanted} is needed to build it once, but ${seen}.\n` +
      `  Next: install Go from https://go.dev/dl (unpack into /usr/local) and run this again;\n` +
      `  or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver, kube-controller-manager and kubectl 1.35.`,
  );
}
