// Generated from crds/*.yaml by `npm run generate`. Do not edit.

/** What this project reads of Kubernetes' ObjectMeta. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
/**
 * What the agent must know.
 */
export interface XenAgentSpec {
  /**
   * UID of the kube-system namespace.
   */
  fleetID: string;
  /**
   * Fresh at every start of a leader: the agent relists its orders, then reports with it.
   */
  nonce?: string;
  /**
   * The boot of the Dom0 that the operator has seen a report of; in any other boot the agent starts nothing.
   */
  confirmedBootID?: string;
  /**
   * Names of all hosts; agents keep and report it.
   *
   * @maxItems 4096
   */
  roster?: string[];
  /**
   * @maxItems 256
   */
  storagePools?: {
    name: string;
    driver: "file";
    path: string;
    /**
     * Only an empty folder of a local pool is marked by the agent itself.
     */
    locality?: "local" | "replicated" | "shared";
  }[];
  /**
   * @maxItems 2048
   */
  networks?: {
    name: string;
    bridge: string;
  }[];
}

/**
 * What the agent sees. Written by the agent only.
 */
export interface XenAgentStatus {
  observedGeneration?: number;
  /**
   * The nonce that this report answers.
   */
  nonce?: string;
  agentVersion?: string;
  /**
   * Boot ID of the Dom0.
   */
  bootID?: string;
  /**
   * Made of what the firmware tells and of a random file in the state directory.
   */
  machineID?: string;
  hostname?: string;
  /**
   * The fleet that the Dom0 says it belongs to.
   */
  fleetID?: string;
  policyDigest?: string;
  /**
   * @maxItems 4096
   */
  roster?: string[];
  /**
   * Physical CPUs (hardware threads) of the cpupool that guests are made in.
   */
  cpus?: number;
  xen?: {
    version?: string;
    /**
     * @maxItems 3
     */
    guestTypes?: ("pv" | "pvh" | "hvm")[];
    virtCaps?: string;
  };
  memory?: {
    totalMiB?: number;
    /**
     * As Xen says; outstanding claims are already taken off.
     */
    freeMiB?: number;
  };
  dom0?: {
    vcpus?: number;
    memoryMiB?: number;
    /**
     * Nothing changes the memory of Dom0: dom0_mem is set on the command line of Xen, and xl leaves it alone.
     */
    memoryFixed?: boolean;
    /**
     * Why it is not fixed.
     */
    memoryProblem?: string;
  };
  /**
   * @maxItems 256
   */
  storagePools?: {
    name: string;
    present: boolean;
    totalBytes?: number;
    freeBytes?: number;
    /**
     * What the disks in it occupy now; a sparse disk occupies less than its size.
     */
    usedBytes?: number;
    /**
     * Sizes of the disks in it, added up.
     */
    diskBytes?: number;
    /**
     * ID in the marker file of the pool.
     */
    id?: string;
    message?: string;
  }[];
  /**
   * @maxItems 2048
   */
  networks?: {
    name: string;
    present: boolean;
    message?: string;
  }[];
  /**
   * What runs here beside Dom0. ours: an order is held for it. orphan: it is proved to be of this fleet and has no order. foreign: it is not proved to be ours; counted and never touched.
   *
   * @maxItems 4096
   */
  domains?: {
    uuid: string;
    name?: string;
    domid?: number;
    kind: "ours" | "orphan" | "foreign";
    state?: string;
    type?: "pv" | "pvh" | "hvm";
    vcpus?: number;
    /**
     * The larger of what it has and its maximum.
     */
    memoryMiB?: number;
    /**
     * Of the VM, only if it is proved: by the record of the Dom0, or by a mark of this fleet.
     */
    namespace?: string;
    vmName?: string;
    /**
     * Told of an orphan that has no record: the epoch in its mark.
     */
    epoch?: number;
  }[];
  /**
   * What the Dom0 remembers of the domains of the fleet, running or not. What was retired an hour ago and has no order is not listed.
   *
   * @maxItems 8192
   */
  records?: {
    uuid: string;
    namespace: string;
    name: string;
    /**
     * Highest epoch seen.
     */
    epoch: number;
    /**
     * Every epoch up to this one is refused here.
     */
    refusedEpoch?: number;
    /**
     * The receipt: the domain of this epoch was looked for and is gone.
     */
    retiredEpoch?: number;
    /**
     * It is not retired and has no order: something of it may live here.
     */
    frozen?: boolean;
    /**
     * A create was begun in this boot and has not been heard to end.
     */
    creating?: boolean;
  }[];
  /**
   * Disks that no live record of this host speaks of, the first ones by UUID. namespace and vmName come from the owner file beside the disk.
   *
   * @maxItems 8192
   */
  retainedDisks?: {
    uuid: string;
    disk: string;
    path: string;
    sizeBytes?: number;
    namespace?: string;
    vmName?: string;
  }[];
  /**
   * All disks whose VM is gone, also those not listed.
   */
  retainedDiskCount?: number;
  /**
   * Domains or records did not fit into this report: what it does not list is unknown. What lives is listed first.
   */
  truncated?: boolean;
  /**
   * @maxItems 16
   */
  conditions?: {
    type: string;
    status: "True" | "False" | "Unknown";
    reason: string;
    message: string;
    observedGeneration?: number;
    lastTransitionTime: string;
  }[];
}

