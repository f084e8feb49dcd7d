/**
 * Tells when a host looks different from before: after a change in the caches, or because it fell
 * silent, which makes no event.
 */
import { hostOfNamespace } from '../../../common/names';
import type { Clock, Timer } from '../../../common/ports';
import { survive, type OnFault } from '../../../common/survive';
import type { Caches } from './caches';
import type { HostDirectory } from './host-directory';

export interface HostViewsOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  readonly clock: Clock;
  readonly onFault: OnFault;
}

/** How often to look for hosts that fell silent. */
const PULSE_MS = 1000;

export class HostViews {
  readonly #options: HostViewsOptions;
  readonly #states = new Map<string, string>();
  readonly #listeners = new Set<(host: string) => void>();
  readonly #undo: (() => void)[] = [];
  #timer: Timer | undefined;

  constructor(options: HostViewsOptions) {
    this.#options = options;
  }

  /** Returns the undo. */
  onChange(listener: (host: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  start(): void {
    const { caches } = this.#options;
    const inNamespace = ({ key }: { key: string }): void => this.#look(hostOfNamespace(key.split('/')[0] ?? ''));
    this.#undo.push(
      caches.hosts.onChange(({ key }) => this.#look(key)),
      caches.agents.onChange(inNamespace),
      caches.leases.onChange(inNamespace),
      caches.namespaces.onChange(inNamespace),
    );
    this.#pulse();
  }

  stop(): void {
    this.#timer?.cancel();
    for (const undo of this.#undo.splice(0)) undo();
  }

  #look(host: string | undefined): void {
    if (host === undefined) return;
    const state = JSON.stringify(this.#options.directory.view(host) ?? null);
    if (this.#states.get(host) === state) return;
    this.#states.set(host, state);
    for (const listener of this.#listeners) listener(host);
  }

  #pulse(): void {
    const { caches, clock, onFault } = this.#options;
    this.#timer = clock.setTimer(PULSE_MS, () => this.#pulse());
    for (const { metadata } of caches.hosts.all()) survive('pulse', onFault, () => this.#look(metadata.name));
  }
}
