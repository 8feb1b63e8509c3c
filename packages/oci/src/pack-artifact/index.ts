export { packLimits } from './limits.ts';
export { emptyConfigBytes, packArtifactType, packLayer, packManifest } from './pack-manifest.ts';
export { type PackContent, readPackArchive, type ReadPackOptions } from './read-pack.ts';
export { type PackArchive, packArchive, readPackFolder } from './write-pack.ts';
