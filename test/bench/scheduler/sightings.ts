/** Who is placed, as a watch tells it; the moment at which the last one was. */
import type { KubeClient } from '../../../common/kube/client';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import type { KubeObject, ListScope, ResourceType } from '../../../common/kube/types';
import { Watcher } from '../../../common/kube/watcher';

export interface SightingsOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  readonly scope?: ListScope;
  /** The name of what is placed by this object; undefined: nothing yet. */
  readonly placedBy: (object: T) => string | undefined;
}

const PATIENCE_MS = 120_000;

export class Sightings<T extends KubeObject> {
  readonly listed: Promise<void>;
  readonly #names = new Set<string>();
  readonly #watcher: Watcher<T>;
  #awaited: { readonly names: ReadonlySet<string>; left: number; readonly done: (atMs: number) => void } | undefined;

  constructor({ client, type, scope, placedBy }: SightingsOptions<T>) {
    let done = (): void => undefined;
    this.listed = new Promise((resolve) => (done = resolve));
    this.#watcher = new Watcher<T>({
      client,
      type,
      clock: systemClock,
      random: systemRandom,
      ...(scope && { scope }),
      onEvent: (event) => {
        if (event.type === 'apply') this.#see(placedBy(event.object));
        if (event.type === 'initDone') done();
      },
    });
    void this.#watcher.run();
  }

  /**
   * When (performance.now()) the last of them was seen to be placed. Rejects where that takes too
   * long.
   */
  all(names: readonly string[]): Promise<number> {
    const awaited = new Set(names);
    const left = names.filter((name) => !this.#names.has(name)).length;
    if (left === 0) return Promise.resolve(performance.now());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const { left: missing = 0 } = this.#awaited ?? {};
        reject(new Error(`${missing} of ${names.length} were not placed within ${PATIENCE_MS / 1000} s`));
      }, PATIENCE_MS);
      const done = (atMs: number): void => {
        clearTimeout(timer);
        resolve(atMs);
      };
      this.#awaited = { names: awaited, left, done };
    });
  }

  stop(): Promise<void> {
    return this.#watcher.stop();
  }

  #see(name: string | undefined): void {
    if (name === undefined || this.#names.has(name)) return;
    this.#names.add(name);
    const awaited = this.#awaited;
    if (awaited?.names.has(name) !== true) return;
    awaited.left -= 1;
    if (awaited.left === 0) awaited.done(performance.now());
  }
}
