/** The processors that an executable can be built for, as OCI names them. */
export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** This machine's. */
export const hostArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
