/** The Dom0 scripts about pools and disks once more, for hosts without processes. */
import type { MemoryFiles } from './memory-files';
import { die, needNumber, said } from './in-process-words';
import type { CommandResult } from './xl';

type DiskScript = (host: DiskHost, args: readonly string[]) => CommandResult | Promise<CommandResult>;

interface DiskHost {
  readonly files: MemoryFiles;
  /** What `xl list -v` shows of a UUID. */
  readonly rows: (uuid: string) => Promise<readonly string[]>;
}

/** Of make-disk. */
type Args = [string, string, string, string, string, string, string, string, string, string, string, string];

const MARKER = '.xenfleet-pool';
/** The first bytes of images that are not raw. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^QFI\u00fb/, 'qcow2'],
  [/^KDMV/, 'vmdk'],
  [/^conectix/, 'vpc'],
  [/^vhdxfile/, 'vhdx'],
];

export const diskScripts: Readonly<Record<string, DiskScript>> = {
  'open-pool': ({ files }, [path = '', name = '', act = '']) => {
    let marker = readMarker(files, path);
    if (marker === '') {
      if (act !== 'mark') die(46, `${path} holds no ${MARKER}`);
      if (files.inside(path).some((found) => found !== 'lost+found'))
        die(46, `${path} holds no ${MARKER}, and is not empty`);
      marker = `${name} id-${path.length}-${name}`;
      files.put(`${path}/${MARKER}`, `${marker}\n`);
    }
    if (marker !== name && !marker.startsWith(`${name} `))
      die(46, `${path} belongs to pool ${marker.split(' ')[0] ?? ''}`);
    return said(marker);
  },
  'make-disk': async ({ files, rows }, args) => {
    const [mode, pool, name, id, file, size, images, image, fleet, namespace, vm, access] = checked(args);
    const wanted = needNumber(size);
    needPool(files, pool, name, id);
    const { disk, owner } = nameDisk(files, pool, file);
    const isOwned = checkOwner(files, owner, namespace, vm);
    const kept = files.files.get(disk);
    if (kept && !isOwned && mode === 'make') die(48, `${disk} is there without an owner file`);
    if (!kept && mode === 'known') die(47, `no disk ${disk}`);
    const source = kept ?? (image === '-' ? { text: '' } : findImage(files, `${images}/${image}`, wanted));
    if (!isOwned) files.put(owner, `${JSON.stringify({ fleet, namespace, name: vm })}\n`);
    if (kept && !(access === 'rw' && (await mayGrow(kept.bytes, wanted, () => rows(file.split('.')[0]!)))))
      return said(`kept ${kept.bytes}`);
    if (files.full) die(1, `truncate: failed to truncate '${disk}' at ${wanted} bytes: No space left on device`);
    files.put(disk, source.text, wanted);
    return said(`${kept ? 'grown' : 'made'} ${wanted}`);
  },
  'delete-disk': ({ files }, [pool = '', name = '', id = '', file = '', namespace = '', vm = '']) => {
    needPool(files, pool, name, id);
    const { disk, owner } = nameDisk(files, pool, file);
    checkOwner(files, owner, namespace, vm);
    const word = files.remove(disk) ? 'deleted' : 'absent';
    files.remove(owner);
    return said(word);
  },
};

/** Only what is too small, and what no domain has. */
async function mayGrow(bytes: number, wanted: number, rows: () => Promise<readonly string[]>): Promise<boolean> {
  return bytes < wanted && (await rows()).length === 0;
}

function checked(args: readonly string[]): Args {
  if (args.length !== 12) die(43, 'usage');
  const [mode = '', access = ''] = [args[0], args[11]];
  if (!['make', 'known'].includes(mode)) die(43, `make or known, not ${mode}`);
  if (!['ro', 'rw'].includes(access)) die(43, `ro or rw, not ${access}`);
  return args as readonly string[] & Args;
}

/** `BYTES USED_BYTES PATH` of every disk in a pool. */
export function diskLines(files: MemoryFiles, pool: string): string[] {
  const disks = files.list(pool).filter(({ name }) => !name.endsWith('.owner') && !files.isFolder(`${pool}/${name}`));
  return disks.map(({ name, bytes }) => `${bytes} ${files.get(`${pool}/${name}`)?.length ?? 0} ${pool}/${name}`);
}

/** `PATH LINE` of a file, or of the files in a folder that end so. */
export function firstLines(files: MemoryFiles, path: string, suffix?: string): string[] {
  const inside = files.list(path).map(({ name }) => `${path}/${name}`);
  const paths = suffix === undefined ? [path] : inside.filter((found) => found.endsWith(suffix));
  return paths.flatMap((found) => {
    const text = files.get(found);
    return text === undefined ? [] : [`${found} ${text.split('\n')[0] ?? ''}`];
  });
}

function readMarker(files: MemoryFiles, pool: string): string {
  if (!files.isFolder(pool)) die(46, `there is no folder ${pool}`);
  return (files.get(`${pool}/${MARKER}`) ?? '').split('\n')[0] ?? '';
}

function needPool(files: MemoryFiles, pool: string, name: string, id: string): void {
  const marker = readMarker(files, pool);
  if (marker === '') die(46, `${pool} holds no ${MARKER}, so the file system of the pool is not mounted there`);
  const isRight = marker === `${name} ${id}` || (id === '-' && marker === name);
  if (!isRight) die(46, `${pool}/${MARKER} says "${marker}", not "${name} ${id}"`);
}

function nameDisk(files: MemoryFiles, pool: string, file: string): { disk: string; owner: string } {
  if (file === '' || file.startsWith('.') || file.includes('/') || file.endsWith('.owner'))
    die(43, `not a disk's file name: ${file}`);
  const disk = `${pool}/${file}`;
  if (files.isFolder(disk)) die(48, `${disk} is there and is no file`);
  return { disk, owner: `${pool}/${file.replace(/\.raw$/, '')}.owner` };
}

/** Is there an owner file? */
function checkOwner(files: MemoryFiles, owner: string, namespace: string, name: string): boolean {
  const [line] = (files.get(owner) ?? '').split('\n');
  if (line === undefined || line === '') return false;
  return line.endsWith(`,"namespace":"${namespace}","name":"${name}"}`) || die(48, `${owner} names another owner`);
}

function findImage(files: MemoryFiles, path: string, wantedBytes: number): { text: string; bytes: number } {
  const found = files.files.get(path) ?? die(43, `no image ${path}`);
  const format = FORMATS.find(([magic]) => magic.test(found.text))?.[1];
  if (format !== undefined)
    die(49, `image ${path} is not raw: convert it with \`qemu-img convert -f ${format} -O raw FROM TO\``);
  if (found.bytes > wantedBytes) die(43, `image ${path} has ${found.bytes} bytes, the disk ${wantedBytes}`);
  return found;
}