export interface XenAgent {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenAgent';
  metadata: ObjectMeta;
  spec: XenAgentSpec;
  status?: XenAgentStatus;
}

/**
 * What the agent is to keep true, everything granted.
 */
export interface XenDomainSpec {
  /**
   * UID of the kube-system namespace; the agent refuses orders of another fleet.
   */
  fleetID: string;
  /**
   * The XenVM that this order is for.
   */
  vm: {
    namespace: string;
    name: string;
    uid: string;
  };
  /**
   * Placement of the XenVM that this order belongs to.
   */
  epoch: number;
  /**
   * The boot of the Dom0 that the claim counts on. The agent starts nothing in any other boot.
   */
  bootID?: string;
  /**
   * Only Stopped and Absent ever end a guest. Absent: ended, and this epoch and all before it retired for good.
   */
  desired: "Running" | "Stopped" | "Absent";
  type?: "pv" | "pvh" | "hvm";
  runPolicy?: "Always" | "RerunOnFailure" | "Once" | "Manual" | "Halted";
  gracePeriodSeconds?: number;
  vcpus?: {
    count: number;
    max: number;
  };
  memory?: {
    targetMiB: number;
    maxMiB: number;
  };
  cpu?: {
    weight?: number;
    capPercent?: number;
  };
  boot?: {
    kernel?: string;
    ramdisk?: string;
    cmdline?: string;
    firmware?: "bios" | "uefi";
    /**
     * @maxItems 3
     */
    order?: ("disk" | "cdrom" | "network")[];
  };
  /**
   * @maxItems 16
   */
  disks?: {
    name: string;
    device: string;
    sizeBytes: number;
    pool: string;
    /**
     * Folder of the pool on the host.
     */
    path: string;
    /**
     * Driver of the pool; file if absent.
     */
    driver?: "file";
    image?: string;
    readOnly?: boolean;
    /**
     * The disk is known to exist. The agent never makes it: where it is not found the domain does not start.
     */
    made?: boolean;
  }[];
  /**
   * @maxItems 8
   */
  networks?: {
    name: string;
    bridge: string;
    mac: string;
  }[];
  /**
   * Disks to remove once the domain is gone; only ever set for a deleted XenVM.
   *
   * @maxItems 32
   */
  deleteDisks?: {
    name: string;
    path: string;
    /**
     * The folder must prove to be this pool: one that is not mounted holds no deleted disk.
     */
    pool?: string;
    /**
     * Driver of the pool; file if absent.
     */
    driver?: "file";
  }[];
}

/**
 * What the agent saw and did. Written by the agent only.
 */
