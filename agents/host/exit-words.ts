/**
 * What each exit code of the scripts says, for docs/reference/exit-codes.md: one without words does
 * not compile.
 */
import type * as codes from './exit-codes';

export const EXIT_WORDS: Record<keyof typeof codes, string> = {
  RETIRED: 'The epoch is refused on this host: nothing was started. Standard output says up to which epoch.',
  UNKNOWN:
    'What is there cannot be told: `xl list` failed, or the refused epoch is unreadable or could not be written. Nothing was done after that.',
  EXISTS:
    'A domain of the UUID is there: it was not started again, or not retired. Standard output holds its lines of `xl list -v`.',
  BAD_INPUT:
    'An argument is not what it must be: no UUID, no number, a size that is too small, an image that is not there.',
  ABSENT: 'There is no such domain to shut down.',
  BUSY: 'The lock was not free in time (by flock): another call for the same UUID or pool goes on. Nothing was run.',
  NO_POOL:
    'The folder does not prove to be the storage pool: it is missing, or its marker is missing, unreadable or of another pool.',
  MISSING: 'A disk that was made before is not in its pool. It was not made anew.',
  NOT_YOURS:
    'The mark of the domain, or the owner file of the disk, names somebody else; or the disk is no plain file. Nothing was touched.',
  NOT_RAW: 'The image is not raw, is compressed, or is a link to a file outside of the image directory.',
};
