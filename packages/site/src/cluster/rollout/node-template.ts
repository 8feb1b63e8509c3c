import { SealiftError } from '@sealift/core/errors';
import { unescapeName } from '@sealift/vsphere/inventory';
import type { DesiredNodes } from '@sealift/upgrade/ports/cluster';
import { sameVersion } from './view.ts';

/** A template as vCenter has it now. */
export interface FoundTemplate {
  readonly kubernetes: string | null;
  /** Of the OVA that Sealift made it from, SHA-256 (hex); null where somebody else made it. */
  readonly sha256: string | null;
  /** Marked as a template, with a snapshot, and powered off. */
  readonly finished: boolean;
}

/** Where templates for nodes are looked up. */
export interface NodeTemplates {
  /** The inventory path that a template of that name has or would have, such as `/DC0/vm/spectro-templates/r_u-2204`, and what is there. */
  find(
    name: string,
    cancel: AbortSignal,
  ): Promise<{ readonly path: string; readonly found: FoundTemplate | undefined }>;
}

/**
 * Proves in vCenter that the template is there and holds the wanted Kubernetes: Cluster API takes any name and says nothing of a wrong one.
 *
 * @returns its whole inventory path, by which nothing else can be meant
 * @throws NODE_TEMPLATE_MISSING, NODE_TEMPLATE_OTHER, NODE_TEMPLATE_UNFINISHED, VSPHERE_…
 */
export async function proveTemplate(
  templates: NodeTemplates,
  { version, template }: DesiredNodes,
  cancel: AbortSignal,
): Promise<string> {
  const { path, found } = await templates.find(template, cancel);
  const about = { kind: 'Template', name: path };
  if (found === undefined) throw new SealiftError('NODE_TEMPLATE_MISSING', { values: { path }, about });
  // One that was made from the release's OVA is known by its digest, which was compared when it was imported.
  const proven = found.kubernetes === null ? found.sha256 !== null : sameVersion(found.kubernetes, version);
  if (!proven) {
    const values = { path, found: found.kubernetes ?? 'a version that it does not tell', expected: version };
    throw new SealiftError('NODE_TEMPLATE_OTHER', { values, about });
  }
  if (!found.finished) throw new SealiftError('NODE_TEMPLATE_UNFINISHED', { values: { path }, about });
  return path;
}

/** The name of a template from what machines are made of: the last element of an inventory path, or a name. */
export function templateNameOf(template: string): string {
  return unescapeName(template.slice(template.lastIndexOf('/') + 1));
}
