/** One simulated host in a temporary folder, for the tests of the host port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimHosts } from '../../sim';
import type { SimEvent, SimHost } from '../../sim';

export async function simFolder(): Promise<{ host: SimHost; record(): SimEvent[]; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'xenfleet-host-'));
  const sims = await startSimHosts({
    dir,
    hosts: [{ name: 'h1', guests: { bootMs: 20, shutdownMs: 50, deaf: false, pvDrivers: false } }],
  });
  return {
    host: sims.host('h1'),
    record: () => sims.record(),
    async stop() {
      await sims.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A small guest that a simulated host starts. */
export function simCfg(uuid: string, name: string): string {
  return [
    `name = "${name}"`,
    `uuid = "${uuid}"`,
    'type = "pvh"',
    'memory = 64',
    'vcpus = 1',
    'kernel = "/var/lib/xenfleet/images/debian/vmlinuz"',
    'on_poweroff = "preserve"',
    'on_reboot = "preserve"',
    'on_crash = "preserve"',
    '',
  ].join('\n');
}
