import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { generateKeyPair, type SecretKey } from '@sealift/bundle/minisign';
import { makeReleaseFiles } from '@sealift/bundle/release-marker';
import { gatewayTool } from '@sealift/core/gateway';
import { type Release, type ReleasedTool, releaseSchema } from '@sealift/core/release';
import { mediaTypes } from '@sealift/oci/descriptor';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { emptyConfigBytes, packArtifactType } from '@sealift/oci/pack-artifact';
import {
  catalogRepository,
  imageReference,
  nodeImageReference,
  packReference,
  releaseTag,
  toolReference,
} from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { packTar } from 'modern-tar';
import { imageBase, packBase } from '../catalogue/content-paths.ts';

/** A small release, by what tests vary. */
export interface ReleaseSketch {
  readonly version: string;
  readonly kubernetes: string;
  readonly upgradesFrom: string;
  /** The CNI layer's default values. */
  readonly cniValues: string;
  /** Other files of the CNI layer's pack, such as `presets.yaml`. */
  readonly cniFiles?: Readonly<Record<string, string>>;
  /** What the CNI layer's pack says it needs. */
  readonly cniConstraints?: object;
  /** What the release brings gateways; the executable for this machine. */
  readonly gateway?: { readonly version: string; readonly minimum: string; readonly executable?: Buffer };
  /** Changes the release after everything else was pushed and before it is signed. */
  readonly alter?: (release: Release) => Release;
  readonly tag?: string;
}

export interface PushedRelease {
  readonly release: Release;
  readonly marker: Digest;
}

export const vendorKey = generateKeyPair();
const product = 'Harbor View';

/** Pushes a release as a bundle run does: packs, image, node image, and the signed marker last. */
export async function pushRelease(
  client: RegistryClient,
  sketch: ReleaseSketch,
  key: SecretKey = vendorKey,
): Promise<PushedRelease> {
  const { version, kubernetes } = sketch;
  const packs = [
    await pushPack(client, 'ubuntu', 'os', '22.04', ''),
    await pushPack(client, 'kubernetes', 'k8s', kubernetes, 'pack:\n  serviceClusterIpRange: 10.96.0.0/12\n'),
    await pushPack(client, 'calico', 'cni', version, sketch.cniValues, sketch.cniFiles, sketch.cniConstraints),
  ];
  const image = `registry.example/app:${version}`;
  const imageTarget = imageReference(imageBase, image);
  const imageDigest = await pushArtifact(client, imageTarget.repository, imageTarget.tag, undefined, [
    { mediaType: mediaTypes.layerTar, bytes: Buffer.from(`image ${version}`), title: 'layer' },
  ]);
  const ova = `u-2204-0-k-${kubernetes.replaceAll('.', '')}-0.ova`;
  const ovaBytes = Buffer.from(`an OVA with Kubernetes ${kubernetes}`);
  const ovaTarget = nodeImageReference(packBase, ova);
  const ovaDigest = await pushArtifact(
    client,
    ovaTarget.repository,
    ovaTarget.tag,
    'application/vnd.sealift.node-image.v1',
    [{ mediaType: 'application/vnd.sealift.ova.v1', bytes: ovaBytes, title: ova }],
  );
  const { executable, ...gateway } = sketch.gateway ?? {};
  const draft = releaseSchema.parse({
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product, version },
    spec: {
      upgradesFrom: [{ range: sketch.upgradesFrom }],
      kubernetes: { version: kubernetes, supported: '>=1.26 <1.40' },
      nodeImage: {
        ova,
        os: 'ubuntu-22.04',
        kubernetes,
        sha256: digestOf(ovaBytes).slice('sha256:'.length),
        digest: ovaDigest,
        sizeBytes: ovaBytes.length,
      },
      ...(sketch.gateway === undefined ? {} : { gateway }),
      ...(executable === undefined ? {} : { tools: [await pushGateway(client, executable)] }),
      layers: packs.map((pack) => ({ layer: pack.layer, pack: pack.name, version: pack.version, digest: pack.digest })),
      packs,
      images: [{ name: image, digest: imageDigest, sizeBytes: 10 }],
    },
  });
  const release = sketch.alter?.(draft) ?? draft;
  const files = makeReleaseFiles(release, key);
  const tag = sketch.tag ?? releaseTag(product, version);
  const marker = await pushArtifact(client, catalogRepository(packBase), tag, 'application/vnd.sealift.release.v1', [
    { mediaType: 'application/vnd.sealift.release.v1+json', bytes: files.json, title: 'release.json' },
    { mediaType: 'application/vnd.sealift.minisign.v1', bytes: files.signature, title: 'release.json.minisig' },
  ]);
  return { release, marker };
}

/** The platform of the machine that runs the tests. */
export const gatewayPlatform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

async function pushGateway(client: RegistryClient, bytes: Buffer): Promise<ReleasedTool> {
  const sha256 = digestOf(bytes).slice('sha256:'.length);
  const about = { name: gatewayTool, platform: gatewayPlatform, sha256 };
  const { repository, tag } = toolReference(packBase, about);
  const digest = await pushArtifact(client, repository, tag, 'application/vnd.sealift.tool.v1', [
    { mediaType: 'application/vnd.sealift.tool.v1', bytes, title: gatewayTool },
  ]);
  return { ...about, digest, sizeBytes: bytes.length };
}

async function pushPack(
  client: RegistryClient,
  name: string,
  layer: string,
  version: string,
  values: string,
  files: Readonly<Record<string, string>> = {},
  constraints?: object,
) {
  const packJson = JSON.stringify({ name, version, layer, displayName: `The ${name}`, constraints });
  const entry = (file: string, body: string) => ({
    header: { name: file, size: Buffer.byteLength(body), mtime: new Date(0) },
    body,
  });
  const others = Object.entries(files).map(([file, body]) => entry(file, body));
  const tar = await packTar([entry('pack.json', packJson), entry('values.yaml', values), ...others]);
  const bytes = gzipSync(tar);
  const { repository, tag } = packReference(packBase, name, version);
  const digest = await pushArtifact(client, repository, tag, packArtifactType, [
    { mediaType: mediaTypes.layerGzip, bytes, title: `${name}-${version}.tar.gz` },
  ]);
  return { name, version, layer, digest, sizeBytes: bytes.length };
}

interface ArtifactLayer {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly title: string;
}

async function pushArtifact(
  client: RegistryClient,
  repository: string,
  tag: string,
  artifactType: string | undefined,
  layers: readonly ArtifactLayer[],
): Promise<Digest> {
  const config = Buffer.from(emptyConfigBytes);
  for (const bytes of [config, ...layers.map((layer) => layer.bytes)]) {
    await client.pushBlob(repository, digestOf(bytes), bytes.length, () =>
      Promise.resolve(Readable.from([bytes], { objectMode: false })),
    );
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: artifactType ?? mediaTypes.empty, digest: digestOf(config), size: config.length },
    layers: layers.map(({ mediaType, bytes, title }) => ({
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
      annotations: { 'org.opencontainers.image.title': title },
    })),
  };
  return client.putManifest(repository, tag, mediaTypes.manifest, Buffer.from(JSON.stringify(manifest)));
}
