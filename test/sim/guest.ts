/**
 * How a simulated guest behaves. Words on its command line (`sim=crash4`, `sim=deaf,boot200`;
 * `lab.act=`, as the guest of the real lab is told, means the same), or in the last part of its
 * name where it has no command line (`tenant.deaf`, `tenant.web-crash4`); more by the control API.
 */
export interface Behaviour {
  /** From the first instruction until the guest listens to requests. */
  readonly bootMs: number;
  /** From the request until it is down. */
  readonly shutdownMs: number;
  /** Never obeys a shutdown. */
  readonly deaf: boolean;
  /** Once it is destroyed it stays for good, dying: a process of the Dom0 maps its memory. */
  readonly zombie?: boolean;
  /** An HVM guest with PV drivers obeys `xl shutdown` without -F. */
  readonly pvDrivers: boolean;
  /** What it does by itself, that long after its start. */
  readonly end?: { readonly reason: 'poweroff' | 'reboot' | 'crash'; readonly afterMs: number };
}

export function behaviourFrom(base: Behaviour, name: string, cmdline: string | undefined): Behaviour {
  const spoken = [...(cmdline ?? '').matchAll(/(?:^|\s)(?:sim|lab\.act)=(\S+)/g)].flatMap((match) =>
    match[1]!.split(','),
  );
  const words = spoken.length > 0 ? spoken : (name.split('.').at(-1) ?? '').split('-');
  return words.reduce(withWord, base);
}

export function withWord(base: Behaviour, word: string): Behaviour {
  const [, verb = '', digits = ''] = /^([a-z]+)(\d+(?:\.\d+)?)?$/i.exec(word.toLowerCase()) ?? [];
  if (verb === 'deaf') return { ...base, deaf: true };
  if (verb === 'zombie') return { ...base, zombie: true };
  if (verb === 'pvdrivers') return { ...base, pvDrivers: true };
  if (digits === '') return base;
  if (verb === 'boot') return { ...base, bootMs: Number(digits) };
  if (verb === 'shutdown') return { ...base, shutdownMs: Number(digits) };
  if (verb !== 'poweroff' && verb !== 'reboot' && verb !== 'crash') return base;
  return { ...base, end: { reason: verb, afterMs: Number(digits) * 1000 } };
}
