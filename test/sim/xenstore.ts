/** The xenstore of a simulated host, and the xenstore-* commands over it. */
import { XlError } from './xl-error';

class Node {
  value = '';
  readonly children = new Map<string, Node>();
}

export class Xenstore {
  private root = new Node();

  clear(): void {
    this.root = new Node();
  }

  write(path: string, value: string): void {
    let node = this.root;
    for (const part of parts(path)) {
      let child = node.children.get(part);
      if (!child) node.children.set(part, (child = new Node()));
      node = child;
    }
    node.value = value;
  }

  read(path: string): string | undefined {
    return this.find(path)?.value;
  }

  remove(path: string): boolean {
    const names = parts(path);
    const last = names.pop();
    return last !== undefined && (this.find(`/${names.join('/')}`)?.children.delete(last) ?? false);
  }

  /** `path = "value"` of everything below, full paths, as `xenstore-ls -f`. */
  listFull(path: string): string[] | undefined {
    const node = this.find(path);
    return node && walk(node, path === '/' ? '' : path).map(({ at, value }) => `${at} = "${value}"`);
  }

  /** The same as an indented tree, as `xenstore-ls`. */
  listTree(path: string): string[] | undefined {
    const node = this.find(path);
    return (
      node &&
      walk(node, '').map(
        ({ at, value }) => `${' '.repeat(at.split('/').length - 2)}${at.slice(at.lastIndexOf('/') + 1)} = "${value}"`,
      )
    );
  }

  private find(path: string): Node | undefined {
    return parts(path).reduce<Node | undefined>((node, part) => node?.children.get(part), this.root);
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function walk(node: Node, at: string): { at: string; value: string }[] {
  const names = [...node.children.keys()].sort();
  return names.flatMap((name) => {
    const child = node.children.get(name)!;
    return [{ at: `${at}/${name}`, value: child.value }, ...walk(child, `${at}/${name}`)];
  });
}

/** The output of one xenstore-* command; throws what it fails with. */
export function xenstoreCommand(store: Xenstore, name: string, args: readonly string[]): string {
  const isOption = (arg: string) => /^-[a-z]+$/i.test(arg);
  const command = commands[name];
  if (!command) throw new XlError(127, `${name}: not simulated\n`);
  const operands = args.filter((arg) => !isOption(arg));
  return command(store, operands, args.filter(isOption).join('')) ?? '';
}

type Command = (store: Xenstore, operands: readonly string[], options: string) => string | void;

const commands: Readonly<Record<string, Command>> = {
  'xenstore-write': (store, operands) => {
    if (operands.length === 0 || operands.length % 2 !== 0)
      fail('Usage: xenstore-write [-h] [-s] [-R] key value [...]');
    for (let i = 0; i < operands.length; i += 2) store.write(operands[i]!, operands[i + 1]!);
  },
  'xenstore-read': (store, operands) =>
    operands.map((path) => `${store.read(path) ?? fail(`xenstore-read: couldn't read path ${path}`)}\n`).join(''),
  'xenstore-rm': (store, operands) => {
    for (const path of operands) if (!store.remove(path)) fail(`xenstore-rm: could not remove path ${path}`);
  },
  'xenstore-exists': (store, operands) => {
    if (!operands.every((path) => store.read(path) !== undefined)) throw new XlError(1, '');
  },
  'xenstore-ls': (store, [path = '/'], options) => list(store, path, options.includes('f')),
};

function list(store: Xenstore, path: string, full: boolean): string {
  const lines = full ? store.listFull(path) : store.listTree(path);
  if (!lines) fail(`xenstore-ls: xs_directory (${path}): No such file or directory`);
  return lines.map((line) => `${line}\n`).join('');
}

function fail(words: string): never {
  throw new XlError(1, `${words}\n`);
}
