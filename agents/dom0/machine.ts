/**
 * Which machine is this? What the firmware tells, and a random file in the state directory: a
 * copied disk in another server is another machine, and so are two servers whose firmware tells the
 * same.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { HostPort } from '../host/port';
import { PRODUCT_UUID_FILE, machineFile } from './layout';
import type { Layout } from './layout';

/**
 * 32 hexadecimal digits. Rejects with HostError if they cannot be read, or the file cannot be made.
 */
export async function machineID(host: HostPort, layout: Layout): Promise<string> {
  const [firmware, kept] = await Promise.all([host.readFile(PRODUCT_UUID_FILE), host.readFile(machineFile(layout))]);
  const chance = kept?.trim() ?? (await makeChance(host, layout));
  if (!/^[0-9a-f]{32}$/.test(chance)) throw new Error(`${machineFile(layout)} is unreadable`);
  const text = `${firmware?.trim().toLowerCase() ?? ''}\n${chance}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

async function makeChance(host: HostPort, layout: Layout): Promise<string> {
  const chance = randomBytes(16).toString('hex');
  await host.putFile(machineFile(layout), `${chance}\n`);
  return chance;
}

/**
 * The identity as far as it can be told. A Dom0 that cannot be written may have none yet: that is
 * told as its trouble, and tried again.
 */
export class Machine {
  id: string | undefined;

  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async identify(): Promise<void> {
    try {
      this.id ??= await machineID(this.host, this.layout);
    } catch (error) {
      this.onFailure(error);
    }
  }
}
