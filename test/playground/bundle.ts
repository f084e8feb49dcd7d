/**
 * Operator and agent as they are shipped: one bundled file each, which starts in a fraction of
 * ts-node's time.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from './place';

export interface Bundles {
  readonly operator: string;
  readonly agent: string;
}

export async function bundlePrograms(dir: string): Promise<Bundles> {
  const args = [join(projectDir, 'scripts', 'build.mjs'), '--out', dir, 'operator', 'agent'];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: projectDir, timeout: 120_000 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`bundling operator and agent failed:\n${stdout}${stderr}`.trimEnd(), { cause: error });
  }
  return { operator: join(dir, 'operator.js'), agent: join(dir, 'agent.js') };
}