export interface XenDomainStatus {
  observedGeneration?: number;
  /**
   * Epoch that this status speaks of.
   */
  epoch?: number;
  phase?: "Starting" | "Running" | "Stopping" | "Stopped" | "Failed" | "Unknown" | "Absent";
  /**
   * The Dom0 refuses every epoch up to this one, for good.
   */
  refusedEpoch?: number;
  /**
   * The receipt, told with phase Absent only: the domain was looked for and is gone, and every epoch up to this one is refused.
   */
  retiredEpoch?: number;
  bootID?: string;
  domid?: number;
  /**
   * Starts after the first one, since the order was taken up.
   */
  restarts?: number;
  granted?: {
    vcpus?: number;
    memoryMiB?: number;
  };
  /**
   * Fields of the order that take effect at the next start of the domain.
   *
   * @maxItems 16
   */
  restartRequired?: string[];
  /**
   * Disks that exist on this host.
   *
   * @maxItems 1024
   */
  madeDisks?: string[];
  /**
   * Disks of the order that exist, as large as the host says that they are. One that is smaller than ordered grows at the next start of the domain.
   *
   * @maxItems 16
   */
  disks?: {
    name: string;
    sizeBytes: number;
  }[];
  lastTermination?: {
    reason?: string;
    time?: string;
    hostBootID?: string;
  };
  /**
   * @maxItems 16
   */
  conditions?: {
    type: string;
    status: "True" | "False" | "Unknown";
    reason: string;
    message: string;
    observedGeneration?: number;
    lastTransitionTime: string;
  }[];
}

export interface XenDomain {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenDomain';
  metadata: ObjectMeta;
  spec: XenDomainSpec;
  status?: XenDomainStatus;
}

/**
 * How the server takes part in the fleet.
 */
export interface XenHostSpec {
  /**
   * Hosts of one pool share rules.
   */
  pool?: string;
  /**
   * Cordoned. Nothing new is placed here; what runs, runs on.
   */
  unschedulable?: boolean;
  /**
   * Repel VMs that do not tolerate them. PreferNoSchedule only weighs.
   *
   * @maxItems 16
   */
  taints?: {
    key: string;
    value?: string;
    effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  }[];
  /**
   * How the agent reaches the Dom0.
   */
  connection?: {
    /**
     * agent: the agent runs on the Dom0. ssh: it runs elsewhere and reaches the Dom0 over ssh.
     */
    mode: "agent" | "ssh";
    ssh?: {
      /**
       * Name or address of the Dom0.
       */
      host: string;
      /**
       * 22 where absent.
       */
      port?: number;
      /**
       * root where absent.
       */
      user?: string;
      /**
       * Fingerprint of the host key, as ssh-keygen -l prints it; any other key is refused.
       */
      hostKey: string;
    };
  };
  /**
   * Kept back on top of what Dom0 and the hypervisor use.
   */
  reserved?: {
    /**
     * Memory that is never sold, e.g. 1Gi.
     */
    memory?: number | string;
  };
  /**
   * Nothing that this host reports is believed, e.g. because the token of its agent was stolen: nothing is placed, taken over, moved or let go by its word, and nobody waits for its reports. What runs there stays. Lift it, or power the host off, before you restore a backup of the cluster.
   */
  quarantined?: boolean;
  /**
   * The machine that this host is, if it is not the one that reported first (status.machineID): set it if the server was replaced or its Dom0 installed anew.
   */
  machineID?: string;
  /**
   * The boot ID (status.bootID) of a boot of this host that an administrator KNOWS to be over, e.g. after pulling its power. Counts only while the host is silent. Its VMs may then be claimed elsewhere.
   */
  declaredDead?: string;
}

/**
 * What is. Written by the operator only.
 */
export interface XenHostStatus {
  observedGeneration?: number;
  phase?: "Pending" | "Ready" | "NotReady" | "Unknown" | "Terminating";
  /**
   * Boot of the Dom0 that last reported.
   */
  bootID?: string;
  /**
   * The machine that reported first under this name, or the one in the spec. No other is believed or obeyed.
   */
  machineID?: string;
  xenVersion?: string;
  /**
   * What the server has.
   */
  capacity?: {
    cpus?: number;
    memory?: string;
  };
  /**
   * What claims and domains take, overhead included.
   */
  committed?: {
    vms?: number;
    vcpus?: number;
    memory?: string;
  };
  /**
   * What can still be sold, by the operator's ledger.
   */
  free?: {
    memory?: string;
  };
  /**
   * Ready: the agent reports and the host can take VMs.
   *
   * @maxItems 16
   */
  conditions?: {
    type: string;
    status: "True" | "False" | "Unknown";
    reason: string;
    message: string;
    observedGeneration?: number;
    lastTransitionTime: string;
  }[];
}

