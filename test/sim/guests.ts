/**
 * The guests of a simulated host: they boot, obey or do not, end by themselves; and the monitor
 * that `xl create` without -e leaves.
 */
import type { Domain, Reason } from './domain';
import type { SimXen } from './xen';

const exits: Readonly<Record<'poweroff' | 'reboot' | 'crash', string>> = {
  poweroff: 'reboot: System halted',
  reboot: 'reboot: Restarting system',
  crash: 'Kernel panic - not syncing: sysrq triggered crash',
};

export class Guests {
  constructor(private readonly xen: SimXen) {}

  /** The first instruction. */
  start(domain: Domain): void {
    domain.startedNs = this.xen.clock.nowNs();
    this.xen.note(domain, 'running');
    this.after(domain, domain.behaviour.bootMs, () => this.booted(domain));
    const { end } = domain.behaviour;
    if (end) this.after(domain, end.afterMs, () => this.exit(domain, end.reason));
  }

  /** A request through the xenstore or the power button: `poweroff` or `reboot`. */
  ask(domain: Domain, reason: 'poweroff' | 'reboot'): void {
    if (domain.behaviour.deaf || domain.asked !== undefined) return;
    domain.asked = reason;
    if (domain.booted) this.obey(domain, reason);
  }

  /** Ends what the guest had in mind. */
  forget(domain: Domain): void {
    for (const cancel of domain.timers) cancel();
    domain.timers.clear();
    domain.deferred.length = 0;
  }

  exit(domain: Domain, reason: 'poweroff' | 'reboot' | 'crash'): void {
    this.print(domain, exits[reason]);
    this.xen.end(domain, reason);
  }

  /**
   * What the background process of `xl create` does on a guest's end; agents use -e and have none.
   */
  monitor(domain: Domain, reason: Reason): void {
    const action = reason === 'suspend' ? 'preserve' : domain.config.actions[reason];
    if (action === 'preserve') return;
    void this.xen.destroy(domain).then(
      () => (/restart/.test(action) ? this.recreate(domain) : undefined),
      () => undefined,
    );
  }

  private recreate(domain: Domain): void {
    // xl sleeps two seconds here, against failures that its authors saw.
    this.xen.clock.after(2000, () => {
      this.xen.create(domain.config, { paused: false, monitored: true }).catch(() => undefined);
    });
  }

  private booted(domain: Domain): void {
    domain.booted = true;
    this.print(domain, 'GUEST-READY');
    if (domain.asked !== undefined) this.obey(domain, domain.asked);
  }

  private obey(domain: Domain, reason: 'poweroff' | 'reboot'): void {
    this.after(domain, domain.behaviour.shutdownMs, () => this.exit(domain, reason));
  }

  /**
   * A timer of the guest's own: while it is paused its time stands still (it fires at once when it
   * goes on).
   */
  private after(domain: Domain, ms: number, act: () => void): void {
    const cancel = this.xen.clock.after(ms, () => {
      domain.timers.delete(cancel);
      if (domain.paused) domain.deferred.push(act);
      else act();
    });
    domain.timers.add(cancel);
  }

  private print(domain: Domain, text: string): void {
    const seconds = Number(this.xen.clock.nowNs() - (domain.startedNs ?? 0n)) / 1e9;
    domain.console += `[${seconds.toFixed(6).padStart(12)}] ${text}\n`;
  }
}
