import { child, children, type XmlElement } from '@sealift/io/xml/element';

/** The newest version of the API whose behaviour this client knows (vSphere 8.0 U3). */
const newestKnown = '8.0.3.0';
/** What every vCenter that is still run understands; used where the server does not list its versions. */
export const oldestVersion = '6.7';

/**
 * The version to speak: the newest that both sides know.
 *
 * @param document `/sdk/vimServiceVersions.xml`: namespaces, each with its version and the prior ones it still speaks
 */
export function chooseVersion(document: XmlElement): string {
  const namespace = children(document, 'namespace').find((one) => child(one, 'name')?.text === 'urn:vim25');
  if (namespace === undefined) return oldestVersion;
  const prior = child(namespace, 'priorVersions');
  const offered = [child(namespace, 'version'), ...(prior === undefined ? [] : children(prior, 'version'))]
    .map((version) => version?.text.trim() ?? '')
    .filter((version) => /^\d{1,4}(?:\.\d{1,4}){1,5}$/.test(version) && compare(version, newestKnown) <= 0);
  return offered.toSorted(compare).at(-1) ?? oldestVersion;
}

/** The version of one namespace in a list of service versions, whatever its form (`8.0.3.0`, `vSAN 7.0U1`). */
export function versionOf(document: XmlElement, namespace: string): string | undefined {
  const found = children(document, 'namespace').find((one) => child(one, 'name')?.text === namespace);
  const version = found === undefined ? undefined : child(found, 'version')?.text.trim();
  return version !== undefined && /^[\w. ]{1,40}$/.test(version) ? version : undefined;
}

function compare(one: string, other: string): number {
  const [left, right] = [one.split('.').map(Number), other.split('.').map(Number)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
