import { z } from 'zod';

/** `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md#digests). */
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 lower-case hex digits');
