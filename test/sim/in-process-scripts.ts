/**
 * The Dom0 scripts (agents/host/scripts) once more, for hosts without processes. The same contract
 * test runs against both, so that they cannot drift apart unseen.
 */
import { sleep } from './clock';
import { diskLines, diskScripts, firstLines } from './in-process-disks';
import { die, Exit, needNumber, said } from './in-process-words';
import type { MemoryFiles } from './memory-files';
import type { SimXen } from './xen';
import { runCommand } from './xl';
import type { CommandResult } from './xl';

export interface ScriptHost {
  readonly xen: SimXen;
  readonly files: MemoryFiles;
  /** Never returns where the host has rebooted since the script began. */
  readonly alive: () => Promise<void>;
}

type Script = (host: ScriptHost, args: readonly string[]) => CommandResult | Promise<CommandResult>;

export async function runScript(name: string, host: ScriptHost, args: readonly string[]): Promise<CommandResult> {
  try {
    return await scripts[name]!(host, args);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

export function isScript(name: string): boolean {
  return Object.hasOwn(scripts, name);
}

const scripts: Readonly<Record<string, Script>> = {
  create: async (host, [state = '', uuid = '', epoch = '', cfg = '', mark = '', ...more]) => {
    if (more.length > 0) die(43, 'usage');
    needUuid(uuid);
    const refused = readRefused(host, `${state}/fence/${uuid}`);
    if (refused >= needNumber(epoch)) throw new Exit(40, `retired ${refused}\n`);
    const { rows } = await find(host, uuid);
    if (rows.length > 0) throw new Exit(42, rows.join('\n'));
    if (!host.files.get(cfg)?.includes(uuid)) die(43, `${cfg} does not carry ${uuid}`);
    await run(host, 'xenstore-write', `/xenfleet/${uuid}`, mark);
    return run(host, 'xl', 'create', '-e', cfg);
  },
  shutdown: async (host, [uuid = '', owner = '', ...rest]) => {
    needUuid(uuid);
    needOwner(owner);
    const force = rest.includes('-F') ? ['-F'] : [];
    const seconds = rest.filter((arg) => arg !== '-F').map(needNumber)[0];
    const { domids } = await find(host, uuid);
    if (domids.length === 0) die(44, `no domain ${uuid}`);
    checkMark(host, uuid, owner);
    return each(domids, (domid) => timeout(host, seconds, ['xl', 'shutdown', ...force, domid]));
  },
  destroy: async (host, args) => {
    const [uuid = '', owner = '', domid, letter] = args;
    needUuid(uuid);
    if (args.length !== 2 && !(args.length === 4 && /^[ps]$/.test(letter ?? '')))
      die(43, 'usage: UUID OWNER [DOMID LETTER]');
    needOwner(owner);
    if (domid !== undefined) needNumber(domid);
    const { domids } = await find(host, uuid, domid, letter);
    if (domids.length === 0) return { code: 0, stdout: 'absent\n', stderr: '' };
    checkMark(host, uuid, owner);
    return each(domids, (found) => run(host, 'xl', 'destroy', found));
  },
  retire: async (host, [state = '', uuid = '', epoch = '']) => {
    needUuid(uuid);
    const file = `${state}/fence/${uuid}`;
    const refused = Math.max(readRefused(host, file), needNumber(epoch));
    host.files.put(file, `${refused}\n`);
    const { rows } = await find(host, uuid);
    if (rows.length > 0) throw new Exit(42, rows.join('\n'));
    await run(host, 'xenstore-rm', `/xenfleet/${uuid}`);
    return { code: 0, stdout: `retired ${refused}\n`, stderr: '' };
  },
  ...Object.fromEntries(
    Object.entries(diskScripts).map(([name, script]): [string, Script] => [
      name,
      (host, args) => script({ files: host.files, rows: async (uuid) => (await find(host, uuid)).rows }, args),
    ]),
  ),
  observe: async (host, [images = '', ...pools]) => {
    const { files } = host;
    const parts: [string, CommandResult][] = [
      ['bootid', said(files.get('/proc/sys/kernel/random/boot_id')?.trim() ?? '')],
      ['hostname', said(host.xen.spec.name)],
      ['policy', fileText(files, '/etc/xenfleet/policy.json')],
      ['info', await run(host, 'xl', 'info')],
      ['cpupools', await run(host, 'xl', 'cpupool-list')],
      ['xlconf', said(xlConf(files))],
      ['list', await run(host, 'xl', 'list', '-v')],
      ['domains', await run(host, 'xl', 'list', '-l')],
      ['marks', { ...(await run(host, 'xenstore-ls', '-f', '/xenfleet')), code: 0 }],
      ['bridges', said(files.bridges.join('\n'))],
      [
        'df',
        said(
          pools
            .filter((pool) => files.isFolder(pool))
            .map((pool) => `${pool} 1099511627776 549755813888`)
            .join('\n'),
        ),
      ],
      ['images', said(imageLines(files, images).join('\n'))],
      ['disks', said(pools.flatMap((pool) => diskLines(files, pool)).join('\n'))],
      ['markers', said(pools.flatMap((pool) => firstLines(files, `${pool}/.xenfleet-pool`)).join('\n'))],
      ['owners', said(pools.flatMap((pool) => firstLines(files, pool, '.owner')).join('\n'))],
    ];
    const text = parts.map(
      ([name, { code, stdout }]) =>
        `=== ${name}${code === 0 ? '' : ` FAILED ${code}`}\n${stdout.replace(/\n*$/, '\n')}`,
    );
    return { code: 0, stdout: text.join(''), stderr: parts.map(([, { stderr }]) => stderr).join('') };
  },
};

async function run({ xen, alive }: ScriptHost, ...argv: string[]): Promise<CommandResult> {
  await alive();
  const result = await runCommand(xen, argv);
  await alive();
  return result;
}

/** As timeout(1): the command is killed, 124. */
async function timeout(host: ScriptHost, seconds: number | undefined, argv: readonly string[]): Promise<CommandResult> {
  if (seconds === undefined) return run(host, ...argv);
  const killed = new AbortController();
  const late = sleep(host.xen.clock, seconds * 1000).then((): CommandResult => {
    killed.abort();
    return { code: 124, stdout: '', stderr: '' };
  });
  return Promise.race([runCommand(host.xen, argv, { signal: killed.signal }), late]);
}

async function find(
  host: ScriptHost,
  uuid: string,
  domid?: string,
  letter = '',
): Promise<{ rows: string[]; domids: string[] }> {
  const listing = await run(host, 'xl', 'list', '-v');
  if (listing.code !== 0) throw new Exit(41, '', `${listing.stderr}xl list -v failed\n`);
  const rows = listing.stdout.split('\n').filter((row) => {
    const [id, , , state = '', , found] = row.trim().split(/\s+/).slice(-8);
    return found === uuid && (domid === undefined || id === domid) && state.includes(letter);
  });
  return { rows, domids: rows.map((row) => row.trim().split(/\s+/).at(-8) ?? '') };
}

async function each(domids: readonly string[], act: (domid: string) => Promise<CommandResult>): Promise<CommandResult> {
  const total = { code: 0, stdout: '', stderr: '' };
  for (const domid of domids) {
    const { code, stdout, stderr } = await act(domid);
    if (code !== 0) total.code = code;
    total.stdout += stdout;
    total.stderr += stderr;
  }
  return total;
}

function readRefused({ files }: ScriptHost, path: string): number {
  const text = files.get(path);
  if (text === undefined) return 0;
  return /^\d+\n$/.test(text) ? Number(text) : die(41, `unreadable refused epoch ${path}`);
}

function imageLines(files: MemoryFiles, folder: string): string[] {
  const inside = [...files.files].filter(([path]) => path.startsWith(`${folder}/`));
  return inside.map(([path, { bytes }]) => `${bytes} ${path.slice(folder.length + 1)}`);
}

function xlConf(files: MemoryFiles): string {
  const lines = (files.get('/etc/xen/xl.conf') ?? '').split('\n');
  return lines.filter((line) => line.includes('autoballoon')).join('\n');
}

function fileText(files: MemoryFiles, path: string): CommandResult {
  const text = files.get(path);
  return text === undefined ? { code: 1, stdout: '', stderr: `${path}: No such file or directory\n` } : said(text);
}

function needOwner(owner: string): void {
  if (!/^.+ .+\/.+$/.test(owner)) die(43, `not an owner: ${owner}`);
}

function checkMark({ xen }: ScriptHost, uuid: string, owner: string): void {
  const mark = xen.store.read(`/xenfleet/${uuid}`) ?? '';
  const [, fleet, of] = /^(\S+) .+ (\S+\/\S+)$/.exec(mark) ?? [];
  if (fleet !== undefined && `${fleet} ${of}` !== owner) die(48, `domain ${uuid} is marked "${mark}", not "${owner}"`);
}

function needUuid(text: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) die(43, `not a UUID: ${text}`);
}
