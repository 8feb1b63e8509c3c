export { unmetDependencies } from './constraints.ts';
export { type KnownPack, type KnownPackVersion, knownPacks, type PackSource } from './known-packs.ts';
export { type OutdatedPack, outdatedPacks, type PackInUse } from './outdated.ts';
export { type PackRoom, type PackWithValues, roomNeeded, type RoomPlace } from './resources.ts';
