/** S1: one VM runs once. S13: no two VMs share a MAC address. */
import { liveDomains, type NewOracle } from './oracle';
import { isMadeByHand } from '../objects';
import { inThiefsHands } from './stolen';

export const copies: NewOracle = (world, accuse) => ({
  onEvent: (event, machine) => {
    if (event.what !== 'running') return;
    const started = machine.host.xen.domains.get(event.domid ?? -1);
    if (started === undefined || isMadeByHand(started.config.name)) return;
    for (const other of world.servers)
      for (const domain of liveDomains(other)) {
        if (domain === started || isMadeByHand(domain.config.name)) continue;
        if (domain.config.uuid === started.config.uuid && !inThiefsHands(world)(started.config.uuid))
          accuse('S1', `${started.config.name} ${event.uuid} starts on ${machine.name} and runs on ${other.name}`);
        const shared = started.macs.find((mac) => domain.macs.includes(mac));
        if (shared !== undefined && domain.config.uuid !== started.config.uuid)
          accuse('S13', `${started.config.name} starts with ${shared}, which ${domain.config.name} has`);
      }
  },
});
