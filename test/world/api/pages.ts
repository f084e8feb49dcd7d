/** Lists in pages: what is left of each stays as it was when the list began. */
import type { KubeObject } from '../../../common/kube/types';
import { badRequest, expired } from './refusals';

export interface Rest {
  readonly revision: number;
  readonly rest: readonly KubeObject[];
}

export interface Page {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly items: readonly KubeObject[];
}

type Query = Readonly<Record<string, unknown>>;

export class Pages {
  readonly #left = new Map<string, Rest>();
  #tokens = 0;

  clear(): void {
    this.#left.clear();
  }

  /** Lists of custom kinds say that nothing follows; the others say nothing. */
  next(query: Query, listNow: () => Rest, isCustom: boolean): Page {
    const { revision, rest: all } = this.#known(query['continue']) ?? listNow();
    const limit = Number(query['limit'] ?? 0) || all.length;
    const rest = all.slice(limit);
    const base = { resourceVersion: String(revision), items: all.slice(0, limit) };
    if (rest.length === 0) return { ...base, ...(isCustom && { continue: '' }) };
    const token = `t${(this.#tokens += 1)}`;
    this.#left.set(token, { revision, rest });
    // With a selector nobody has counted.
    const isCounted = query['labelSelector'] === undefined && query['fieldSelector'] === undefined;
    return { ...base, continue: token, ...(isCounted && { remainingItemCount: rest.length }) };
  }

  #known(token: unknown): Rest | undefined {
    if (typeof token !== 'string' || token === '') return undefined;
    if (!/^t\d+$/.test(token)) throw badRequest('invalid continue token: continue key is not valid');
    const known = this.#left.get(token);
    if (known === undefined)
      throw expired('The provided continue parameter is too old to display a consistent list result.');
    return known;
  }
}
