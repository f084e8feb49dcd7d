/**
 * Disk and network specifications of xl.cfg: comma-separated words, positional or `key=value`;
 * `target=` takes the rest of the string.
 */
import { XlError } from './xl-error';

export interface Disk {
  readonly target: string;
  readonly format: string;
  readonly vdev: string;
  readonly readOnly: boolean;
  readonly cdrom: boolean;
  readonly backend: string | undefined;
  readonly script: string | undefined;
}

export interface Nic {
  readonly mac: string | undefined;
  readonly bridge: string | undefined;
  readonly model: string | undefined;
  readonly type: string | undefined;
  readonly ip: string | undefined;
  readonly vifname: string | undefined;
  readonly script: string | undefined;
}

const positions = ['target', 'format', 'vdev', 'access'] as const;
const formats: Readonly<Record<string, string>> = {
  '': 'raw',
  raw: 'raw',
  qcow: 'qcow',
  qcow2: 'qcow2',
  vhd: 'vhd',
  qed: 'qed',
  empty: 'empty',
};
const accesses: Readonly<Record<string, boolean>> = { rw: false, w: false, '': false, r: true, ro: true };

export function parseDisk(spec: string, source: string): Disk {
  const fail = (words: string, near?: string): never => {
    const where = near === undefined ? '' : `: near \`${near}'`;
    throw new XlError(1, `${source}: config parsing error in disk specification: ${words}${where} in \`${spec}'\n`);
  };
  const found = diskWords(spec, (word) => fail('unknown value', word));
  const word = (key: string) => found.get(key) ?? '';
  const target = word('target').replace(/^(file|phy|raw|tap2?):/, '');
  const cdrom = found.has('cdrom') || word('devtype') === 'cdrom';
  const format = formats[word('format')] ?? fail('unknown value for format', word('format'));
  const readOnly = accesses[word('access')] ?? fail('unknown value for access', word('access'));
  return {
    target,
    format: cdrom && target === '' ? 'empty' : format,
    vdev: word('vdev') || fail('no vdev specified'),
    readOnly: readOnly || cdrom,
    cdrom,
    backend: found.get('backendtype'),
    script: found.get('script'),
  };
}

function diskWords(spec: string, unknown: (word: string) => never): Map<string, string> {
  const found = new Map<string, string>();
  let position = 0;
  for (const word of splitSpec(spec).map((part) => part.trim())) {
    const [, key, value = ''] =
      /^(target|format|vdev|access|devtype|backendtype|backend|script)=(.*)$/.exec(word) ?? [];
    const flag = /^(cdrom|direct-io-safe|discard|no-discard|colo.*)$/.test(word) ? word : undefined;
    const name = key ?? flag ?? positions[position++] ?? unknown(word);
    found.set(name, key === undefined ? word : value.trim());
  }
  return found;
}

/** At commas, except that what follows `target=` is one word to the end. */
function splitSpec(spec: string): string[] {
  const at = /(^|,)\s*target=/.exec(spec);
  if (!at) return spec.split(',');
  const head = spec.slice(0, at.index);
  return [...(head === '' ? [] : head.split(',')), spec.slice(at.index).replace(/^,/, '')];
}

export function parseNic(spec: string): Nic {
  const found = new Map<string, string>();
  for (const word of spec.split(',').map((part) => part.trim())) {
    if (word === '') continue;
    const [, key, value] =
      /^(mac|bridge|model|type|ip|vifname|script|rate|mtu|vlan|backend|gatewaydev|trusted)=(.*)$/.exec(word) ?? [];
    if (key === undefined || value === undefined) throw new XlError(1, `unrecognized argument \`${word}'\n`);
    found.set(key, value);
  }
  const mac = found.get('mac');
  if (mac !== undefined && !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac))
    throw new XlError(1, `invalid MAC address "${mac}"\n`);
  return {
    mac: mac?.toLowerCase(),
    bridge: found.get('bridge'),
    model: found.get('model'),
    type: found.get('type'),
    ip: found.get('ip'),
    vifname: found.get('vifname'),
    script: found.get('script'),
  };
}
