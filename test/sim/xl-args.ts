/** How xl reads its arguments: flags as getopt, domains by domid or name. */
import type { Domain } from './domain';
import type { SimXen } from './xen';
import { XlError } from './xl-error';

/** Splits flags from operands as getopt does; a flag of `withValue` takes the next word. */
export function options(
  args: readonly string[],
  known: string,
  withValue = '',
): { flags: Map<string, string>; operands: string[] } {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const long: Readonly<Record<string, string>> = {
    '--long': 'l',
    '--verbose': 'v',
    '--dryrun': 'n',
    '--ignore-host': 'i',
    '--quiet': 'q',
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const letters = long[arg] ?? (arg.startsWith('--') ? '\0' : /^-[A-Za-z]+$/.test(arg) ? arg.slice(1) : '');
    if (letters === '') operands.push(arg);
    for (const letter of letters) {
      if (!known.includes(letter) && !withValue.includes(letter))
        throw new XlError(2, `option \`${letter}' not supported.\n`);
      flags.set(letter, withValue.includes(letter) ? (args[++i] ?? '') : '');
    }
  }
  return { flags, operands };
}

/** The domains named, or all of them. */
export function selected(xen: SimXen, names: readonly string[]): (Domain | 'dom0')[] {
  if (names.length === 0) return ['dom0', ...[...xen.domains.values()].sort((a, b) => a.domid - b.domid)];
  return names.map((name) => {
    const found = resolve(xen, name);
    if (typeof found === 'number') throw new XlError(1, `Error: Domain '${found}' does not exist.\n`);
    return found;
  });
}

export function guest(xen: SimXen, name: string | undefined): Domain {
  const found = resolve(xen, name);
  if (typeof found === 'object') return found;
  const domid = found === 'dom0' ? 0 : found;
  throw new XlError(
    1,
    `libxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=${domid}\n`,
  );
}

/**
 * A domain by domid or name. The number of no domain is returned as it is, since xl itself finds
 * that out only later.
 */
export function resolve(xen: SimXen, name = ''): Domain | 'dom0' | number {
  if (/^\d+$/.test(name)) return name === '0' ? 'dom0' : (xen.domains.get(Number(name)) ?? Number(name));
  if (name === 'Domain-0') return 'dom0';
  const found = xen.byName(name);
  if (!found || name === '') throw new XlError(1, `${name} is an invalid domain identifier (rc=-6)\n`);
  return found;
}
