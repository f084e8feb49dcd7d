/** The pod of `helm test`, run as a process: there is no kubelet. */
import { execute } from './promtool';
import type { Output } from './promtool';
import { one } from './helm';
import type { Manifest } from './helm';

/** Its command as it is, with the address of the operator's Service in the place of its name. */
export async function runHelmTest(manifests: readonly Manifest[], url: string, waitSeconds = 0): Promise<Output> {
  const { command, env } = one(manifests, 'Pod', 'xen-fleet-test')['spec'].containers[0] as {
    readonly command: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
  };
  const [node = '', ...args] = command;
  if (node !== 'node') throw new Error(`the image has no ${node}`);
  const given = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const own = { ...given, OPERATOR_URL: url, WAIT_SECONDS: String(waitSeconds) };
  return execute(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '', ...own } });
}
