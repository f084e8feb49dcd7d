/** The words of this folder. */
import type { KubeClient } from '../../common/kube/client';
import type { ControlPlane, KubectlOptions, KubectlResult, Signal } from '../control-plane/types';
import type { SimEvent, SimHost } from '../sim';
import type { SimHostOptions } from '../sim/host';

export type Say = (line: string) => void;

export interface XlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PlaygroundOptions {
  /** Default `sim`; `real` is one Dom0 under QEMU (test/xen-lab). */
  readonly xen?: 'sim' | 'real';
  /** How many hosts (host-1 …), or their names; default 3 simulated ones, or one real. */
  readonly hosts?: number | readonly string[];
  /**
   * Its folder; default a temporary one that stop() removes. What an earlier playground left there
   * is wiped.
   */
  readonly dir?: string;
  /**
   * Size, speed and guests of the simulated hosts; default 16 cores, 64 GiB, of which Dom0 has 4.
   */
  readonly sim?: Partial<Omit<SimHostOptions, 'name' | 'dir'>>;
  /**
   * Restart operator and agents when they end by themselves (`make up`); tests rather do it by
   * hand.
   */
  readonly supervise?: boolean;
  /** Operators that compete for the leadership; default 1. */
  readonly operators?: number;
  /** More flags for each operator and each agent. */
  readonly operatorArgs?: readonly string[] | ((index: number) => readonly string[]);
  readonly agentArgs?: readonly string[];
  /** Audit log of the API server, for counting writes. */
  readonly audit?: boolean;
  readonly apiserverArgs?: readonly string[];
  /** Do not wait until the hosts are Ready. */
  readonly noWait?: boolean;
  /** Where lines of progress go; default nowhere. */
  readonly say?: Say;
}

/** The operator or an agent: a process that can be killed and started again. */
export interface Program {
  readonly name: string;
  readonly logFile: string;
  pid(): number | undefined;
  /** SIGKILL unless told otherwise; resolves when it is gone. It stays so until start(). */
  kill(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  signal(signal: Signal): void;
  start(): void;
  restart(): Promise<void>;
}

export interface Playground {
  readonly dir: string;
  readonly kubeconfig: string;
  readonly plane: ControlPlane;
  /** As administrator, in this process. */
  readonly client: KubeClient;
  readonly hostNames: readonly string[];

  /**
   * The real kubectl as administrator; paths are relative to the project. Rejects when it fails.
   */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  tryKubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;

  /** Runs a host's xl; a failure is a result too. */
  xl(host: string, ...args: string[]): Promise<XlResult>;
  /** The simulated host: `sim('host-1').run('sim', 'reboot')`. */
  sim(host: string): SimHost;
  /** What ran when, on all simulated hosts. */
  record(): SimEvent[];

  operator(index?: number): Program;
  agent(host: string): Program;
  programs(): readonly Program[];
  killOperator(): Promise<void>;
  killAgent(host: string): Promise<void>;

  hostsReady(options?: { deadlineMs?: number; names?: readonly string[] }): Promise<void>;
  /** Ends everything; removes the folder unless one was given. Safe to call twice. */
  stop(): Promise<void>;
}
