import { mediaTypes } from '@sealift/oci/descriptor';
import { readBounded } from '@sealift/oci/verify-stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ContentDigest, contentDigestOf, isContentDigest } from '../storage/content-digest.ts';
import type { RegistryStorage } from '../storage/storage.ts';
import { beforeRemoval, beforeTagging, type Exchange, recordChange } from './exchange.ts';
import { RegistryRefusal } from './failure.ts';
import { requestBody } from './request-body.ts';

/** As the OCI distribution-spec lets a registry limit manifests ("Pushing Manifests"). */
const manifestLimitBytes = 4 * 1024 * 1024;
const tagPageLimit = 10_000;

const tagQuerySchema = z.object({ n: z.coerce.number().int().min(0).optional(), last: z.string().optional() });
const referrersQuerySchema = z.object({ artifactType: z.string().optional() });

/** `GET` and `HEAD` of a manifest by tag or digest (end-3). */
export async function getManifest(
  storage: RegistryStorage,
  repository: string,
  reference: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { manifests } = storage;
  const isHead = request.method === 'HEAD';
  const manifest = await (isHead ? manifests.claim(repository, reference) : manifests.get(repository, reference));
  if (manifest === undefined) throw unknown();
  const taggedAt = isContentDigest(reference) ? undefined : await manifests.taggedAt(repository, reference);
  reply.headers({
    ...(taggedAt === undefined ? {} : { 'last-modified': taggedAt.toUTCString() }),
    'content-type': manifest.mediaType,
    'content-length': String(manifest.bytes.byteLength),
    'docker-content-digest': manifest.digest,
    etag: `"${manifest.digest}"`,
  });
  return await reply.send(isHead ? undefined : manifest.bytes);
}

/** `PUT` of a manifest under a tag or its digest (end-7). */
export async function putManifest(exchange: Exchange, reference: string): Promise<FastifyReply> {
  const { storage, repository, request, reply, idleTimeoutMs } = exchange;
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  const bytes = await readBounded(requestBody(request, idleTimeoutMs), manifestLimitBytes, 'the manifest');
  const change = { act: 'push', kind: 'manifest', repository, reference } as const;
  if (!isContentDigest(reference)) await beforeTagging(exchange, { ...change, digest: contentDigestOf(bytes) });
  const { digest, subject } = await storage.manifests.put(repository, reference, mediaType, bytes);
  await recordChange(exchange, { ...change, digest });
  return await reply
    .code(201)
    .headers({
      location: `/v2/${repository}/manifests/${digest}`,
      'docker-content-digest': digest,
      ...(subject === undefined ? {} : { 'oci-subject': subject }),
    })
    .send();
}

/** `DELETE` of a tag, or of a manifest with its tags (end-9). */
export async function deleteManifest(exchange: Exchange, reference: string): Promise<FastifyReply> {
  const { repository, reply } = exchange;
  const { manifests } = exchange.storage;
  const digest = isContentDigest(reference) ? reference : await manifests.tagged(repository, reference);
  if (digest === undefined || (isContentDigest(reference) && !(await manifests.holds(repository, digest))))
    throw unknown();
  await beforeRemoval(exchange, { act: 'delete', kind: 'manifest', repository, reference, digest });
  const removed = isContentDigest(reference)
    ? await manifests.remove(repository, reference)
    : await manifests.removeTag(repository, reference);
  if (!removed) throw unknown();
  return await reply.code(202).send();
}

/** The tags of a repository in code unit order, by pages (end-8a, 8b). */
export async function listTags(
  storage: RegistryStorage,
  repository: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = tagQuerySchema.safeParse(request.query);
  if (!query.success) throw new RegistryRefusal(400, 'UNSUPPORTED', 'n is a number from 0, last a tag');
  const tags = await storage.manifests.tags(repository);
  if (tags === undefined) throw new RegistryRefusal(404, 'NAME_UNKNOWN', 'there is no such repository');
  const { last } = query.data;
  const rest = last === undefined ? tags : tags.filter((tag) => tag > last);
  const page = rest.slice(0, Math.min(query.data.n ?? tagPageLimit, tagPageLimit));
  const end = page.at(-1);
  if (page.length < rest.length && end !== undefined) {
    reply.header('link', `</v2/${repository}/tags/list?n=${page.length}&last=${encodeURIComponent(end)}>; rel="next"`);
  }
  return await reply.send({ name: repository, tags: page });
}

/** What refers to a manifest, as an index; optionally of one artifact type only (end-12a, 12b). */
export async function listReferrers(
  storage: RegistryStorage,
  repository: string,
  digest: ContentDigest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = referrersQuerySchema.safeParse(request.query);
  const artifactType = query.success ? query.data.artifactType : undefined;
  const all = await storage.manifests.referrers(repository, digest);
  const manifests =
    artifactType === undefined ? all : all.filter((descriptor) => descriptor.artifactType === artifactType);
  if (artifactType !== undefined) reply.header('oci-filters-applied', 'artifactType');
  return await reply
    .header('content-type', mediaTypes.index)
    .send(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests })));
}

function unknown(): RegistryRefusal {
  return new RegistryRefusal(404, 'MANIFEST_UNKNOWN', 'there is no such manifest');
}