export interface XenHost {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenHost';
  metadata: ObjectMeta;
  spec: XenHostSpec;
  status?: XenHostStatus;
}

/**
 * Where the network is found on a host, and who may use it.
 */
export interface XenNetworkSpec {
  /**
   * Name of the bridge on the hosts, e.g. xenbr0. VMs of this network go only to hosts that have it.
   */
  bridge: string;
  /**
   * Which namespaces may use it.
   */
  allowedNamespaces: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 16
       */
      matchExpressions?: {
        key: string;
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

export interface XenNetwork {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenNetwork';
  metadata: ObjectMeta;
  spec: XenNetworkSpec;
}

/**
 * The rules that its hosts share.
 */
export interface XenPoolSpec {
  /**
   * How many shared vCPUs are sold per physical CPU, 1 to 64; 4 where absent. Memory is never sold twice.
   */
  vcpuRatio?: number;
  /**
   * How many hosts may be lost at once with room left on the others to restart every VM of theirs: 0, 1 or 2; 0 where absent. A VM that would break this stays Pending and says which loss could not be absorbed. VMs whose disks hold them on their host are not counted. 2 is judged in pools of up to 256 hosts.
   */
  hostFailuresToTolerate?: number;
  /**
   * Which namespaces may place VMs on its hosts; all where absent. VMs that run there run on. (Taints keep no tenant away: whoever writes a XenVM writes its tolerations.)
   */
  allowedNamespaces?: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 16
       */
      matchExpressions?: {
        key: string;
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

/**
 * What is. Written by the operator only.
 */
export interface XenPoolStatus {
  observedGeneration?: number;
  /**
   * The rules in force, defaults filled in.
   */
  rules?: {
    vcpuRatio?: number;
    hostFailuresToTolerate?: number;
  };
  /**
   * Its hosts.
   */
  hosts?: {
    count?: number;
    /**
     * Of these, the ones that report and can take VMs.
     */
    ready?: number;
  };
  /**
   * What its hosts have.
   */
  capacity?: {
    /**
     * Physical CPUs.
     */
    cpus?: number;
    /**
     * Physical CPUs times the ratio.
     */
    vcpus?: number;
    memory?: string;
  };
  /**
   * What claims and domains take, overhead included.
   */
  committed?: {
    vms?: number;
    vcpus?: number;
    memory?: string;
  };
  /**
   * What is left on its Ready hosts by the operator's ledger, before any room is kept for failures.
   */
  free?: {
    vcpus?: number;
    memory?: string;
  };
  /**
   * The loss that would hurt most, of as many hosts as are to be tolerated (of one where that is 0).
   */
  worstLoss?: {
    /**
     * Names of the lost hosts.
     *
     * @maxItems 16
     */
    hosts?: string[];
    /**
     * VMs that would have to be restarted elsewhere.
     */
    vms?: number;
    /**
     * What they take, overhead included.
     */
    memory?: string;
    /**
     * VMs whose disks hold them there; they wait for their host.
     */
    held?: number;
    /**
     * Where all could be restarted: the memory that would then be free on the Ready hosts that are left.
     */
    headroom?: string;
    /**
     * The VMs that could not be restarted; absent where all could.
     */
    left?: {
      vms?: number;
      memory?: string;
      /**
       * Some of them, as namespace.name.
       *
       * @maxItems 16
       */
      names?: string[];
    };
  };
  /**
   * FailuresTolerated: every VM could be restarted after any such loss. Ready: the rules are in force and hold. Stalled: only a change of the spec or of the hosts helps.
   *
   * @maxItems 16
   */
  conditions?: {
    type: string;
    status: "True" | "False" | "Unknown";
    reason: string;
    message: string;
    observedGeneration?: number;
    lastTransitionTime: string;
  }[];
}

export interface XenPool {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenPool';
  metadata: ObjectMeta;
  spec: XenPoolSpec;
  status?: XenPoolStatus;
}

/**
 * Where the disks are, how far they reach, and who may use the pool.
 */
export interface XenStoragePoolSpec {
  /**
   * file: one raw file per disk.
   */
  driver: "file";
  /**
   * Absolute path of the folder on every host, e.g. /var/lib/xenfleet/disks. The policy file of the host must allow it.
   */
  path: string;
  /**
   * local: a disk exists on one host only, its VM stays there. replicated, shared: the storage itself brings the disk to other hosts. Declared, never guessed.
   */
  locality: "local" | "replicated" | "shared";
  /**
   * How many bytes of disks are promised per byte of room; 1 if absent. Disks are sparse: above 1 the pool fills up when guests use what they were promised.
   */
  overcommitRatio?: number;
  /**
   * Which namespaces may use it.
   */
  allowedNamespaces: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 16
       */
      matchExpressions?: {
        key: string;
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

export interface XenStoragePool {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenStoragePool';
  metadata: ObjectMeta;
  spec: XenStoragePoolSpec;
}

/**
 * What the user wants. The operator never writes here.
 */
export interface XenVMSpec {
  /**
   * Name of the XenVMClass (the plan) that sets vCPUs and memory. Exactly one of className and resources.
   */
  className?: string;
  /**
   * Size of this VM where no plan is used. Exactly one of className and resources.
   */
  resources?: {
    /**
     * Number of virtual CPUs, 1 to 512.
     */
    vcpus: number;
    /**
     * Guest memory as a Kubernetes quantity, e.g. 4Gi; at least 8Mi. Rounded up to whole MiB. It is reserved on the host for as long as the VM exists.
     */
    memory: number | string;
  };
  /**
   * How Xen runs the guest. pvh: hardware-assisted, no device emulation, boots a Linux kernel given in spec.boot. hvm: a full virtual PC with firmware (Windows, BSD, any installer). pv: paravirtual, for hosts without hardware support.
   */
  type: "pv" | "pvh" | "hvm";
  /**
   * What to keep true. Always: runs; restarted after a shutdown, crash or host reboot. RerunOnFailure: restarted after a crash or a destroyed domain, not after a clean shutdown. Once: started once. Manual: started and stopped by XenVMOperations. Halted: off, keeps its place and its memory.
   */
  runPolicy?: "Always" | "RerunOnFailure" | "Once" | "Manual" | "Halted";
  /**
   * How the guest boots. pv and pvh: kernel, ramdisk, cmdline. hvm: firmware, order.
   */
  boot?: {
    /**
     * pv, pvh: name of the kernel under the image directory of the host, e.g. debian/vmlinuz. Never an absolute path.
     */
    kernel?: string;
    /**
     * pv, pvh: name of the initial ramdisk under the image directory of the host, e.g. debian/initrd.gz.
     */
    ramdisk?: string;
    /**
     * pv, pvh: command line of the kernel. Printable ASCII without quotes and backslashes.
     */
    cmdline?: string;
    /**
     * hvm: bios (SeaBIOS, what is used where nothing is said) or uefi (OVMF).
     */
    firmware?: "bios" | "uefi";
    /**
     * hvm: devices to boot from, in this order. Disk first where nothing is said.
     *
     * @minItems 1
     * @maxItems 3
     */
    order?: ("disk" | "cdrom" | "network")[];
  };
  /**
   * Disks of the guest, made by the agent in a storage pool. Kept when the VM is deleted, unless deletionPolicy says otherwise.
   *
   * @maxItems 16
   */
  disks?: {
    /**
     * Name of the disk within this VM, e.g. root. Together with the identity of the VM it names the file in the pool.
     */
    name: string;
    /**
     * Device that the guest sees, e.g. xvda (all types) or hda (hvm).
     */
    device: string;
    /**
     * Size as a Kubernetes quantity, e.g. 20Gi. A disk may grow, never shrink: its file grows at the next start of the domain, unless it is read only.
     */
    size: number | string;
    /**
     * Name of the XenStoragePool that holds the disk.
     */
    pool: string;
    /**
     * Name of an image under the image directory of the host that the disk starts as a copy of, e.g. debian.raw. Blank where absent.
     */
    image?: string;
    /**
     * The guest may only read the disk. False where absent.
     */
    readOnly?: boolean;
    /**
     * What happens to the disk when the VM is deleted. Retain (where absent): kept on the host and listed there. Delete: removed.
     */
    deletionPolicy?: "Retain" | "Delete";
  }[];
  /**
   * Network interfaces of the guest, in order.
   *
   * @maxItems 8
   */
  networks?: {
    /**
     * Name of the interface within this VM, e.g. eth0.
     */
    name: string;
    /**
     * Name of the XenNetwork it is attached to.
     */
    network: string;
    /**
     * Unicast MAC address in lower case, e.g. 02:16:3e:12:34:56. Derived from the identity of the VM where absent.
     */
    mac?: string;
  }[];
  /**
   * Where the VM may run. Shapes are those of Kubernetes pods; label selectors see only VMs of the same namespace.
   */
  placement?: {
    /**
     * Only hosts whose spec.pool is this one.
     */
    pool?: string;
    /**
     * Only hosts (XenHost) whose labels match.
     */
    hostSelector?: {
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 16
       */
      matchExpressions?: {
        key: string;
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
    /**
     * Taints of hosts that this VM tolerates.
     *
     * @maxItems 16
     */
    tolerations?: {
      key?: string;
      operator?: "Exists" | "Equal";
      value?: string;
      effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
      tolerationSeconds?: number;
    }[];
    /**
     * Place near VMs of the same namespace that match (shape of podAffinity).
     */
    affinity?: {
      /**
       * @maxItems 8
       */
      requiredDuringSchedulingIgnoredDuringExecution?: {
        /**
         * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
         */
        topologyKey: string;
        labelSelector?: {
          matchLabels?: {
            [k: string]: string;
          };
          /**
           * @maxItems 16
           */
          matchExpressions?: {
            key: string;
            operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
            /**
             * @maxItems 32
             */
            values?: string[];
          }[];
        };
      }[];
      /**
       * @maxItems 8
       */
      preferredDuringSchedulingIgnoredDuringExecution?: {
        weight: number;
        podAffinityTerm: {
          /**
           * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
           */
          topologyKey: string;
          labelSelector?: {
            matchLabels?: {
              [k: string]: string;
            };
            /**
             * @maxItems 16
             */
            matchExpressions?: {
              key: string;
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * @maxItems 32
               */
              values?: string[];
            }[];
          };
        };
      }[];
    };
    /**
     * Keep away from VMs of the same namespace that match (shape of podAntiAffinity).
     */
    antiAffinity?: {
      /**
       * @maxItems 8
       */
      requiredDuringSchedulingIgnoredDuringExecution?: {
        /**
         * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
         */
        topologyKey: string;
        labelSelector?: {
          matchLabels?: {
            [k: string]: string;
          };
          /**
           * @maxItems 16
           */
          matchExpressions?: {
            key: string;
            operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
            /**
             * @maxItems 32
             */
            values?: string[];
          }[];
        };
      }[];
      /**
       * @maxItems 8
       */
      preferredDuringSchedulingIgnoredDuringExecution?: {
        weight: number;
        podAffinityTerm: {
          /**
           * Label of hosts that makes a domain; kubernetes.io/hostname is the host itself.
           */
          topologyKey: string;
          labelSelector?: {
            matchLabels?: {
              [k: string]: string;
            };
            /**
             * @maxItems 16
             */
            matchExpressions?: {
              key: string;
              operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
              /**
               * @maxItems 32
               */
              values?: string[];
            }[];
          };
        };
      }[];
    };
    /**
     * Spread over topology domains (shape of topologySpreadConstraints). A domain whose hosts are all cordoned, not ready, tainted without a toleration here, or without a network or guest type of the VM holds back nobody.
     *
     * @maxItems 8
     */
    topologySpread?: {
      maxSkew: number;
      topologyKey: string;
      whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
      labelSelector?: {
        matchLabels?: {
          [k: string]: string;
        };
        /**
         * @maxItems 16
         */
        matchExpressions?: {
          key: string;
          operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
          /**
           * @maxItems 32
           */
          values?: string[];
        }[];
      };
    }[];
  };
  /**
   * How the guest is ended.
   */
  shutdown?: {
    /**
     * Seconds the guest has to power off after it was asked; then its domain is destroyed. 60 where absent.
     */
    gracePeriodSeconds?: number;
  };
  /**
   * Who this VM is, where it must go on being a known domain: restored from a backup, moved from another cluster, or getting its retained disks back. Immutable.
   */
  identity?: {
    /**
     * The Xen UUID of the domain, in lower case.
     */
    uuid: string;
  };
}

/**
 * What is. Written by the operator only.
 */
export interface XenVMStatus {
  /**
   * The metadata.generation that this status speaks of.
   */
  observedGeneration?: number;
  phase?:
    "Pending" | "Scheduled" | "Starting" | "Running" | "Stopping" | "Stopped" | "Failed" | "Unknown" | "Terminating";
  /**
   * The Xen UUID of the domain; all identity follows from it.
   */
  domainUUID?: string;
  /**
   * The one answer to "who may run this VM".
   */
  placement?: {
    /**
     * Name of the XenHost.
     */
    host: string;
    /**
     * Grows by one at every placement.
     */
    epoch: number;
    /**
     * The boot of the host that the claim counts on; after another one it is made anew.
     */
    bootID?: string;
  };
  /**
   * What the host of the placement keeps for this VM, whether it runs or not. Written together with the placement. It grows only if the host has room, and shrinks once the domain is no larger.
   */
  reserved?: {
    vcpus: number;
    memoryMiB: number;
    /**
     * The vCPUs are whole physical CPUs.
     */
    dedicated?: boolean;
    /**
     * @maxItems 64
     */
    disks?: {
      name: string;
      /**
       * Name of the XenStoragePool.
       */
      pool: string;
      sizeBytes: number;
    }[];
  };
  /**
   * UID of the XenVMClass that the granted size was taken from.
   */
  classUID?: string;
  /**
   * What the order in force grants.
   */
  granted?: {
    vcpus?: number;
    /**
     * Whole MiB as a quantity, e.g. 16384Mi.
     */
    memory?: string;
  };
  /**
   * @maxItems 8
   */
  networks?: {
    name: string;
    mac: string;
  }[];
  /**
   * Disks that were made. They keep their folder for life, and are never made again.
   *
   * @maxItems 16
   */
  disks?: {
    name: string;
    pool: string;
    /**
     * Folder of the pool on the host.
     */
    path: string;
    /**
     * The host that holds it, if the pool is local.
     */
    host?: string;
  }[];
  /**
   * How the domain ended the last time.
   */
  lastTermination?: {
    /**
     * poweroff, reboot, crash, watchdog, destroyed, hostReboot or unknown.
     */
    reason?: string;
    time?: string;
    hostBootID?: string;
  };
  /**
   * Ready: the declared state is reached. Stalled: only an act of somebody helps. Scheduled: a host is claimed. RestartRequired: an edit waits for a restart. Resized, only while it is False: an edit waits for room on the host, and what was granted stays in force.
   *
   * @maxItems 16
   */
  conditions?: {
    type: string;
    status: "True" | "False" | "Unknown";
    reason: string;
    message: string;
    observedGeneration?: number;
    lastTransitionTime: string;
  }[];
}

export interface XenVM {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenVM';
  metadata: ObjectMeta;
  spec: XenVMSpec;
  status?: XenVMStatus;
}

/**
 * Size and standing of the VMs of this plan.
 */
export interface XenVMClassSpec {
  /**
   * Number of virtual CPUs, 1 to 512.
   */
  vcpus: number;
  /**
   * Guest memory as a Kubernetes quantity, e.g. 16Gi; at least 8Mi. Rounded up to whole MiB.
   */
  memory: number | string;
  /**
   * Each vCPU takes a whole physical CPU out of the shared ones. False where absent.
   */
  dedicated?: boolean;
  /**
   * Weight of the credit2 scheduler; 256 where absent.
   */
  cpuWeight?: number;
  /**
   * Upper bound in percent of one physical CPU (200 is two); none where absent.
   */
  cpuCapPercent?: number;
  /**
   * VMs of a higher priority are placed first. 0 where absent.
   */
  priority?: number;
  /**
   * Which namespaces may use it; all where absent. VMs that run under it run on.
   */
  allowedNamespaces?: {
    /**
     * All: every namespace. Selector: namespaces whose labels match.
     */
    from: "All" | "Selector";
    /**
     * Selector over the labels of namespaces.
     */
    selector?: {
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * @maxItems 16
       */
      matchExpressions?: {
        key: string;
        operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        /**
         * @maxItems 32
         */
        values?: string[];
      }[];
    };
  };
}

export interface XenVMClass {
  apiVersion: 'xenfleet.io/v1alpha1';
  kind: 'XenVMClass';
  metadata: ObjectMeta;
  spec: XenVMClassSpec;
}
