/** What a template says of itself in its annotation, beside the words that people may write there. */
export interface TemplateIdentity {
  /** SHA-256 of the OVA it was made from, in hex; undefined when it was a folder. */
  readonly ova: string | undefined;
  /** SHA-256 of the package's manifest, in hex; undefined where it had none. */
  readonly manifest: string | undefined;
  readonly kubernetes: string | undefined;
  readonly os: string | undefined;
}

const lead = 'sealift-template:';
const hexForm = /^[0-9a-f]{64}$/;
/** The longest annotation that is looked into; vCenter allows less. */
const maxAnnotationLength = 64 * 1024;

/** The lines of an annotation: words for people, then one line for programs. */
export function printIdentity(identity: TemplateIdentity, importedAt: Date): string {
  const { ova, manifest, kubernetes, os } = identity;
  const name = [os, kubernetes === undefined ? undefined : `Kubernetes ${kubernetes}`].filter(
    (word) => word !== undefined,
  );
  const words = `Node image${name.length === 0 ? '' : ` ${name.join(', ')}`}. Imported by Sealift; do not edit the next line.`;
  const data = { version: 1, ova, manifest, kubernetes, os, importedAt: importedAt.toISOString() };
  return `${words}\n${lead} ${JSON.stringify(data)}`;
}

/** The identity in an annotation; undefined when there is none that can be read. */
export function parseIdentity(annotation: string | undefined): TemplateIdentity | undefined {
  if (annotation === undefined || annotation.length > maxAnnotationLength) return undefined;
  const line = annotation.split(/\r?\n/).find((one) => one.startsWith(lead));
  if (line === undefined) return undefined;
  let data: unknown;
  try {
    data = JSON.parse(line.slice(lead.length));
  } catch {
    return undefined;
  }
  if (typeof data !== 'object' || data === null) return undefined;
  const field = (name: string, form: RegExp): string | undefined => {
    const value: unknown = Object.hasOwn(data, name) ? Object.getOwnPropertyDescriptor(data, name)?.value : undefined;
    return typeof value === 'string' && form.test(value) ? value : undefined;
  };
  return {
    ova: field('ova', hexForm),
    manifest: field('manifest', hexForm),
    kubernetes: field('kubernetes', /^[\w.+-]{1,60}$/),
    os: field('os', /^[\w .+-]{1,100}$/),
  };
}

/** Whether a template is the package: by the OVA's SHA-256 where both are known, else by the manifest's. */
export function sameContent(
  found: Pick<TemplateIdentity, 'ova' | 'manifest'>,
  wanted: Pick<TemplateIdentity, 'ova' | 'manifest'>,
): { readonly same: boolean; readonly found: string; readonly wanted: string } | undefined {
  if (found.ova !== undefined && wanted.ova !== undefined) {
    return { same: found.ova === wanted.ova, found: `OVA SHA-256 ${found.ova}`, wanted: `OVA SHA-256 ${wanted.ova}` };
  }
  if (found.manifest === undefined || wanted.manifest === undefined) return undefined;
  return {
    same: found.manifest === wanted.manifest,
    found: `manifest SHA-256 ${found.manifest}`,
    wanted: `manifest SHA-256 ${wanted.manifest}`,
  };
}
