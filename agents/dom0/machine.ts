/**
 * The ID of the machine. It is made of what the firmware tells and of a random file in the state
 * directory, so a copied disk in another server makes another machine, and two servers whose
 * firmware tells the same are two machines.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { HostPort } from '../host/port';
import { PRODUCT_UUID_FILE, machineFile } from './layout';
import type { Layout } from './layout';

/** 32 hexadecimal digits. Rejects with HostError if the file cannot be read or made. */
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
 * The ID as far as it is known. A Dom0 that cannot be written may have none yet; that is reported
 * as its trouble, and tried again.
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
