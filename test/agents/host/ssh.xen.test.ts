/** The contract of the host port over ssh2 on a real Xen: the judge of scripts, ssh body and simulation alike. */
import { readFileSync } from 'node:fs';
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
    const privateKey = readFileSync(privateKeyPath, 'utf8');
    const host = new SshHost({ host: address, port, user, privateKey, hostKey: hostKeySha256 });
    return {
      host,
      cfg: labCfg,
      // Every session of sshd dies, this one's with them; the listener stays.
      cut: async () => void (await lab.exec("pkill -KILL -f '^sshd: '")),
      async stop() {
        await host.close();
        await lab.stop();
      },
    };
  }, true);
});
