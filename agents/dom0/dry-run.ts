/**
 * Writes the cfg of a domain on the Dom0 and asks whether xl understands it as it was meant.
 * Neither makes anything that lasts.
 */
import type { HostPort } from '../host/port';
import type { CfgInput } from '../xl/cfg';
import { compareDryRun, differenceText } from '../xl/dryrun';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { cfgFile } from './layout';
import type { Layout } from './layout';

const DEADLINE_MS = 30_000;

/** Why the domain must not be made. Undefined if xl understands the text as the order means it. */
export async function dryRun(
  host: HostPort,
  layout: Layout,
  { input, text }: { readonly input: CfgInput; readonly text: string },
): Promise<Failure | undefined> {
  const path = cfgFile(layout, input.uuid);
  // The file is made anew before every use, so it need not outlive a power loss.
  await host.putFile(path, text, { durable: false });
  const result = await host.exec(['xl', 'create', '-n', layout.root + path], { deadlineMs: DEADLINE_MS });
  if (result.code !== 0) return explain('xl create -n', result);
  const differences = compareDryRun(result.stdout, input);
  if (!differences) return { reason: 'ConfigRejected', message: 'xl create -n printed no configuration' };
  if (differences.length > 0) return { reason: 'ConfigRejected', message: differenceText(differences) };
  return undefined;
}
