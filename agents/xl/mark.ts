/**
 * The mark in xenstore that says whose a domain is: `FLEET EPOCH NAMESPACE/NAME` under
 * /xenfleet/UUID. It is gone after a boot. Pure.
 */

export interface Mark {
  readonly fleetID: string;
  /** Epoch of the order that the domain was made for. A take-over does not change it. */
  readonly epoch: number;
  readonly namespace: string;
  readonly name: string;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const NAME = '[a-z0-9](?:[-a-z0-9.]{0,61}[a-z0-9])?';
const MARK = new RegExp(`^([A-Za-z0-9-]{1,64}) ([1-9]\\d{0,14}) (${LABEL})/(${NAME})$`);

export const markPath = (uuid: string): string => `/xenfleet/${uuid}`;

export const markText = ({ fleetID, epoch, namespace, name }: Mark): string =>
  `${fleetID} ${epoch} ${namespace}/${name}`;

/** Whose a domain is, in the form in which scripts compare it with the mark. */
export const ownerText = ({ fleetID, namespace, name }: Omit<Mark, 'epoch'>): string =>
  `${fleetID} ${namespace}/${name}`;

/** Undefined for anything that is not a whole mark, since that proves nothing. */
export function parseMark(text: string): Mark | undefined {
  const [, fleetID, epoch, namespace, name] = MARK.exec(text) ?? [];
  if (fleetID === undefined || namespace === undefined || name === undefined) return undefined;
  return { fleetID, epoch: Number(epoch), namespace, name };
}
