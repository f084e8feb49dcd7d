/**
 * A model of the API server, in one process and on a virtual clock: what Kubernetes promises about
 * objects, lists and watches, as far as the product relies on it. Real KubeClients speak to it.
 */
import type { KubeTransport } from '../../../common/kube/transport';
import type { KubeRequest, StreamRequest } from '../../../common/kube/transport';
import { NAMESPACES, SERVICEACCOUNTS } from '../../../common/kube/resources';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { apiVersionOf } from '../../../common/kube/types';
import type { Clock, Random } from '../../../common/ports';
import { Addresses, type Address } from './address';
import { kindsOf, type Kind } from './kinds';
import { IDEAL, PERMISSIVE, type Admission, type Commit, type Link, type User } from './ports';
import { badRequest, expired, notFound, Refused, unauthorized } from './refusals';
import { matcherOf } from './selectors';
import { Pages, type Rest } from './pages';
import { ObjectStore, type Backup } from './store';
import { copyOf } from './text';
import { ModelTransport } from './transport';
import { Watch } from './watches';
import { Writes, type Write } from './writes';

export interface ModelServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly admission?: Admission;
}

/** How soon what is in a namespace on its way out is deleted. */
const SWEEP_MS = 1000;
const tooOld = (from: number, compacted: number): string => `too old resource version: ${from} (${compacted})`;
const VERBS = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/** A list of one name is, for rights, about that name. */
function listed(address: Address, { query = {} }: KubeRequest): Address {
  const [, name] = /^metadata\.name=([^,]+)$/.exec(String(query['fieldSelector'] ?? '')) ?? [];
  return name === undefined ? address : { ...address, name };
}

export class ModelServer {
  readonly #store: ObjectStore;
  readonly #writes: Writes;
  readonly #admission: Admission;
  readonly #kinds: readonly Kind[] = kindsOf();
  readonly #addresses = new Addresses(this.#kinds);
  readonly #watches = new Set<Watch>();
  readonly #pages = new Pages();
  #sweeping = false;

  constructor(private readonly options: ModelServerOptions) {
    const { clock, random, admission = PERMISSIVE } = options;
    this.#admission = admission;
    this.#store = new ObjectStore(clock, (commit) => this.#onCommit(commit));
    this.#writes = new Writes(this.#store, admission, random);
  }

  /** The connections of one process. */
  transport(user: User, link: Link = IDEAL): KubeTransport {
    return new ModelTransport(this, user, link, this.options.clock);
  }

  /** Every write that took effect, those that a restore took back included. */
  get history(): readonly Commit[] {
    return this.#store.history;
  }

  get revision(): number {
    return this.#store.revision;
  }

  objects<T extends KubeObject>(resource: ResourceType<T>): readonly T[] {
    return this.#store.list(resource) as unknown as readonly T[];
  }

  backup(): Backup {
    return this.#store.backup();
  }

  /** As `etcdctl snapshot restore` and a start of the servers: a jump of the revision if asked. */
  restore(backup: Backup, { bumpRevisionBy = 0 }: { readonly bumpRevisionBy?: number } = {}): void {
    this.#store.restore(backup, bumpRevisionBy);
    this.#pages.clear();
    this.cutStreams();
    this.#sweepLater();
  }

  compact(revision: number): void {
    this.#store.compact(revision);
    this.#pages.clear();
  }

