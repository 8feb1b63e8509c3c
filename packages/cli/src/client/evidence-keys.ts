/** Path of the keys that the console signs evidence with. */
export const evidenceKeysUrl = '/api/v1/evidence-keys';
