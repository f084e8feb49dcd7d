/** The stages in which libxl builds a domain, with what can go wrong in each. */
import { sleep } from './clock';
import { overheadMiB, type Domain } from './domain';
import type { DomainConfig } from './domain-config';
import { createErrors } from './libxl-errors';
import { domainKeys } from './store-layout';
import type { CreateOptions, SimXen } from './xen';

/** A name is looked up before it is taken: of two creates side by side both get it. */
export async function build(xen: SimXen, domain: Domain, options: CreateOptions): Promise<void> {
  const { domid, config } = domain;
  const nameTaken = xen.byName(config.name) !== undefined;
  const stage = async (share: number) => {
    await sleep(xen.clock, xen.spec.createMs * share);
    if (options.signal?.aborted) await new Promise<never>(() => undefined);
    if (domain.dying || xen.domains.get(domid) !== domain) throw createErrors.gone(domid);
  };
  await stage(0.2);
  if (config.type !== 'pv' && !xen.spec.virtCaps.split(' ').includes('hvm')) throw createErrors.noHvm(domid);
  if (nameTaken) throw createErrors.name(domid, config);
  domain.name = config.name;
  domainKeys(xen.store, domain);
  needFiles(xen, domid, config);
  const overhead = overheadMiB(config, xen.hap);
  if (config.memoryMiB + overhead > xen.freeMiB() || xen.faults.take('create', 'oom')) throw createErrors.memory(domid);
  Object.assign(domain, { overheadMiB: overhead, memoryMiB: config.memoryMiB });
  await stage(0.6);
  domain.built = true;
  await stage(0.2);
  for (const { bridge = 'xenbr0' } of config.nics)
    if (!xen.files.hasBridge(bridge)) throw createErrors.bridge(domid, bridge, 2351);
}

function needFiles({ files }: SimXen, domid: number, { type, disks, kernel, ramdisk }: DomainConfig): void {
  disks.forEach((disk, index) => {
    if (disk.format !== 'empty' && !files.exists(disk.target)) throw createErrors.disk(domid, index, disk);
  });
  for (const [path, isRamdisk] of [
    [kernel, false],
    [ramdisk, true],
  ] as const)
    if (path !== undefined && !files.exists(path))
      throw createErrors.bootFile(domid, path, { type, ramdisk: isRamdisk });
}