  /** The servers went away: every watch breaks. */
  cutStreams(): void {
    for (const watch of [...this.#watches]) watch.break();
  }

  /** For the transport: does it now. Throws Refused. */
  answer(user: User, request: KubeRequest): unknown {
    const address = this.#addresses.parse(request.path);
    const isList = request.method === 'GET' && address.name === undefined;
    this.#authorize(user, isList ? listed(address, request) : address, isList ? 'list' : VERBS[request.method]);
    switch (request.method) {
      case 'GET':
        return isList ? this.#list(address, request) : this.#get(address);
      case 'POST':
        return copyOf(this.#writes.create(this.#write(user, address, request), request.body));
      case 'PUT':
        return copyOf(this.#writes.update(this.#write(user, address, request), request.body));
      case 'PATCH':
        return copyOf(this.#patch(this.#write(user, address, request), request));
      case 'DELETE':
        return copyOf(this.#writes.delete(this.#write(user, address, request), request.body) as KubeObject);
    }
  }

  /** For the transport: begins a watch. Throws Refused. */
  watch(user: User, request: StreamRequest, link: Link): Watch {
    const address = this.#addresses.parse(request.path);
    this.#authorize(user, listed(address, request), 'watch');
    const { query = {} } = request;
    const matches = matcherOf(query, address.kind.selectable);
    const { revision, compacted } = this.#store;
    const from = Number(query['resourceVersion'] ?? revision);
    const watch = new Watch(
      {
        resource: address.kind.type,
        namespace: address.namespace,
        matches,
        from,
        timeoutMs: Number(query['timeoutSeconds'] ?? 1800) * 1000,
        idleMs: request.idleMs,
        link,
        onLine: request.onLine,
      },
      this.options.clock,
      this.options.random,
      { revision: () => this.#store.revision, onEnd: (over) => this.#watches.delete(over) },
    );
    this.#watches.add(watch);
    if (from === 0) for (const object of this.#store.list(address.kind.type, address.namespace)) watch.show(object);
    else if (from < compacted)
      watch.send(JSON.stringify({ type: 'ERROR', object: expired(tooOld(from, compacted)).status }));
    else for (const commit of this.#store.since(from)) watch.tell(commit);
    return watch;
  }

  #get(address: Address): unknown {
    const { kind, namespace, name = '' } = address;
    const found = this.#store.get(kind.type, namespace, name);
    if (found === undefined) throw notFound(kind.type, name);
    return copyOf(found);
  }

  #list({ kind, namespace }: Address, { query = {} }: KubeRequest): unknown {
    const matches = matcherOf(query, kind.selectable);
    const { type } = kind;
    const listNow = (): Rest => ({
      revision: this.#store.revision,
      rest: this.#store.list(type, namespace).filter(matches),
    });
    const { items, ...metadata } = this.#pages.next(query, listNow, kind.isCustom);
    return { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata, items: items.map(copyOf) };
  }

  #patch(write: Write, { contentType, body, query }: KubeRequest): KubeObject {
    if (contentType === 'application/merge-patch+json') return this.#writes.mergePatch(write, body);
    if (contentType === 'application/apply-patch+yaml')
      return this.#writes.apply(write, body, query?.['force'] === true);
    throw badRequest(`the body of the request was in an unknown format: ${contentType}`);
  }

  #write(user: User, address: Address, { query }: Pick<KubeRequest, 'query'>): Write {
    const manager = query?.['fieldManager'];
    const fieldManager = manager === undefined ? undefined : String(manager);
    const need = (verb: string): void => this.#authorize(user, address, verb);
    return { user, address, fieldManager, wallMs: this.options.clock.wallMs(), need };
  }

  /** A token is of one account, not of any that has its name. */
  #authenticate({ name, uid }: User): void {
    if (uid === undefined) return;
    const [, , namespace, account = ''] = name.split(':');
    if (this.#store.get(SERVICEACCOUNTS, namespace, account)?.metadata.uid !== uid) throw unauthorized();
  }

  #authorize(user: User, address: Address, verb: string): void {
    this.#authenticate(user);
    const { kind, name, subresource } = address;
    const isNamespace = kind.type.plural === NAMESPACES.plural && kind.type.group === '';
    const namespace = isNamespace ? name : address.namespace;
    const request = {
      user,
      verb,
      resource: kind.type,
      ...(subresource && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
    };
    const refused = this.#admission.authorize(request, this.#store);
    if (refused !== undefined) throw new Refused(refused.code, refused.status);
  }

  #onCommit(commit: Commit): void {
    for (const watch of this.#watches) watch.tell(commit);
    if (commit.resource.plural === NAMESPACES.plural) this.#sweepLater();
  }

  /**
   * As the controller of namespaces: what is in one that is on its way out is deleted, then itself.
   */
  #sweepLater(): void {
    const isDue = this.#store.list(NAMESPACES).some(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (this.#sweeping || !isDue) return;
    this.#sweeping = true;
    this.options.clock.setTimer(SWEEP_MS, () => {
      this.#sweeping = false;
      for (const namespace of this.#store.list(NAMESPACES))
        if (namespace.metadata.deletionTimestamp !== undefined) this.#sweep(namespace);
      this.#sweepLater();
    });
  }

  #sweep(namespace: KubeObject): void {
    const user: User = { name: 'system:serviceaccount:kube-system:namespace-controller', groups: ['system:masters'] };
    const name = namespace.metadata.name;
    const all = this.#kinds.filter(({ type }) => type.namespaced);
    const isEmpty = all.map((kind) => this.#emptied(user, kind, name)).every(Boolean);
    if (isEmpty)
      this.#store.commit({ user, verb: 'delete', resource: NAMESPACES, object: undefined, before: namespace });
  }

  #emptied(user: User, kind: Kind, namespace: string): boolean {
    for (const { metadata } of this.#store.list(kind.type, namespace)) {
      const write = this.#write(user, { kind, namespace, name: metadata.name }, {});
      try {
        this.#writes.delete(write, {});
      } catch (error) {
        if (!(error instanceof Refused)) throw error; // a policy holds it
      }
    }
    return this.#store.list(kind.type, namespace).length === 0;
  }
}
