/**
 * The contract of the host port over ssh2 on a real Xen: the judge of scripts, ssh body and
 * simulation alike.
 */
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { SshHost } from '../../../agents/host/ssh';
import { labReason, startLab } from '../../xen-lab/lab';
import { hostContract } from './contract';
import { simCfg } from './sim-folder';

/** A guest that a real Dom0 can boot, too. */
function labCfg(uuid: string, name: string): string {
  const ramdisk =
    'ramdisk = "/var/lib/xenfleet/images/debian/initrd.gz"\ncmdline = "console=hvc0 mitigations=off nokaslr loglevel=4"\n';
  return `${simCfg(uuid, name).replace('memory = 64', 'memory = 160')}${ramdisk}`;
}

/** A wire to the Dom0 that can be cut. */
async function startWire(address: string, port: number): Promise<{ port: number; cut(): void; stop(): void }> {
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, address);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end.setNoDelay(true));
      end.on('error', () => undefined).on('close', () => ends.delete(end) && other.destroy());
      end.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => ends.forEach((end) => end.destroy());
  return { port: (server.address() as AddressInfo).port, cut, stop: () => (server.close(), cut()) };
}

describe('SshHost on real Xen', () => {
  before(function () {
    const reason = labReason();
    if (reason === undefined) return;
    console.log(`      skipped: ${reason}`);
    this.skip();
  });

  hostContract(async () => {
    const lab = await startLab({ log: (line) => console.log(`      ${line}`) });
    const { host: address, port, user, privateKeyPath, hostKeySha256 } = lab.ssh;
    const wire = await startWire(address, port);
    const privateKey = readFileSync(privateKeyPath, 'utf8');
    const host = new SshHost({ host: '127.0.0.1', port: wire.port, user, privateKey, hostKey: hostKeySha256 });
    return {
      host,
      cfg: labCfg,
      root: '',
      cut: () => Promise.resolve(wire.cut()),
      async stop() {
        await host.close();
        wire.stop();
        await lab.stop();
      },
    };
  }, true);
});
