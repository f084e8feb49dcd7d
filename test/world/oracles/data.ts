/** S2 and what tenants keep: a disk shows its own VM's data, all of it, and nobody else's. */
import type { NewOracle } from './oracle';

const WRITTEN = 'written by ';

export const data: NewOracle = (_world, accuse) => {
  /** Which VM has written to a disk, by host and path. */
  const written = new Map<string, string>();
  return {
    onEvent: (event, machine) => {
      if (event.what !== 'running') return;
      const { files, xen } = machine.host;
      const domain = xen.domains.get(event.domid ?? -1);
      if (domain === undefined) return;
      const me = `${domain.config.name} ${domain.config.uuid}`;
      for (const { target, format } of domain.config.disks) {
        const file = format === 'empty' ? undefined : files.files.get(target);
        if (file === undefined) continue;
        const found = file.text.startsWith(WRITTEN) ? file.text.slice(WRITTEN.length) : undefined;
        const place = `${machine.name}:${target}`;
        if (found !== undefined && found !== me) accuse('S14', `${me} is given ${place} with data of ${found}`);
        if (found === undefined && written.get(place) === me) accuse('data', `${me} has lost its data on ${place}`);
        files.put(target, `${WRITTEN}${me}`, file.bytes);
        written.set(place, me);
        for (const other of xen.domains.values())
          if (
            other !== domain &&
            other.shutdown === undefined &&
            other.config.disks.some((disk) => disk.target === target)
          )
            accuse('S2', `${place} is given to ${me} and to ${other.config.name}`);
      }
    },
  };
};
