/** A set of field paths, as managedFields say it: `f:name`, `k:{"name":"x"}`, `v:"x"`. */
import { isObject } from './json';

export class FieldNode {
  readonly children = new Map<string, FieldNode>();

  constructor(public isOwn = false) {}

  child(element: string): FieldNode {
    let child = this.children.get(element);
    if (child === undefined) this.children.set(element, (child = new FieldNode()));
    return child;
  }

  insert(path: readonly string[]): void {
    const [first, ...rest] = path;
    if (first === undefined) this.isOwn = true;
    else this.child(first).insert(rest);
  }

  get isEmpty(): boolean {
    if (this.isOwn) return false;
    for (const child of this.children.values()) if (!child.isEmpty) return false;
    return true;
  }

  union(other: FieldNode | undefined): FieldNode {
    return this.#with(other, (a, b) => a || b, true);
  }
  difference(other: FieldNode | undefined): FieldNode {
    return this.#with(other, (a, b) => a && !b, false);
  }
  intersection(other: FieldNode | undefined): FieldNode {
    return this.#with(other, (a, b) => a && b, false);
  }

  /** Without that child and all below it. */
  except(element: string): FieldNode {
    const result = new FieldNode(this.isOwn);
    for (const [key, child] of this.children) if (key !== element) result.children.set(key, child);
    return result;
  }

  /** Paths as conflicts name them: `.status.phase`. */
  paths(before = ''): string[] {
    const own = this.isOwn && before !== '' ? [before] : [];
    const inner = [...this.children].flatMap(([key, child]) => child.paths(`${before}${elementText(key)}`));
    return [...own, ...inner];
  }

  toJson(): object {
    const inner = [...this.children].filter(([, child]) => !child.isEmpty);
    const own = this.isOwn && inner.length > 0 ? [['.', {}] as const] : [];
    return Object.fromEntries([...own, ...inner.map(([key, child]) => [key, child.toJson()] as const)]);
  }

  static fromJson(json: unknown): FieldNode {
    const entries = isObject(json) ? Object.entries(json) : [];
    const node = new FieldNode(entries.length === 0 || entries.some(([key]) => key === '.'));
    for (const [key, inner] of entries) if (key !== '.') node.children.set(key, FieldNode.fromJson(inner));
    return node;
  }

  #with(other: FieldNode | undefined, op: (a: boolean, b: boolean) => boolean, isUnion: boolean): FieldNode {
    const result = new FieldNode(op(this.isOwn, other?.isOwn ?? false));
    for (const [key, child] of this.children)
      result.children.set(key, child.#with(other?.children.get(key), op, isUnion));
    if (isUnion)
      for (const [key, child] of other?.children ?? []) if (!result.children.has(key)) result.children.set(key, child);
    return result;
  }
}

export function elementText(element: string): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as object);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
