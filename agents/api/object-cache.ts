/** The objects of one kind as last heard, by name. A list replaces all of them at once. */
import { compareResourceVersions } from '../../common/kube/types';
import type { KubeObject } from '../../common/kube/types';
import type { WatchEvent } from '../../common/kube/watcher';

export class ObjectCache<T extends KubeObject> {
  listed = false;
  private objects = new Map<string, T>();
  private pages: Map<string, T> | undefined;

  get(name: string): T | undefined {
    return this.objects.get(name);
  }

  names(): string[] {
    return [...this.objects.keys()];
  }

  /** Takes a newer version of one object, e.g. the answer to a write. True if it was newer. */
  put(object: T): boolean {
    const before = this.objects.get(object.metadata.name);
    if (before && !isNewer(before, object)) return false;
    this.objects.set(object.metadata.name, object);
    return true;
  }

  /** Returns the names that an event changed. */
  take(event: WatchEvent<T>): string[] {
    switch (event.type) {
      case 'init':
        this.pages = new Map();
        return [];
      case 'page':
        for (const object of event.objects) this.pages?.set(object.metadata.name, object);
        return [];
      case 'initDone':
        return this.swap();
      case 'apply':
        return this.put(event.object) ? [event.object.metadata.name] : [];
      case 'delete':
        return this.objects.delete(event.object.metadata.name) ? [event.object.metadata.name] : [];
      case 'bookmark':
        return [];
    }
  }

  private swap(): string[] {
    const before = this.objects;
    this.objects = this.pages ?? new Map<string, T>();
    this.pages = undefined;
    this.listed = true;
    return [...new Set([...before.keys(), ...this.objects.keys()])];
  }
}

/** An object of another UID is another object, and replaces whatever was there. */
function isNewer(before: KubeObject, after: KubeObject): boolean {
  if (before.metadata.uid !== after.metadata.uid) return true;
  return compareResourceVersions(before.metadata.resourceVersion, after.metadata.resourceVersion) < 0;
}
