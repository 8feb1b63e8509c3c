/** Put in where an executable is built under another version than that of its sources. */
declare const SEALIFT_VERSION: string | undefined;

/** The version of this program, as `sealift --version` says it. */
export const programVersion: string = typeof SEALIFT_VERSION === 'undefined' ? '0.1.0' : SEALIFT_VERSION;
