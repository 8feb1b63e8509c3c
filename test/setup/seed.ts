import fc from 'fast-check';

/**
 * Property tests draw the same values in every run, so that a run that fails does so by the change it is of. `SEALIFT_PROPERTY_SEED=random` draws
 * others, `SEALIFT_PROPERTY_SEED=N` those of a run that failed.
 */
const seed = process.env.SEALIFT_PROPERTY_SEED ?? '20261130';

if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
