/** From a URL's path to what it names. */
import { noSuchPath, notFound } from './refusals';
import type { Kind } from './kinds';

export interface Address {
  readonly kind: Kind;
  readonly namespace?: string;
  /** Absent: the whole list. */
  readonly name?: string;
  readonly subresource?: 'status';
}

/** Kinds by `group/version/plural`. Unknown paths answer 404. */
export class Addresses {
  readonly #kinds = new Map<string, Kind>();
  readonly #known = new Map<string, Address>();

  constructor(kinds: readonly Kind[]) {
    for (const kind of kinds) {
      const { group, version, plural } = kind.type;
      this.#kinds.set(`${group}/${version}/${plural}`, kind);
    }
  }

  parse(path: string): Address {
    let address = this.#known.get(path);
    if (address === undefined) this.#known.set(path, (address = this.#parsed(path)));
    return address;
  }

  #parsed(path: string): Address {
    const [, root, ...rest] = path.split('/').map(decodeURIComponent);
    const group = root === 'apis' ? rest.shift() : root === 'api' ? '' : undefined;
    const version = rest.shift();
    const isWithin = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status';
    const namespace = isWithin ? rest[1] : undefined;
    const [plural, name, subresource, ...more] = isWithin ? rest.slice(2) : rest;
    const kind = this.#kinds.get(`${group}/${version}/${plural}`);
    if (kind === undefined || more.length > 0) throw noSuchPath();
    refuseUnknown(kind, name, subresource);
    refuseWrongScope(kind, namespace, name);
    return {
      kind,
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      ...(subresource === 'status' && { subresource }),
    };
  }
}

function refuseUnknown({ type, isCustom, hasStatus }: Kind, name = '', subresource = ''): void {
  if (subresource === '' || (subresource === 'status' && hasStatus)) return;
  throw isCustom ? notFound(type, name) : noSuchPath();
}

function refuseWrongScope({ type }: Kind, namespace: string | undefined, name: string | undefined): void {
  const isMissing = type.namespaced && name !== undefined && namespace === undefined;
  if (isMissing || (namespace !== undefined && !type.namespaced)) throw noSuchPath();
}
