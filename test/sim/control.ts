/**
 * What a test or a person can do to a simulated host that no real one offers: `sim …` on its
 * socket.
 */
import type { Domain } from './domain';
import { withWord } from './guest';
import type { SimXen } from './xen';
import { XlError } from './xl-error';

export const controlHelp = `sim reboot                        power loss and a new boot: all domains gone, xenstore empty, new boot ID
sim delay COMMAND MS              every further call of that xl command takes that much longer (* for all, 0 for none)
sim fail COMMAND [CODE [TEXT [TIMES]]]   the next calls fail so
sim oom [TIMES]                   the next creates find no memory
sim hang COMMAND [TIMES]          the next calls never return
sim calls                         the commands that run now, one a line
sim clear                         forgets delays, failures and hangs
sim poweroff|crash|restart|suspend NAME   the guest does so by itself
sim behave NAME WORD…             deaf, zombie, pvdrivers, bootMS, shutdownMS
sim default WORD…                 the same for guests started from now on
`;

export function controlCommand(xen: SimXen, args: readonly string[]): string {
  const [verb = 'help', ...rest] = args;
  const act = acts[verb];
  if (!act) throw new XlError(1, controlHelp);
  return act(xen, rest) ?? '';
}

const acts: Readonly<Record<string, (xen: SimXen, args: readonly string[]) => string | void>> = {
  help: () => controlHelp,
  reboot: (xen) => xen.reboot(),
  delay: (xen, [command = '*', ms = '0']) => void xen.faults.delaysMs.set(command, Number(ms)),
  fail: (xen, [command = '*', code = '1', stderr = 'failed by the simulation', times = '1']) =>
    xen.faults.add(command, { kind: 'fail', code: Number(code), stderr: `${stderr}\n` }, Number(times)),
  oom: (xen, [times = '1']) => xen.faults.add('create', { kind: 'oom' }, Number(times)),
  hang: (xen, [command = '*', times = '1']) => xen.faults.add(command, { kind: 'hang' }, Number(times)),
  calls: (xen) => xen.faults.running.map((command) => `${command}\n`).join(''),
  clear: (xen) => xen.faults.clear(),
  poweroff: (xen, [name]) => xen.guests.exit(named(xen, name), 'poweroff'),
  restart: (xen, [name]) => xen.guests.exit(named(xen, name), 'reboot'),
  suspend: (xen, [name]) => xen.end(named(xen, name), 'suspend'),
  crash: (xen, [name]) => xen.guests.exit(named(xen, name), 'crash'),
  behave: (xen, [name, ...words]) => {
    const domain = named(xen, name);
    domain.behaviour = words.reduce(withWord, domain.behaviour);
  },
  default: (xen, words) => {
    xen.guestDefaults = words.reduce(withWord, xen.guestDefaults);
  },
};

function named(xen: SimXen, name = ''): Domain {
  const domain =
    xen.byName(name) ??
    [...xen.domains.values()].find(({ config, domid }) => config.uuid === name || String(domid) === name);
  if (!domain) throw new XlError(1, `no domain ${name}\n`);
  return domain;
}
