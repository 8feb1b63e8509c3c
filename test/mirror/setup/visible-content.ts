import { createHash } from 'node:crypto';
import { z } from 'zod';

const descriptor = z.object({ digest: z.string(), size: z.int() });
const manifestSchema = z.object({
  config: descriptor.optional(),
  layers: z.array(descriptor).default([]),
  manifests: z.array(descriptor).default([]),
});
const catalogSchema = z.object({ repositories: z.array(z.string()) });
const tagsSchema = z.object({ tags: z.array(z.string()).nullable() });
const accept = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** What anybody finds at a registry by its tags, read with nothing of the product. */
export interface VisibleContent {
  /** Digest by `repository:tag`. */
  readonly tags: ReadonlyMap<string, string>;
  /** What a tag leads to and is not there, or is other content than its digest says. */
  readonly troubles: readonly string[];
}

/** Reads every tag of a registry to its last byte. @param registry `host:port`, plain HTTP, without a login */
export async function visibleContent(registry: string): Promise<VisibleContent> {
  const tags = new Map<string, string>();
  const troubles: string[] = [];
  const sound = new Set<string>();
  const read = async (path: string): Promise<Buffer | undefined> => {
    const answer = await fetch(`http://${registry}/v2/${path}`, { headers: { accept } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return answer.ok ? bytes : undefined;
  };
  const readAs = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> =>
    schema.parse(JSON.parse(String((await read(path)) ?? '{"tags":null}')));
  const look = async (who: string, path: string, digest: string): Promise<Buffer | undefined> => {
    if (sound.has(path)) return undefined;
    const bytes = await read(path);
    if (bytes === undefined) troubles.push(`${who}: ${path} is not there`);
    else if (digestOf(bytes) !== digest) troubles.push(`${who}: ${path} is other content`);
    else sound.add(path);
    return bytes;
  };
  const walk = async (who: string, repository: string, digest: string): Promise<void> => {
    const bytes = await look(who, `${repository}/manifests/${digest}`, digest);
    if (bytes === undefined) return;
    const { config, layers, manifests } = manifestSchema.parse(JSON.parse(bytes.toString()));
    for (const blob of config === undefined ? layers : [config, ...layers]) {
      await look(who, `${repository}/blobs/${blob.digest}`, blob.digest);
    }
    for (const child of manifests) await walk(who, repository, child.digest);
  };
  for (const repository of (await readAs('_catalog?n=1000', catalogSchema)).repositories) {
    for (const tag of (await readAs(`${repository}/tags/list`, tagsSchema)).tags ?? []) {
      const name = `${repository}:${tag}`;
      const bytes = await read(`${repository}/manifests/${tag}`);
      if (bytes === undefined) {
        troubles.push(`${name} leads to nothing`);
        continue;
      }
      tags.set(name, digestOf(bytes));
      await walk(name, repository, digestOf(bytes));
    }
  }
  return { tags, troubles };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
