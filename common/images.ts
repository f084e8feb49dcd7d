/**
 * Who may use a file of the image directory. What lies under `tenants/<namespace>/` is for the VMs
 * of that namespace; everything else is for all. The operator tells a tenant so, and the agent
 * refuses it once more, for whoever else may have written the order.
 */

const TENANTS = 'tenants';

/**
 * `image`: a file name under the image directory, in the form that the CRDs allow (no `..`, `.` or
 * empty part).
 */
export function mayUseImage(image: string, namespace: string): boolean {
  const [folder, owner] = image.split('/');
  return folder !== TENANTS || owner === namespace;
}

/** What helps whoever named an image of somebody else. */
export const imageRemedy = (namespace: string): string =>
  `what is under ${TENANTS}/ is for the namespace of that name; name an image outside of it, or one under ${TENANTS}/${namespace}/`;
