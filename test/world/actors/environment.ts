/**
 * What nobody wants and everybody gets: crashes, cuts, lost power, slow and lying tools, restores.
 */
import type { Actor, Args, Draw } from '../act';
import { liveDomains } from '../oracles/oracle';
import { machineOf, onMachine } from '../targets';
import type { World } from '../world';

const forSome = (draw: Draw, most = 120): Args => ({ forMs: draw.int(2, most) * 1000 });
/** A wrong word about a host that lives is refuted by its next sign of life, which must come. */
const wasSlip = ({ slips, time }: World, host: string): boolean => time.nowMs - (slips.get(host) ?? -Infinity) < 30_000;
const ms = (args: Args): number => Number(args['forMs']);

export const ENVIRONMENT: Actor = {
  killOperator: {
    weight: 5,
    draw: (draw) => ({ which: draw.int(0, 1), after: draw.int(1, 60) }),
    perform: (world, args) => world.operators[Number(args['which'])]?.process?.killAfter(Number(args['after'])),
  },
  killAgent: {
    weight: 5,
    draw: (draw) => ({ ...onMachine(draw), after: draw.int(1, 40) }),
    perform: (world, args) => machineOf(world, args).agent?.killAfter(Number(args['after'])),
  },
  stopOperator: {
    weight: 2,
    draw: (draw) => ({ which: draw.int(0, 1), ...forSome(draw, 40) }),
    perform: (world, args) => {
      const process = world.operators[Number(args['which'])]?.process;
      process?.pause();
      world.later(ms(args), () => process?.resume());
    },
  },
  stopAgent: {
    weight: 2,
    draw: (draw) => ({ ...onMachine(draw), ...forSome(draw, 60) }),
    perform: (world, args) => {
      const { agent: process, name } = machineOf(world, args);
      if (wasSlip(world, name)) return 'not at this moment';
      process?.pause();
      world.later(ms(args), () => process?.resume());
    },
  },
  cutHost: {
    weight: 4,
    draw: (draw) => ({ ...onMachine(draw), ...forSome(draw) }),
    perform: (world, args) => {
      const { name } = machineOf(world, args);
      if (wasSlip(world, name)) return 'not at this moment';
      world.network.cut.add(name);
      world.later(ms(args), () => world.network.cut.delete(name));
      return name;
    },
  },
  cutOperator: {
    weight: 2,
    draw: (draw) => ({ which: draw.int(0, 1), ...forSome(draw, 60) }),
    perform: (world, args) => {
      const { name } = world.operators[Number(args['which'])]!;
      world.network.cut.add(name);
      world.later(ms(args), () => world.network.cut.delete(name));
    },
  },
  serverAway: {
    weight: 2,
    draw: (draw) => forSome(draw, 60),
    perform: (world, args) => {
      world.network.isServerAway = true;
      world.server.cutStreams();
      world.later(ms(args), () => (world.network.isServerAway = false));
    },
  },
  flakyNetwork: {
    weight: 3,
    draw: (draw) => ({ ...forSome(draw), loss: draw.of([0.05, 0.2, 0.5]), slowMs: draw.of([0, 0, 300]) }),
    perform: (world, args) => {
      world.network.loss = Number(args['loss']);
      world.network.slowMs = Number(args['slowMs']);
      world.later(ms(args), () => Object.assign(world.network, { loss: 0, slowMs: 0 }));
    },
  },
  losePower: {
    weight: 4,
    draw: (draw) => ({ ...onMachine(draw), ...forSome(draw, 200) }),
    perform: (world, args) => {
      const machine = machineOf(world, args);
      machine.powerOff();
      world.later(ms(args), () => machine.powerOn());
      return machine.name;
    },
  },
  badTools: {
    weight: 4,
    draw: (draw) => ({
      ...onMachine(draw),
      fault: draw.of([
        'oom 2',
        'fail list 1 no 3',
        'fail create 3 no 2',
        'fail destroy 1 no 2',
        'delay list 4000',
        'delay create 9000',
        'delay destroy 6000',
        'hang create 1',
        'hang list 1',
        'hang destroy 1',
      ]),
      ...forSome(draw),
    }),
    perform: (world, args) => {
      const { host, name } = machineOf(world, args);
      void host.exec(['sim', ...String(args['fault']).split(' ')]);
      world.later(ms(args), () => void host.exec(['sim', 'clear']));
      return name;
    },
  },
  diskFull: {
    weight: 1,
    draw: (draw) => ({ ...onMachine(draw), ...forSome(draw) }),
    perform: (world, args) => {
      const { files } = machineOf(world, args).host;
      files.full = true;
      world.later(ms(args), () => (files.full = false));
    },
  },
  guestEnds: {
    weight: 4,
    draw: (draw) => ({
      ...onMachine(draw),
      domain: draw.int(0, 20),
      how: draw.of(['poweroff', 'crash', 'restart'] as const),
    }),
    perform: (world, args) => {
      const machine = machineOf(world, args);
      const domains = liveDomains(machine);
      const domain = domains[Number(args['domain']) % Math.max(1, domains.length)];
      if (domain === undefined) return 'no guest';
      void machine.host.exec(['sim', String(args['how']), String(domain.domid)]);
      return domain.name;
    },
  },
  backup: {
    weight: 2,
    draw: () => ({}),
    perform: (world) => {
      world.backups.push(world.server.backup());
    },
  },
  restore: {
    weight: 2,
    draw: (draw) => ({ which: draw.int(0, 9), bump: draw.chance(0.5) }),
    perform: (world, args) => {
      const backup = world.backups[Number(args['which']) % Math.max(1, world.backups.length)];
      if (backup === undefined) return 'no backup';
      const bumpRevisionBy = args['bump'] === true ? 1_000_000_000 : 0;
      world.note('restored', String(backup.revision));
      world.server.restore(backup, { bumpRevisionBy });
      return `of revision ${backup.revision}`;
    },
  },
  compact: {
    weight: 1,
    draw: () => ({}),
    perform: (world) => world.server.compact(world.server.revision),
  },
};
