/**
 * Builds the client once per user and version of its source; where there is no Go, the Node form
 * stands in.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The path of the executable. `say` hears what takes long or is missing. */
export function clientExecutable(say: (words: string) => void = () => undefined): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'main.go', 'client-node']) hash.update(readFileSync(join(__dirname, file)));
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'xen-fleet', 'sim-client', hash.digest('hex').slice(0, 16));
  const binary = join(folder, 'client');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const part = `${binary}.${process.pid}`;
  try {
    say('building the client of the simulated hosts (a few seconds, once)');
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off' };
    execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', part, '.'], {
      cwd: __dirname,
      env,
      stdio: 'pipe',
      timeout: 300_000,
    });
  } catch (error) {
    say(`no Go here (${String(error).split('\n')[0]}): the simulated xl is a Node script and takes some 50 ms a call`);
    // Not cached as the binary: Go may come later.
    const script = join(folder, 'client-node');
    copyFileSync(join(__dirname, 'client-node'), script);
    chmodSync(script, 0o755);
    return script;
  }
  renameSync(part, binary);
  return binary;
}
