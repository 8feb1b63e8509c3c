/** Of a request that needs no sign-in: a name, a password, a token. */
export const anonymousBodyBytes = 16 * 1024;

/** Of any other, unless its route says more. */
export const ordinaryBodyBytes = 256 * 1024;

/** Larger than two kubeconfigs and a CA with all its certificates. */
export const siteBodyBytes = 1024 * 1024;

/** Larger than any values text, list of resolutions or evidence that the API takes. */
export const textBodyBytes = 16 * 1024 * 1024;
