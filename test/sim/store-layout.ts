/** The subset of the xenstore's keys that a simulated host fills in. */
import type { Domain } from './domain';
import type { Xenstore } from './xenstore';

export function hostKeys(store: Xenstore, dom0MiB: number): void {
  const kb = String(dom0MiB * 1024);
  writeAll(store, '', {
    '/@introduceDomain': '',
    '/@releaseDomain': '',
    '/libxl': '',
    '/tool/xenstored': '/usr/lib/xen-4.17/bin/oxenstored',
    '/local/pool/0/name': 'Pool-0',
  });
  writeAll(store, '/local/domain/0', {
    '/domid': '0',
    '/name': 'Domain-0',
    '/memory/static-max': kb,
    '/memory/target': kb,
  });
}

export function domainKeys(store: Xenstore, domain: Domain): void {
  const { domid, config } = domain;
  store.write(`/vm/${config.uuid}/uuid`, config.uuid);
  store.write(`/vm/${config.uuid}/name`, config.name);
  writeAll(store, `/local/domain/${domid}`, {
    '/attr': '',
    '/console/backend': `/local/domain/0/backend/console/${domid}/0`,
    '/console/backend-id': '0',
    '/console/limit': '1048576',
    '/console/output': 'pty',
    '/console/type': 'xenconsoled',
    '/control/feature-poweroff': '1',
    '/control/feature-reboot': '1',
    '/control/feature-suspend': '1',
    '/control/shutdown': '',
    '/data': '',
    '/domid': String(domid),
    '/memory/static-max': String(config.maxmemMiB * 1024),
    '/memory/target': String(config.memoryMiB * 1024),
    '/memory/videoram': config.type === 'hvm' ? '8192' : '0',
    '/name': config.name,
    '/vm': `/vm/${config.uuid}`,
  });
  for (let cpu = 0; cpu < config.maxvcpus; cpu++)
    store.write(`/local/domain/${domid}/cpu/${cpu}/availability`, cpu < config.vcpus ? 'online' : 'offline');
}

function writeAll(store: Xenstore, prefix: string, values: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(values)) store.write(prefix + key, value);
}
