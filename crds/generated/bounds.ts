// Generated from crds/*.yaml by `npm run generate`. Do not edit.

/** The longest text and the bounds of a number that a schema admits, here, in each item and in each field. */
export interface Bounds {
  readonly text?: number;
  readonly least?: number;
  readonly most?: number;
  readonly each?: Bounds;
  readonly fields?: Readonly<Record<string, Bounds>>;
}

export const xenAgentStatusBounds: Bounds = {
  "fields": {
    "observedGeneration": {
      "least": -1,
      "most": 1000000000000
    },
    "nonce": {
      "text": 64
    },
    "agentVersion": {
      "text": 64
    },
    "bootID": {
      "text": 64
    },
    "machineID": {
      "text": 64
    },
    "hostname": {
      "text": 253
    },
    "fleetID": {
      "text": 64
    },
    "policyDigest": {
      "text": 64
    },
    "roster": {
      "each": {
        "text": 55
      }
    },
    "rosterEpoch": {
      "least": 0,
      "most": 1000000000000
    },
    "cpus": {
      "least": 0,
      "most": 65536
    },
    "xen": {
      "fields": {
        "version": {
          "text": 64
        },
        "virtCaps": {
          "text": 256
        }
      }
    },
    "memory": {
      "fields": {
        "totalMiB": {
          "least": 0,
          "most": 1073741824
        },
        "freeMiB": {
          "least": 0,
          "most": 1073741824
        }
      }
    },
    "dom0": {
      "fields": {
        "vcpus": {
          "least": 0,
          "most": 65536
        },
        "memoryMiB": {
          "least": 0,
          "most": 1073741824
        },
        "memoryProblem": {
          "text": 512
        }
      }
    },
    "storagePools": {
      "each": {
        "fields": {
          "name": {
            "text": 63
          },
          "totalBytes": {
            "least": 0,
            "most": 9007199254740991
          },
          "freeBytes": {
            "least": 0,
            "most": 9007199254740991
          },
          "usedBytes": {
            "least": 0,
            "most": 9007199254740991
          },
          "diskBytes": {
            "least": 0,
            "most": 9007199254740991
          },
          "id": {
            "text": 64
          },
          "message": {
            "text": 512
          }
        }
      }
    },
    "networks": {
      "each": {
        "fields": {
          "name": {
            "text": 63
          },
          "message": {
            "text": 512
          }
        }
      }
    },
    "domains": {
      "each": {
        "fields": {
          "uuid": {
            "text": 36
          },
          "name": {
            "text": 253
          },
          "domid": {
            "least": -1,
            "most": 65535
          },
          "state": {
            "text": 16
          },
          "vcpus": {
            "least": 0,
            "most": 65536
          },
          "memoryMiB": {
            "least": 0,
            "most": 1073741824
          },
          "namespace": {
            "text": 63
          },
          "vmName": {
            "text": 63
          },
          "epoch": {
            "least": 0,
            "most": 1000000000000
          }
        }
      }
    },
    "records": {
      "each": {
        "fields": {
          "uuid": {
            "text": 36
          },
          "namespace": {
            "text": 63
          },
          "name": {
            "text": 63
          },
          "epoch": {
            "least": 0,
            "most": 1000000000000
          },
          "refusedEpoch": {
            "least": 0,
            "most": 1000000000000
          },
          "retiredEpoch": {
            "least": 0,
            "most": 1000000000000
          },
          "macs": {
            "each": {
              "text": 17
            }
          }
        }
      }
    },
    "retainedDisks": {
      "each": {
        "fields": {
          "uuid": {
            "text": 36
          },
          "disk": {
            "text": 32
          },
          "path": {
            "text": 253
          },
          "sizeBytes": {
            "least": 0,
            "most": 9007199254740991
          },
          "namespace": {
            "text": 63
          },
          "vmName": {
            "text": 63
          }
        }
      }
    },
    "retainedDiskCount": {
      "least": 0,
      "most": 1000000000
    },
    "conditions": {
      "each": {
        "fields": {
          "type": {
            "text": 64
          },
          "reason": {
            "text": 64
          },
          "message": {
            "text": 4096
          },
          "observedGeneration": {
            "least": -1,
            "most": 1000000000000
          }
        }
      }
    }
  }
};

export const xenDomainStatusBounds: Bounds = {
  "fields": {
    "observedGeneration": {
      "least": -1,
      "most": 1000000000000
    },
    "epoch": {
      "least": 0,
      "most": 1000000000000
    },
    "refusedEpoch": {
      "least": 0,
      "most": 1000000000000
    },
    "retiredEpoch": {
      "least": 0,
      "most": 1000000000000
    },
    "bootID": {
      "text": 64
    },
    "domid": {
      "least": -1,
      "most": 65535
    },
    "restarts": {
      "least": 0,
      "most": 1000000000000
    },
    "operations": {
      "each": {
        "fields": {
          "uid": {
            "text": 64
          },
          "reason": {
            "text": 64
          },
          "message": {
            "text": 1024
          }
        }
      }
    },
    "granted": {
      "fields": {
        "vcpus": {
          "least": 0,
          "most": 65536
        },
        "memoryMiB": {
          "least": 0,
          "most": 1073741824
        },
        "networks": {
          "each": {
            "fields": {
              "name": {
                "text": 15
              },
              "mac": {
                "text": 17
              }
            }
          }
        }
      }
    },
    "restartRequired": {
      "each": {
        "text": 64
      }
    },
    "madeDisks": {
      "each": {
        "text": 32
      }
    },
    "disks": {
      "each": {
        "fields": {
          "name": {
            "text": 32
          },
          "sizeBytes": {
            "least": 0,
            "most": 9007199254740991
          }
        }
      }
    },
    "lastTermination": {
      "fields": {
        "reason": {
          "text": 32
        },
        "hostBootID": {
          "text": 64
        }
      }
    },
    "conditions": {
      "each": {
        "fields": {
          "type": {
            "text": 64
          },
          "reason": {
            "text": 64
          },
          "message": {
            "text": 4096
          },
          "observedGeneration": {
            "least": -1,
            "most": 1000000000000
          }
        }
      }
    }
  }
};
