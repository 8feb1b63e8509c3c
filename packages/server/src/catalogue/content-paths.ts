/** Where packs, markers and node images are, below the registry. */
export const packBase = 'sealift/packs';
/** Where images are, below the registry. */
export const imageBase = 'sealift/images';
