/** An object's JSON, made once: all who watch it hear the same text. */
import type { KubeObject } from '../../../common/kube/types';

const texts = new WeakMap<object, string>();

export function textOf(object: KubeObject): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = JSON.stringify(object)));
  return text;
}

/** A copy that its reader may change. */
export const copyOf = (object: KubeObject): KubeObject => JSON.parse(textOf(object)) as KubeObject;
