/** The version of this program, as `sealift --version` says it. */
export const programVersion = '0.1.0';
