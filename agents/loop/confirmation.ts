/**
 * In which boot of the Dom0 all orders were last heard. Only a list that began after a boot was
 * seen confirms anything for that boot.
 */
import type { AgentApi } from '../api/types';
import { errorText, type Log } from '../log';

export interface ConfirmationOptions {
  readonly api: AgentApi;
  readonly log: Log;
  /** The boot of the Dom0 as last seen. */
  readonly boot: () => string | undefined;
  /** The orders were listed anew after a boot. */
  readonly onConfirmed: () => void;
}

export class Confirmation {
  private confirmedBoot: string | undefined;
  private listening = false;
  /** The Dom0 has booted, and the orders have not been listed since. */
  private relisting = false;

  constructor(private readonly options: ConfirmationOptions) {}

  isConfirmed(bootID: string): boolean {
    return this.confirmedBoot === bootID;
  }

  /** From now on there are orders to list anew. */
  start(): void {
    this.listening = true;
  }

  onListed(): void {
    if (!this.relisting) this.confirm(this.options.boot());
  }

  onBoot(bootID: string): void {
    const { api, log, onConfirmed } = this.options;
    log.info({ bootID }, 'a boot of the host is seen');
    this.confirmedBoot = undefined;
    if (!this.listening) return;
    this.relisting = true;
    api
      .relist()
      .then(() => {
        this.relisting = false;
        this.confirm(bootID);
        onConfirmed();
      })
      .catch((error: unknown) => log.warn({ error: errorText(error) }, 'the orders could not be heard anew'));
  }

  private confirm(bootID: string | undefined): void {
    if (bootID !== undefined && bootID === this.options.boot()) this.confirmedBoot = bootID;
  }
}
