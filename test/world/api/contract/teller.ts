/**
 * One story of calls to an API server, and the normal form of what was answered: the same for every
 * server that keeps the contract. Versions, UIDs and times are named by the order in which they
 * are first seen, so it tells whether they changed and not what they are.
 */
import type { KubeClient } from '../../../../common/kube/client';
import { isKubeError } from '../../../../common/kube/errors';
import type { KubeObject, ListScope, ResourceType } from '../../../../common/kube/types';

/** A server, real or not, on a time of its own. */
export interface Side {
  admin(): KubeClient;
  /** With the token of a ServiceAccount. */
  serviceAccount(namespace: string, name: string): Promise<KubeClient>;
  sleep(delayMs: number): Promise<void>;
  /** Forgets every version up to that one. */
  compact(resourceVersion: string): Promise<void>;
}

export type Told = Readonly<Record<string, unknown>>;

const POLL_MS = 50;
const PATIENCE_MS = 20_000;
/** What else a watch could have to say would be there by then. */
const SETTLED_MS = 300;

export class Teller {
  readonly told: Told[] = [];
  readonly #names = new Map<string, string>();

  constructor(
    readonly side: Side,
    /** The namespace of this story alone. */
    readonly namespace: string,
  ) {}

  get admin(): KubeClient {
    return this.side.admin();
  }

  /** Tells what was answered; resolves with it, or with undefined where it was refused. */
  async tell<T>(what: string, answer: Promise<T>): Promise<T | undefined> {
    try {
      const value = await answer;
      this.told.push({ what, ...(this.normal(value) as object) });
      return value;
    } catch (error) {
      if (!isKubeError(error)) throw error;
      const { kind, code, reason, causes } = error;
      const message = this.#words(error.message.replace(/^\S+ \S+: (\d+ )?/, ''));
      this.told.push(plain({ what, refused: kind, code, reason, causes, message }) as Told);
      return undefined;
    }
  }

  /** Tells whether, and why not; not what it looks like. */
  async tellWhether(what: string, answer: Promise<unknown>): Promise<void> {
    await answer.then(
      () => this.told.push({ what, allowed: true }),
      () => this.tell(what, answer),
    );
  }

  note(what: string, facts: object): void {
    this.told.push({ what, ...(this.normal(facts) as object) });
  }

  /** Events of a watch, as they come. */
  watch(type: ResourceType, scope: ListScope, from: string): Listener {
    return new Listener(this, type, scope, from);
  }

  async until(check: () => Promise<boolean> | boolean): Promise<void> {
    for (let waitedMs = 0; !(await check()); waitedMs += POLL_MS) {
      if (waitedMs > PATIENCE_MS) throw new Error('waited in vain');
      await this.side.sleep(POLL_MS);
    }
  }

  normal(value: unknown, key = ''): unknown {
    if (key === 'managedFields') return (value as Manager[]).map(managerText).sort();
    if (Array.isArray(value)) return value.map((item) => this.normal(item));
    if (typeof value === 'object' && value !== null) {
      const keys = Object.keys(value).filter((name) => (value as Told)[name] !== undefined);
      return Object.fromEntries(keys.sort().map((name) => [name, this.normal((value as Told)[name], name)]));
    }
    if (typeof value !== 'string') return value;
    if (key === 'message') return this.#words(value);
    if (key === 'continue') return value === '' ? value : 'a token';
    if (key === 'resourceVersion') return this.#named('version', value);
    if (key === 'uid') return this.#named('uid', value);
    return key.endsWith('Timestamp') || key.endsWith('Time') ? 'a time' : value;
  }

  #named(what: string, value: string): string {
    const known = this.#names.get(`${what} ${value}`);
    if (known !== undefined) return known;
    const name = `${what} ${[...this.#names.values()].filter((other) => other.startsWith(what)).length + 1}`;
    this.#names.set(`${what} ${value}`, name);
    return name;
  }

  /** What a message says of this run alone is named or left out. */
  #words(message: string): string {
    return message
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uid) => this.#named('uid', uid))
      .replace(/(?<=ResourceVersion in the precondition \(|ResourceVersion in record \()\d+/g, (version) =>
        this.#named('version', version),
      )
      .replace(/(?<=too old resource version: )\d+ \(\d+\)/, 'n (m)')
      .replace(/(?<=continue key is not valid|unable to parse requirement): .*/, '');
  }
}

export class Listener {
  readonly #lines: string[] = [];
  readonly #abort = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(
    private readonly teller: Teller,
    type: ResourceType,
    scope: ListScope,
    resourceVersion: string,
  ) {
    const onLine = (line: string): boolean => this.#lines.push(line) > 0;
    const { signal } = this.#abort;
    const call = { resourceVersion, timeoutSeconds: 60, idleMs: 100_000, onLine, signal };
    this.#ended = teller.admin.watch(type, scope, call).catch((error: unknown) => error);
  }

  get events(): { type: string; object: KubeObject }[] {
    const all = this.#lines.map((line) => JSON.parse(line) as { type: string; object: KubeObject });
    return all.filter(({ type }) => type !== 'BOOKMARK');
  }

  /** Waits for so many events, and whether there is one more, and tells them. */
  async tell(what: string, count: number, read: (object: KubeObject) => unknown = (object) => object): Promise<void> {
    await this.teller.until(() => this.events.length >= count);
    await this.teller.side.sleep(SETTLED_MS);
    this.#abort.abort();
    await this.#ended;
    this.teller.note(what, { events: this.events.map(({ type, object }) => ({ type, object: read(object) })) });
  }
}

interface Manager {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: object;
}

function managerText({ manager, operation, subresource, fieldsV1 }: Manager): string {
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        );
  const where = subresource === undefined ? '' : `/${subresource}`;
  return `${operation} ${manager}${where} ${JSON.stringify(sorted(fieldsV1))}`;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
